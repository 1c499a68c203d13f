"""Sends one message: open the chat, type, write the intent down, press Enter, believe the bubble alone."""

import logging
import random
import time
from collections.abc import Callable

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.intents import Intent, find_intended
from whatsapp_tasks.domain.page_snapshot import (
    TICK_STATUS,
    Bubble,
    Chat,
    Compose,
    PageSnapshot,
    Popup,
    popup_of,
)
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.domain.typing_plan import typing_plan
from whatsapp_tasks.errors import SendPostponed, SendRefused, SendUnsettled, WaitTimeout
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.stores.ledger import Message
from whatsapp_tasks.stores.metrics import Phase

log = logging.getLogger(__name__)

BOX_SECONDS = 5.0
"""For the compose box to take the focus, to be empty, or to show what was typed."""
BUBBLE_SECONDS = 15.0
"""From Enter until the page shows the bubble: it does so at once, before the server knows."""
EMPTY_CHAT_SECONDS = 1.5
"""A chat that shows no bubble for so long has none."""
LEASE_MARGIN_SECONDS = 2.0
STROKE_SECONDS = 0.02
"""Cost of one grapheme besides its pause: 5 to 7 ms measured, times three for a busy machine."""


def send(context: AccountContext, page: WhatsAppPage, message: Message) -> None:
    """Types ``message`` (claimed by us) into its chat and sends it.

    Raises SendRefused or SendPostponed (certainly not sent), SendUnsettled (perhaps sent), BrowserErrors
    (whether Enter was pressed: the ledger's intent tells), LeaseLost, StoreUnavailable.
    """
    folder = context.settings.crash_points
    reach(folder, "after_claim")
    chat = open_chat(context, page, message.phone)
    context.times.lap(Phase.OPEN_CHAT)
    if chat.compose is None:
        # The next look at the page makes a restriction of it; that holds what follows, not the circuit.
        raise SendPostponed("chat_locked", "WhatsApp shows no compose box in this chat.", about_us=False)
    opened = time.monotonic()
    ready = _type(context, page, message, chat.title)
    context.times.lap(Phase.TYPE)
    reach(folder, "after_typing")
    bubbles = ready.bubbles or _late_history(page, opened)
    intent = Intent(message.attempts, bubbles[-1].id if bubbles else None)

    context.lease.check(LEASE_MARGIN_SECONDS)
    if message.expires_at_ms is not None and message.expires_at_ms <= context.now_ms():
        _empty(page, Deadline.within(BOX_SECONDS))
        raise SendPostponed("expired", "The message expired while it was typed.", about_us=False)
    if not context.ledger.note_intent(message.id, context.lease.fence, intent):
        _empty(page, Deadline.within(BOX_SECONDS))
        raise SendPostponed("paused", "The account was paused while the message was typed.", about_us=False)
    reach(folder, "before_enter")
    context.lease.check(LEASE_MARGIN_SECONDS)  # we may have been stopped meanwhile, and succeeded
    page.press_enter(Deadline.within(BOX_SECONDS))
    reach(folder, "after_enter")
    follow_enter(context, page, message, intent)


def _late_history(page: WhatsAppPage, opened: float) -> tuple[Bubble, ...]:
    """The bubbles of a chat that showed none yet. The header comes before the history, and an old message
    with the same text must not be taken for ours; typing usually takes longer than this wait.
    """
    try:
        return page.until(
            lambda s: (s.chat.bubbles or None) if s.chat else None,
            Deadline(opened + EMPTY_CHAT_SECONDS),
        )
    except WaitTimeout:
        return ()


def follow_enter(context: AccountContext, page: WhatsAppPage, message: Message, intent: Intent) -> None:
    """From Enter to the server's tick: the bubble must show, then its tick must leave "pending"."""
    try:
        bubble = page.until(lambda s: _appeared(s, message, intent), Deadline.within(BUBBLE_SECONDS))
    except WaitTimeout as error:
        now = page.look(Deadline.within(BOX_SECONDS))
        if now.chat and now.chat.compose and now.chat.compose.text == message.text:
            _empty(page, Deadline.within(BOX_SECONDS))
            raise SendPostponed(
                "enter_ignored", "The page did not take Enter; the text stayed in the box."
            ) from error
        raise SendUnsettled("bubble_not_seen", "Enter was pressed and no bubble appeared.") from error
    record_bubble(context, page, message, bubble)


