"""The accounts that exist. A request for any other is refused."""

from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


class Accounts:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, account: str, now_ms: int) -> bool:
        """True when it is new; raises RequestRefused for a name that is not a slug."""
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
