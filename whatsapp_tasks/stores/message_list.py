"""The list of all accounts' messages, and one account's part of it.

The script that accepts a message adds it; an entry is the message's id. Ids of early versions have no
account: their entries are ``id:account``.
"""

from collections.abc import Iterator

from whatsapp_tasks.domain.identity import account_in
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

_AT_ONCE = 1000


def list_messages_of(database: Database, account: str) -> None:
    """Adds messages that were accepted by versions without this list. Doing it again changes nothing."""
    for part in _parts(database, account):
        pairs = [word for message_id, ms in part for word in (ms, _entry(message_id, account))]
        database.do("ZADD", keys.ALL_MESSAGES, *pairs)


def unlist_messages_of(database: Database, account: str) -> None:
    """Removes the messages of an account from the list, before the account is removed."""
    for part in _parts(database, account):
        database.do("ZREM", keys.ALL_MESSAGES, *(_entry(message_id, account) for message_id, _ in part))


def forget_gone(database: Database, account: str, before_ms: int, start: int, limit: int = _AT_ONCE) -> int:
    """Removes messages that were accepted before that time, and whose records are gone, from both lists.
    Looks at ``limit`` of them, from the ``start``-th oldest on; returns where to go on, 0 after the last one.

    A record that is gone does not come back, so this needs no script.
    """
    log = keys.AccountKeys(account).log
    found = database.texts("ZRANGEBYSCORE", log, "-inf", before_ms, "LIMIT", start, limit)
    if not found:
        return 0
    message = keys.AccountKeys(account).message
    there = database.together(*(("EXISTS", message(message_id)) for message_id in found))
    gone = [message_id for message_id, exists in zip(found, there, strict=True) if not exists]
    if gone:
        database.together(
            ("ZREM", log, *gone),
            ("ZREM", keys.ALL_MESSAGES, *(_entry(message_id, account) for message_id in gone)),
        )
    return 0 if len(found) < limit else start + len(found) - len(gone)


def _parts(database: Database, account: str) -> Iterator[list[tuple[str, int]]]:
    """The account's own list in parts: ids and times of acceptance, ms."""
    start = 0
    log = keys.AccountKeys(account).log
    while found := database.do("ZRANGE", log, start, start + _AT_ONCE - 1, "WITHSCORES"):
        flat = [word for entry in found for word in entry] if isinstance(found[0], list | tuple) else found
        yield [(str(i), int(float(ms))) for i, ms in zip(flat[::2], flat[1::2], strict=True)]
        start += _AT_ONCE


def _entry(message_id: str, account: str) -> str:
    return message_id if account_in(message_id) else f"{message_id}:{account}"
