"""Puts on the opt-out list who answered STOP.

A row of the chat list shows a title and a preview, and titles are chosen by their owners. So such a row only
leads to the chat with the phone that it seems to be: what stands there, in the chat we navigated to, counts.
"""

import logging
from collections import Counter
from collections.abc import Sequence

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.chats import ChatKind
from whatsapp_tasks.domain.incoming import opts_out, unanswered_opt_out
from whatsapp_tasks.domain.received_messages import with_side
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.errors import SendError, WaitTimeout
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.receiving import Receiving

log = logging.getLogger(__name__)

TRIES = 3
LOADED_SECONDS = 5.0
"""For the newest messages of the chat to show."""


def heed_opt_out(context: AccountContext, recipient: Recipient, bubbles: Sequence[Bubble]) -> None:
    """Before a message to ``recipient``, whose chat shows ``bubbles``. An opt-out there is seen by no look
    at the list if another message came right after it. Raises StoreUnavailable.
    """
    answer = unanswered_opt_out(bubbles, context.settings.opt_out_word_set)
    if answer is None or not _is_person(context, recipient):
        return
    if not context.incoming.was_heeded(recipient.name, answer.id):
        opt_out_by_answer(context, recipient.name, answer.id)


def _is_person(context: AccountContext, recipient: Recipient) -> bool:
    """In a group a member speaks for himself only."""
    if recipient.phone is not None or recipient.chat is None:
        return True
    record = context.chats.get(recipient.chat)
    return record is not None and record.kind is ChatKind.PERSON


def opt_out_by_answer(context: AccountContext, name: str, bubble_id: str) -> None:
    """Puts a phone, or the chat of a person without one, on the list, because of this bubble. Raises
    StoreUnavailable.
    """
    context.incoming.opt_out(name, bubble_id)
    log.info("Opt-out by answer", extra={"account": context.account, "code": "opted_out"})


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
            log.info(
                "A chat could not be opened to look for an opt-out",
                extra={"account": self._context.account, "code": error.code},
            )
            if self._tries[phone] >= TRIES:
                incoming.no_opt_out(phone)
            return
        del self._tries[phone]
        if chat.bubbles:  # what comes while we look is news at the next look
            self._receiving.sent(chat.bubbles[-1].id)
        answer = self._stop_in(page, new)
        if answer is not None:
            opt_out_by_answer(self._context, phone, answer.id)
        else:
            incoming.no_opt_out(phone)

    def _stop_in(self, page: WhatsAppPage, new: int) -> Bubble | None:
        words = self._context.settings.opt_out_word_set
        try:
            return page.until(
                lambda s: _opt_out_in(s.chat, new, words) if s.chat else None,
                Deadline.within(LOADED_SECONDS),
            )
        except WaitTimeout:
            return None


def _opt_out_in(chat: Chat, new: int, words: frozenset[str]) -> Bubble | None:
    """The last such answer among the ``new`` last messages of the other side."""
    theirs = [bubble for bubble in chat.bubbles if with_side(bubble).outgoing is False]
    return next((b for b in reversed(theirs[-max(1, new) :]) if b.text and opts_out(b.text, words)), None)
