"""Follows sent messages to delivered and read: in the open chat always, in others when idle."""

import logging
import time
from dataclasses import dataclass, replace

from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import TICK_STATUS, Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.intents import Intent, find_intended
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.statuses import FOLLOWED, Status
from whatsapp_tasks.errors import SendError
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.recipient_opening import open_recipient
from whatsapp_tasks.stores.messages import Message

log = logging.getLogger(__name__)

FIRST_VISIT_SECONDS = 3.0
LONGEST_VISIT_SECONDS = 600.0
TAKE_UP_SECONDS = 60.0
MOST_FOLLOWED = 200


@dataclass
class _Visit:
    """When to look into a chat again; the pause doubles each time nothing new was found."""

    due: float
    pause: float


class Follower:
    """Knows which messages wait for a tick."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._messages: dict[str, Message] = {}
        self._visits: dict[Recipient, _Visit] = {}
        self._next_take_up = 0.0

    def take_up(self) -> None:
        """What Redis has to follow counts: also what an earlier worker left, or was written in an answer that
        came too late. What is over, or was settled by a person, is let go.
        """
        self._next_take_up = time.monotonic() + TAKE_UP_SECONDS
        watched = self._context.ledger.watched(self._context.now_ms())
        for message_id in self._messages.keys() - {*watched}:
            del self._messages[message_id]
        new = [message_id for message_id in watched[:MOST_FOLLOWED] if message_id not in self._messages]
        for message in self._context.ledger.get_many(new):
            self.add(message)

    def add(self, message: Message) -> None:
        """``message`` is sent, delivered or unknown."""
        self._messages[message.id] = message
        self._visits[message.recipient] = _Visit(time.monotonic() + FIRST_VISIT_SECONDS, FIRST_VISIT_SECONDS)

    def read(self, snapshot: PageSnapshot) -> None:
        """Takes the ticks of the open chat, where it is known whose it is."""
        if time.monotonic() >= self._next_take_up:
            self.take_up()
        chat, opened = snapshot.chat, self._context.opened
        if chat is None or opened is None or not opened.holds_in(snapshot):
            return
        by_id = {bubble.id: bubble for bubble in chat.bubbles}
        for message in list(self._messages.values()):
            if not opened.is_of(message.recipient):
                continue
            bubble = by_id.get(message.bubble_id) if message.bubble_id else self._adopt(message, chat)
            status = TICK_STATUS.get(bubble.tick or "") if bubble else None
            if bubble is not None and status is not None and status != message.status:
                self._advance(message, bubble, status)

    def _advance(self, message: Message, bubble: Bubble, status: Status) -> None:
        context = self._context
        now = context.ledger.advance(
            message, status, context.now_ms(), fence=context.lease.fence, bubble_id=bubble.id
        )
        if now is not None and now.status in FOLLOWED:
            self.add(now)
        else:
            del self._messages[message.id]

    def visit_due(self, page: WhatsAppPage) -> bool:
        """Opens one chat whose time has come; to be called when nothing waits to be sent."""
        waiting = {message.recipient for message in self._messages.values()}
        now = time.monotonic()
        for recipient, visit in list(self._visits.items()):
            if recipient not in waiting:
                del self._visits[recipient]
            elif visit.due <= now:
                visit.pause = min(visit.pause * 2, LONGEST_VISIT_SECONDS)
                visit.due = now + visit.pause
                try:
                    open_recipient(self._context, page, recipient)
                except SendError as error:
                    log.info(
                        "A chat could not be opened to follow its ticks",
                        extra={"account": self._context.account, "code": error.code},
                    )
                return True
        return False

    def _adopt(self, message: Message, chat: Chat) -> Bubble | None:
        """The bubble of an ``unknown`` message, if its chat shows it by now.

        Others with the same text may have been sent there since: their bubbles are not this one's.
        """
        intent, ledger = message.intent, self._context.ledger
        if intent is None or not _found(intent, message, chat):
            return None
        if ledger.attempt_open():
            return None  # its bubble may stand here, and is not noted yet
        taken = ledger.taken([bubble.id for bubble in chat.bubbles])
        return _found(replace(intent, local=(*intent.local, *taken)), message, chat)


def _found(intent: Intent, message: Message, chat: Chat) -> Bubble | None:
    return find_intended(intent, message.text, chat.bubbles, settled=False, file=message.file).bubble
