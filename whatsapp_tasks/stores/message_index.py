"""Messages of all accounts: finding one, and lists with the newest first. No request reads account by
account.

An id contains its account, and every accepted message is in the list of all accounts as well as in the list
of its own (``accept.lua``). Ids of early versions have no account: one script looks for them in all accounts,
and the first request for a page of all accounts adds them to the list.
"""

import re
from dataclasses import dataclass

from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.domain.identity import account_in, is_message_id
from whatsapp_tasks.domain.phones import forms_of
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.message_list import list_messages_of
from whatsapp_tasks.stores.messages import Message, message_of

_LOOKED_AT = 500
CURSOR = f"([0-9]{{1,15}})-([0-9a-f]{{1,64}}(?:[-:]{SLUG})?)"
"""Of a page of messages."""
_CURSOR = re.compile(CURSOR)
_ANY = keys.AccountKeys("%s")
"""Key names with a placeholder for the account, for scripts that find the account themselves."""


@dataclass(frozen=True)
class PageCursor:
    """A position in a list with the newest first: after the entry of this time, in ms."""

    ms: int
    entry: str

    @classmethod
    def parse(cls, text: str) -> "PageCursor":
        """Raises RequestRefused (``query_invalid``)."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            problem = "is not a cursor of an earlier page"
            raise RequestRefused(
                "query_invalid",
                f"The parameter cursor {problem}.",
                errors=[{"field": "cursor", "message": problem}],
            )
        return cls(int(match[1]), match[2])


class MessageIndex:
    """The cost of ``page`` and ``account_of`` does not depend on the number of accounts."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._complete = False

    def account_of(self, message_id: str) -> str | None:
        """The account of a message. If the id contains it, the record is not checked; else None without
        one.
        """
        if not is_message_id(message_id):
            return None
        return account_in(message_id) or self._db.run(
            "locate",
            {"accounts": keys.GLOBAL_ACCOUNTS},
            {"id": message_id, "record_pattern": _ANY.message("")},
        )

    def page(
        self, *, account: str | None, status: str | None, phone: str | None, cursor: str | None, limit: int
    ) -> tuple[list[Message], str | None]:
        """Newest first, of one account or of all; ``phone`` in any of its forms. ``cursor`` is the one that
        the previous page returned; the last page returns None. At most 500 records are read, so a page may be
        short, or empty, although more follow.
        """
        after = PageCursor.parse(cursor) if cursor else None
        if account is None:
            self._ensure_complete()
        k = _ANY if account is None else keys.AccountKeys(account)
        flat, reached = self._db.run(
            "page",
            {"walked": keys.ALL_MESSAGES if account is None else k.log, "all_messages": keys.ALL_MESSAGES},
            {
                "of_account": account or "",
                "record_pattern": k.message(""),
                "list_pattern": k.log,
                "status": status or "",
                "forms": f",{','.join(forms_of(phone))}," if phone else "",
                "cursor_ms": "+inf" if after is None else after.ms,
                "cursor_entry": "" if after is None else after.entry,
                "limit": limit,
                "budget": _LOOKED_AT,
            },
        )
        return self._records(list(zip(flat[::2], flat[1::2], strict=True))), reached or None

    def _records(self, found: list[tuple[str, str]]) -> list[Message]:
        if not found:
            return []
        records = self._db.together(
            *(("HGETALL", keys.AccountKeys(account).message(message_id)) for message_id, account in found)
        )
        return [
            message_of(account, record) for (_, account), record in zip(found, records, strict=True) if record
        ]

    def _ensure_complete(self) -> None:
        """Once per Redis: adds the messages of versions without the list of all accounts to it."""
        if self._complete:
            return
        if not self._db.number("EXISTS", keys.ALL_MESSAGES_COMPLETE):
            for account in Accounts(self._db).names():
                list_messages_of(self._db, account)
            self._db.do("SET", keys.ALL_MESSAGES_COMPLETE, 1)
        self._complete = True