def _appeared(snapshot: PageSnapshot, message: Message, intent: Intent) -> Bubble | None:
    """Our bubble, once the text has left the box: an old one with the same text may be loaded meanwhile."""
    chat = snapshot.chat
    if chat is None or (chat.compose is not None and chat.compose.text == message.text):
        return None
    return find_intended(intent, message.text, chat.bubbles, settled=False, watched=True).bubble


def record_bubble(context: AccountContext, page: WhatsAppPage, message: Message, bubble: Bubble) -> None:
    """Waits until the bubble's tick tells, and writes the status down."""
    context.times.lap(Phase.VERIFY)
    fence = context.lease.fence
    reach(context.settings.crash_points, "before_bubble_noted")
    context.ledger.note(message.id, fence, bubble_id=bubble.id)
    try:
        status = page.until(
            lambda s: _status_of(s, bubble.id), Deadline.within(context.settings.ack_timeout_seconds)
        )
    except WaitTimeout as error:
        raise SendUnsettled(
            "still_pending", "The message did not reach WhatsApp's server in time."
        ) from error
    context.times.lap(Phase.ACK)
    reach(context.settings.crash_points, "before_recording")
    if status is Status.FAILED:
        raise SendRefused("whatsapp_refused", "WhatsApp shows that the message was not sent.")
    context.ledger.advance(message, status, context.now_ms(), fence=fence)


def _status_of(snapshot: PageSnapshot, bubble_id: str) -> Status | None:
    for bubble in snapshot.chat.bubbles if snapshot.chat else ():
        if bubble.id == bubble_id and bubble.tick is not None:
            return TICK_STATUS.get(bubble.tick)
    return None


def _type(context: AccountContext, page: WhatsAppPage, message: Message, title: str) -> Chat:
    """The chat with exactly the message's text in its compose box; raises SendPostponed.

    ``title`` is what the header said when the chat was found to be the right one.
    """
    settings = context.settings
    strokes = list(
        typing_plan(
            message.text,
            random.uniform,
            fastest_ms=settings.typing_fastest_ms,
            slowest_ms=settings.typing_slowest_ms,
        )
    )
    seconds = sum(stroke.pause_ms for stroke in strokes) / 1000 + len(strokes) * STROKE_SECONDS
    _empty(page, Deadline.within(BOX_SECONDS))
    page.type(strokes, Deadline.within(seconds + BOX_SECONDS))

    def as_typed(snapshot: PageSnapshot) -> Chat | None:
        chat = snapshot.chat
        right = (
            popup_of(snapshot) is Popup.NONE
            and chat is not None
            and chat.compose is not None
            and chat.compose.text == message.text
            and chat.is_with(message.phone, title)
        )
        return chat if right else None

    try:
        return page.until(as_typed, Deadline.within(BOX_SECONDS))
    except WaitTimeout as error:
        _empty(page, Deadline.within(BOX_SECONDS))
        raise SendPostponed("text_altered", "The compose box does not show the text as given.") from error


def _empty(page: WhatsAppPage, deadline: Deadline) -> None:
    """The compose box of the open chat has the focus and holds nothing."""
    compose = _compose(page, lambda _: True, deadline)
    page.focus(compose, deadline)
    compose = _compose(page, lambda c: c.focused, deadline)
    if compose.text:
        page.clear_compose(deadline)
        _compose(page, lambda c: not c.text, deadline)


def _compose(page: WhatsAppPage, wanted: Callable[[Compose], bool], deadline: Deadline) -> Compose:
    def found(snapshot: PageSnapshot) -> Compose | None:
        compose = snapshot.chat.compose if snapshot.chat else None
        return compose if compose is not None and wanted(compose) else None

    try:
        return page.until(found, deadline)
    except WaitTimeout as error:
        raise SendPostponed(
            "box_not_ready", "The compose box does not take the focus or cannot be emptied."
        ) from error
