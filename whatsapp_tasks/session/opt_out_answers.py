"""Puts on the opt-out list who answered STOP.

A row of the chat list shows a title and a preview, and titles are chosen by their owners. So such a row only
leads to the chat with the phone that it seems to be: what stands there, in the chat we navigated to, counts.
"""

import logging
from collections import Counter

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.incoming import opts_out
from whatsapp_tasks.domain.received_messages import with_side
from whatsapp_tasks.errors import SendError, WaitTimeout
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.receiving import Receiving

log = logging.getLogger(__name__)

TRIES = 3
LOADED_SECONDS = 5.0
"""For the newest messages of the chat to show."""


class OptOutAnswers:
    """Looks into the chats that may hold such an answer."""

    def __init__(self, context: AccountContext, receiving: Receiving) -> None:
        self._context = context
        self._receiving = receiving
        self._tries: Counter[str] = Counter()

    def look(self, page: WhatsAppPage) -> None:
        """Into one of them, if there is any. It is marked as read by that. Raises BrowserErrors."""
        incoming = self._context.incoming
        phone, new = next(iter(incoming.answers().items()), ("", 0))
        if not phone:
            return
        try:
            chat = open_chat(self._context, page, phone)
        except SendError as error:
            self._tries[phone] += 1
            log.info("A chat could not be opened to look for an opt-out", extra=self._fields(error.code))
            if self._tries[phone] >= TRIES:
                incoming.no_opt_out(phone)
            return
        del self._tries[phone]
        if chat.bubbles:  # what comes while we look is news at the next look
            self._receiving.sent(chat.bubbles[-1].id)
        if self._says_stop(page, new):
            incoming.opt_out(phone)
            log.info("Opt-out by answer", extra=self._fields("opted_out"))
        else:
            incoming.no_opt_out(phone)

    def _says_stop(self, page: WhatsAppPage, new: int) -> bool:
        words = self._context.settings.opt_out_word_set
        try:
            return page.until(
                lambda s: True if s.chat and _one_opts_out(s.chat, new, words) else None,
                Deadline.within(LOADED_SECONDS),
            )
        except WaitTimeout:
            return False

    def _fields(self, code: str) -> dict[str, str]:
        return {"account": self._context.account, "code": code}


def _one_opts_out(chat: Chat, new: int, words: frozenset[str]) -> bool:
    """Whether one of the ``new`` last messages of the other side is such an answer."""
    theirs = [bubble.text for bubble in chat.bubbles if with_side(bubble).outgoing is False]
    return any(text is not None and opts_out(text, words) for text in theirs[-max(1, new) :])
