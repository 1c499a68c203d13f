"""The stored state of an account's chat list, and the events of received messages: one script writes both."""

from collections.abc import Collection
from typing import assert_never

from whatsapp_tasks.domain.chat_names import title_name
from whatsapp_tasks.domain.incoming import Findings, KnownChat, Notice, ReceiveMode, opts_out
from whatsapp_tasks.domain.phones import one_form_of, phone_in
from whatsapp_tasks.domain.received_media import kinds_of
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.outcomes import Receive, outcome_of

KEPT_FOR_EVENTS_SECONDS = 24 * 3600
"""How long chat, phone and preview of an event are kept for a webhooks worker that has not read it yet."""

_LOOKED_AT = ""


class Incoming:
    """The unread counts of one account."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def known(self) -> dict[str, KnownChat] | None:
        """By title; None if no look has read the chat list since a phone was linked."""
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
        mode: ReceiveMode = ReceiveMode.NOTICE,
    ) -> bool:
        """Writes changes and events (or in another ``mode``, what takes their place) in one step, and the
        chats to check for an opt-out, because their last message seems to be one of the words (casefolded).

        False: Redis has lost the state of the chats, although this is not the ``first`` look. Raises
        LeaseLost. In both cases nothing is written.
        """
        k = self._keys
        found: list[str | int] = []
        for title, chat in findings.changes.items():
            found += [title, "" if chat is None else f"{chat.unread}|{chat.reported}|{chat.newest}"]
        for notice in findings.notices:
            found += [notice.subject, notice.unread, notice.new, notice.title]
            found += [title_name(notice.title), notice.phone or "", notice.preview]
            found += [_to_look_at(notice, opt_out_words)]
        answer = self._db.run(
            "receive",
            {
                "unread": k.unread,
                "lease": k.lease,
                "events": k.events,
                "metrics": k.metrics,
                "answers": k.answers,
                "news": k.inbox_news,
            },
            {
                "fence": fence,
                "now": now_ms,
                "record_prefix": k.received,
                "kept_seconds": KEPT_FOR_EVENTS_SECONDS,
                "first": int(first),
                "mode": mode,
                "changes": len(findings.changes),
            },
            more_args=found,
        )
        match outcome_of(Receive, answer):
            case Receive.WRITTEN:
                return True
            case Receive.FORGOTTEN:
                return False
            case Receive.LEASE_LOST:
                raise LeaseLost
            case unknown:
                assert_never(unknown)

    def media_kinds(self, default: frozenset[str], mode: ReceiveMode) -> frozenset[str]:
        """Which kinds of files that others send are stored: none unless chats are read in full. ``default``
        and ``mode`` are for an account without a choice of its own.
        """
        if self.mode(mode) is not ReceiveMode.FULL:
            return frozenset()
        text = self._db.text("HGET", self._keys.account, "receive_media")
        return default if text is None else kinds_of(text)

    def mode(self, default: ReceiveMode) -> ReceiveMode:
        """The account's own mode, else ``default``."""
        text = self._db.text("HGET", self._keys.account, "receive")
        return ReceiveMode(text) if text is not None and text in {*ReceiveMode} else default

    def answers(self) -> dict[str, int]:
        """Phones whose chats may contain an opt-out, with the number of new messages to read there."""
        return {phone: int(new) for phone, new in self._db.record(self._keys.answers).items()}

    def opt_out(self, phone: str, bubble_id: str) -> None:
        """Adds the phone to the opt-out list, because of this bubble. Its chat need not be checked any
        more.
        """
        if OptOuts(self._db).add(phone):
            self._db.together(
                ("HSET", keys.OPT_OUT_SOURCES, phone, "answer"),
                ("HINCRBY", self._keys.metrics, "opt_outs:source=answer", 1),
            )
        self._db.do("HSET", keys.OPT_OUT_ANSWERS, one_form_of(phone), bubble_id)
        self.no_opt_out(phone)

    def was_heeded(self, phone: str, bubble_id: str) -> bool:
        """Whether this bubble has opted the phone out before: since then it may have been removed."""
        return self._db.text("HGET", keys.OPT_OUT_ANSWERS, one_form_of(phone)) == bubble_id

    def no_opt_out(self, phone: str) -> None:
        """The chat was checked, or cannot be."""
        self._db.do("HDEL", self._keys.answers, phone)

    def forget(self) -> None:
        """Called when no phone is linked any more: the next phone has other chats."""
        self._db.do("DEL", self._keys.unread)


def _to_look_at(notice: Notice, words: Collection[str]) -> str:
    """The phone whose chat to check, or "". A title that is a number is only a reason to open that chat."""
    return (notice.phone or phone_in(notice.title) or "") if opts_out(notice.preview, words) else ""


def _chat(text: str) -> KnownChat:
    unread, reported, newest = text.split("|", 2)
    return KnownChat(int(unread), newest, int(reported))
