"""The existing accounts. A request for another one is refused."""

from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.queues import control_queue, messages_lists
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.message_list import unlist_messages_of


class Accounts:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, account: str, now_ms: int) -> bool:
        """True if it is new; raises RequestRefused for a name that is not a slug."""
        check_account_name(account)
        _, added = self._db.together(
            ("HSETNX", keys.AccountKeys(account).account, "created_ms", now_ms),
            ("SADD", keys.GLOBAL_ACCOUNTS, account),
        )
        return bool(added == 1)

    def exists(self, account: str) -> bool:
        return self._db.number("SISMEMBER", keys.GLOBAL_ACCOUNTS, account) == 1

    def names(self) -> list[str]:
        return sorted(self._db.texts("SMEMBERS", keys.GLOBAL_ACCOUNTS))

    def set_time_zone(self, account: str, zone: str) -> None:
        """Sets the zone in which the account's day begins; an IANA name."""
        self._db.do("HSET", keys.AccountKeys(account).account, "time_zone", zone)

    def set_receive(self, account: str, mode: str) -> None:
        """Sets what is done about messages that the account receives; a ``ReceiveMode``."""
        self._db.do("HSET", keys.AccountKeys(account).account, "receive", mode)

    def set_receive_media(self, account: str, kinds: str) -> None:
        """Sets which kinds of files that others send are stored, as ``kinds_of`` reads them."""
        self._db.do("HSET", keys.AccountKeys(account).account, "receive_media", kinds)

    def remove(self, account: str) -> int:
        """Deletes the account and all its data; returns the number of records. Only for one without a worker.

        From the first step on, no message is accepted for it; one accepted meanwhile would be left behind,
        and be sent once the account is added again. It is forgotten last, so that a removal that was
        interrupted can be repeated.

        Three counters stay: if an account of the same name is added later, its worker must not have an older
        fence, nor conclude that Redis has lost writes.
        """
        k = keys.AccountKeys(account)
        self._db.do("DEL", k.account)
        unlist_messages_of(self._db, account)
        self._db.do("HDEL", keys.WEBHOOK_POSITIONS, account)
        found = [key for key in self._keys_of(account) if key not in (k.fence, k.generation, k.intents)]
        found += [*messages_lists(account), control_queue(account)]
        deleted = sum(self._db.number("DEL", *found[i : i + 500]) for i in range(0, len(found), 500))
        self._db.do("SREM", keys.GLOBAL_ACCOUNTS, account)
        return deleted

    def _keys_of(self, account: str) -> list[str]:
        found: list[str] = []
        cursor = -1
        while cursor:
            cursor, page = self._db.do("SCAN", max(cursor, 0), "MATCH", f"wa:{{{account}}}:*", "COUNT", 1000)
            cursor = int(cursor)
            found += page
        return list(dict.fromkeys(found))
