"""Reports what others wrote, from what a look at the page shows anyway. Opens no chat for it."""

import logging
from collections import Counter
from dataclasses import replace

from whatsapp_tasks.domain.chat_snapshot import ChatRow
from whatsapp_tasks.domain.incoming import Findings, KnownChat, ReceiveMode, find_incoming, first_look
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.session.context import AccountContext

log = logging.getLogger(__name__)

FIRST_LOOKS = 10
"""After so many looks a list that never stands still is taken as it is."""

NOT_YET = frozenset({"syncing", "connecting", "offline"})
"""While the page says so, its counts are those of before."""


class Receiving:
    """Knows what was unread at the last look."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._known: dict[str, KnownChat] | None = None
        self._loaded = False
        self._unlinked = False
        self._first: tuple[ChatRow, ...] | None = None
        self._first_looks = 0
        self._just_sent: set[str] = set()
        self.mode = ReceiveMode.OFF
        """What the account is set to, as of the last look."""

    def sent(self, bubble_id: str) -> None:
        """The last bubble of the open chat is known: what stands after it at the next look is new."""
        self._just_sent.add(bubble_id)

    def saw(self, snapshot: PageSnapshot) -> None:
        """Writes down what is new. Raises LeaseLost, StoreUnavailable."""
        kind = kind_of(snapshot)
        if kind is PageKind.QR:
            self._forget()
        if kind is not PageKind.MAIN:
            return
        self.mode = self._context.incoming.mode(self._context.settings.receive)
        if snapshot.rows is None or snapshot.texts & NOT_YET:
            return
        self._unlinked = False
        if not self._loaded:
            self._known, self._loaded = self._context.incoming.known(), True
        if self._known is not None:
            findings = self._with_phones(
                find_incoming(self._known, snapshot.rows, snapshot.chat, self._just_sent), snapshot
            )
            if findings.changes or findings.notices:
                self._write(self._known, findings)
        elif self._stands_still(snapshot.rows):
            unread_is_new = self.mode is ReceiveMode.FULL
            self._write(None, first_look(snapshot.rows, snapshot.chat, unread_is_new=unread_is_new))
        self._just_sent.clear()

    def _stands_still(self, rows: tuple[ChatRow, ...]) -> bool:
        """The list of a phone that was just linked is filled bit by bit."""
        still = rows == self._first
        self._first, self._first_looks = rows, self._first_looks + 1
        return still or self._first_looks >= FIRST_LOOKS

    def _write(self, known: dict[str, KnownChat] | None, findings: Findings) -> None:
        context = self._context
        self._loaded = False  # until the answer is there, Redis alone knows whether it was written
        written = context.incoming.write(
            findings,
            context.settings.opt_out_word_set,
            fence=context.lease.fence,
            now_ms=context.now_ms(),
            first=known is None,
            mode=self.mode,
        )
        if not written:
            return
        self._loaded = True
        known = known or {}
        for title, chat in findings.changes.items():
            if chat is None:
                del known[title]
            else:
                known[title] = chat
        self._known = known
        if findings.notices and self.mode is not ReceiveMode.OFF:
            log.info(
                "Messages were received",
                extra={
                    "account": context.account,
                    "messages": sum(notice.new for notice in findings.notices),
                },
            )

    def _with_phones(self, findings: Findings, snapshot: PageSnapshot) -> Findings:
        """The notices with the phones that are known by navigation: of the open chat for certain, of others
        by a title that one chat alone bears, as far as is known.
        """
        if not findings.notices:
            return findings
        titles = Counter(row.title for row in snapshot.rows or ())
        unique = [notice.title for notice in findings.notices if titles[notice.title] == 1]
        phones = self._context.sessions.phones_of_titles(unique)
        opened = self._context.opened
        here = opened if opened is not None and opened.holds_in(snapshot) else None
        if here is not None and here.phone is not None and titles[here.mark.title] == 1:
            phones[here.mark.title] = here.phone
        notices = tuple(replace(notice, phone=phones.get(notice.title)) for notice in findings.notices)
        return replace(findings, notices=notices)

    def _forget(self) -> None:
        if self._unlinked:
            return
        self._context.incoming.forget()
        self._unlinked = self._loaded = True
        self._known, self._first, self._first_looks = None, None, 0
