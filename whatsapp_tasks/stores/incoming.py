"""What is known of an account's chat list, and the events of what came: one script writes both."""

from collections.abc import Collection

from whatsapp_tasks.domain.incoming import Findings, KnownChat, Notice, opts_out
from whatsapp_tasks.domain.phones import forms_of
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

TOLD_WITHIN_SECONDS = 24 * 3600
"""So long chat, phone and preview of an event are kept for a webhooks worker that has not seen it yet."""

_LOOKED_AT = ""
_LEASE_LOST, _FORGOTTEN = -1, -2


class Incoming:
    """The unread counts of one account."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def known(self) -> dict[str, KnownChat] | None:
        """By title; None where the chat list was never looked at since a phone was linked."""
        record = self._db.record(self._keys.unread)
        if _LOOKED_AT not in record:
            return None
        return {title: _chat(text) for title, text in record.items() if title != _LOOKED_AT}

    def write(
        self,
        findings: Findings,
        opt_out_words: Collection[str],
        *,
        fence: int,
        now_ms: int,
        first: bool = False,
    ) -> int | None:
        """Changes and events in one step, and with them the opt-outs of those who answered one of the words
        (casefolded). Returns how many were newly put on that list.

        None: Redis knows nothing of the chats any more, though this is not the ``first`` look. Raises
        LeaseLost. In both cases nothing is written.
        """
        k = self._keys
        args: list[str | int] = [fence, now_ms, k.received, TOLD_WITHIN_SECONDS]
        args += [int(first), len(findings.changes)]
        for title, chat in findings.changes.items():
            args += [title, "" if chat is None else f"{chat.unread}|{chat.told}|{chat.newest}"]
        for notice in findings.notices:
            args += [notice.subject, notice.unread, notice.new, notice.title, notice.phone or ""]
            args += [notice.preview, _opting_out(notice, opt_out_words)]
        names = [k.unread, k.lease, k.events, k.metrics, keys.OPT_OUTS, keys.OPT_OUT_SOURCES]
        added = int(self._db.run("receive", names, args))
        if added == _LEASE_LOST:
            raise LeaseLost
        return None if added == _FORGOTTEN else added

    def forget(self) -> None:
        """No phone is linked any more: the next one's chats are others."""
        self._db.do("DEL", self._keys.unread)


def _opting_out(notice: Notice, words: Collection[str]) -> str:
    """All forms of the phone that opts out; "" where nobody does."""
    phone = notice.phone
    return ",".join(forms_of(phone)) if phone and opts_out(notice.preview, words) else ""


def _chat(text: str) -> KnownChat:
    unread, told, newest = text.split("|", 2)
    return KnownChat(int(unread), newest, int(told))
