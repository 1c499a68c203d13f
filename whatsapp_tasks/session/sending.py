"""Sends one message: open the chat, type, write the intent down, press Enter, believe the bubble alone."""

import logging
import random
import time
from collections.abc import Callable
from typing import NoReturn

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.attempts import Seen
from whatsapp_tasks.domain.intents import Intent, Likeness, find_intended, likeness
from whatsapp_tasks.domain.notices import notice_of
from whatsapp_tasks.domain.open_chat import OpenChat
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
from whatsapp_tasks.domain.typing_plan import forms_in_box, typing_plan
from whatsapp_tasks.errors import InputStopped, SendPostponed, SendRefused, SendUnsettled, WaitTimeout
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.navigation import leave_chat
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.waits import until_in_main
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.metrics import Phase
from whatsapp_tasks.stores.outcomes import Note

log = logging.getLogger(__name__)

BOX_SECONDS = 5.0
"""For the compose box to take the focus, to be empty, or to show what was typed."""
BUBBLE_SECONDS = 15.0
"""From Enter until the page shows the bubble: it does so at once, before the server knows."""
CERTAIN_SECONDS = 1.0
"""For the bubble itself to show, where the first one that came may be another one."""
EMPTY_CHAT_SECONDS = 1.5
"""A chat that shows no bubble for so long has none."""
LEASE_MARGIN_SECONDS = 2.0
ATTEMPTS_TO_GIVE_UP_THE_KNOWN = 12
"""With the pauses between them half an hour; each looked the number up with a control."""
STROKE_SECONDS = 0.1
"""Allowed for one grapheme besides its pause: 6 to 10 ms measured, times ten for a machine that is busy."""
PASTE_SECONDS = 0.5
"""For the page to write a paste down: a line break, mostly (docs/whatsapp-web.md, 12.5)."""


def send(context: AccountContext, page: WhatsAppPage, message: Message) -> Seen:
    """Types ``message`` (claimed by us) into its chat and sends it.

    Raises SendRefused or SendPostponed (certainly not sent), SendUnsettled (perhaps sent), BrowserErrors
    (whether Enter was pressed: the intent in the ledger shows it), LeaseLost, StoreUnavailable.
    """
    reach("after_claim")
    opened = _open_to_write(context, page, message)
    context.times.lap(Phase.OPEN_CHAT)
    since = time.monotonic()
    ready = _type(context, page, message, opened)
    context.times.lap(Phase.TYPE)
    reach("after_typing")
    intent = Intent.before_enter(message.attempts, ready.bubbles or _late_history(page, since))

    context.lease.check(LEASE_MARGIN_SECONDS)
    if message.expires_at_ms is not None and message.expires_at_ms <= context.now_ms():
        _give_back(page, opened, "expired", "The message expired while it was typed.")
    noted = context.ledger.note_intent(message.id, context.lease.fence, intent)
    if noted is Note.PAUSED:
        _give_back(page, opened, "paused", "The account was paused while the message was typed.")
    if noted is Note.OPTED_OUT:
        _empty(page, opened, Deadline.within(BOX_SECONDS))
        raise SendRefused("recipient_opted_out", "The recipient opted out while the message was typed.")
    reach("before_enter")
    _press(context, page, opened, message)
    reach("after_enter")
    return follow_enter(context, page, message, intent)


def _open_to_write(context: AccountContext, page: WhatsAppPage, message: Message) -> OpenChat:
    """The message's chat, open and with a compose box; a chat that has none is left."""
    try:
        chat = open_chat(context, page, message.phone)
    except SendRefused as error:
        if error.code == "not_on_whatsapp" and _known_before(context, message):
            raise SendPostponed(
                "lookup_unavailable", "WhatsApp does not find a number that was written to before."
            ) from error
        raise
    if chat.compose is None:
        notice = notice_of(chat)
        leave_chat(context, page)
        raise SendPostponed(notice.code, notice.message)
    assert context.opened is not None
    return context.opened


def _known_before(context: AccountContext, message: Message) -> bool:
    """Who was written to before is not given up because the number is not found for a while."""
    return message.attempts < ATTEMPTS_TO_GIVE_UP_THE_KNOWN and context.ledger.contacted(message.phone)


def _press(context: AccountContext, page: WhatsAppPage, opened: OpenChat, message: Message) -> None:
    """Enter, or the send button where Enter makes a new line. Raises SendPostponed: certainly not sent.

    The lease is checked while the order stands: we may have been stopped meanwhile, and succeeded.
    """
    deadline = Deadline.within(BOX_SECONDS)
    try:
        if context.enter_sends:
            page.press_enter(opened.mark, message.text, deadline, context.lease.check)
        else:
            page.press_send(opened.mark, message.text, deadline, context.lease.check)
    except InputStopped as error:
        context.ledger.withdraw_intent(message.id, context.lease.fence)
        raise _postponed(error.reason) from error


def _give_back(page: WhatsAppPage, opened: OpenChat, code: str, sentence: str) -> NoReturn:
    """Empties the box and postpones."""
    _empty(page, opened, Deadline.within(BOX_SECONDS))
    raise SendPostponed(code, sentence)


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


def follow_enter(context: AccountContext, page: WhatsAppPage, message: Message, intent: Intent) -> Seen:
    """From Enter to the server's tick: the bubble must show, then its tick must leave "pending"."""
    left = SendUnsettled("page_left", "The page left the chats right after Enter.")

    def appeared(snapshot: PageSnapshot) -> tuple[Bubble, bool] | None:
        bubble = _appeared(context, snapshot, message, intent)
        return None if bubble is None else (bubble, _is_certain(bubble, snapshot, message, intent))

    def certain(snapshot: PageSnapshot) -> Bubble | None:
        found = appeared(snapshot)
        return found[0] if found is not None and found[1] else None

    try:
        bubble, is_certain = until_in_main(page, appeared, Deadline.within(BUBBLE_SECONDS), left)
    except WaitTimeout as error:
        _not_taken(context, page, message, intent)
        raise SendUnsettled("bubble_not_seen", "Enter was pressed and no bubble appeared.") from error
    if not is_certain:
        try:
            bubble = until_in_main(page, certain, Deadline.within(CERTAIN_SECONDS), left)
        except WaitTimeout:
            bubble, _ = appeared(page.look(Deadline.within(BOX_SECONDS))) or (bubble, False)
    return await_tick(context, page, message, bubble)


def _is_certain(bubble: Bubble, snapshot: PageSnapshot, message: Message, intent: Intent) -> bool:
    """False for a bubble that is drawn otherwise: another device may have sent it meanwhile. Also for an
    equal text in a chat that seemed empty: it may be an old one that was loaded late.
    """
    bubbles = snapshot.chat.bubbles if snapshot.chat else ()
    alone = [b.id for b in bubbles if b.id not in intent.local] == [bubble.id]
    new = bool(intent.anchors) or (alone and bubble.tick not in ("delivered", "read"))
    return new and likeness(bubble, message.text) is Likeness.SAME


def _not_taken(context: AccountContext, page: WhatsAppPage, message: Message, intent: Intent) -> None:
    """Raises SendPostponed where the text, all of it, still stands in the box, and the chat shows nothing new
    that may be ours: certainly not sent.
    """
    opened = context.opened
    now = page.look(Deadline.within(BOX_SECONDS))
    if opened is None or not opened.holds_in(now) or now.chat is None or now.chat.compose is None:
        return
    standing = now.chat.compose.text
    if standing.rstrip("\n") not in forms_in_box(message.text):
        return
    if find_intended(intent, message.text, now.chat.bubbles, settled=True).verdict != "absent":
        return  # a page may send the text and not empty the box
    context.ledger.withdraw_intent(message.id, context.lease.fence)
    if standing in forms_in_box(message.text):
        _give_back(page, opened, "enter_ignored", "The page did not take Enter; the text stayed in the box.")
    context.enter_sends = False
    _give_back(
        page,
        opened,
        "enter_does_not_send",
        'Enter makes a new line: switch on "Enter is send" in WhatsApp\'s chat settings.',
    )


def _appeared(
    context: AccountContext, snapshot: PageSnapshot, message: Message, intent: Intent
) -> Bubble | None:
    """Our bubble, once the text has left the box: an old one with the same text may be loaded meanwhile."""
    chat, opened = snapshot.chat, context.opened
    if chat is None or opened is None or not opened.holds_in(snapshot):
        return None
    if chat.compose is not None and chat.compose.text.rstrip("\n") in forms_in_box(message.text):
        return None
    return find_intended(intent, message.text, chat.bubbles, settled=False, watched=True).bubble


def await_tick(context: AccountContext, page: WhatsAppPage, message: Message, bubble: Bubble) -> Seen:
    """Notes the bubble and waits for its tick. Raises SendRefused, SendUnsettled."""
    context.times.lap(Phase.VERIFY)
    reach("before_bubble_noted")
    context.ledger.note(message.id, context.lease.fence, bubble_id=bubble.id)
    opened = context.opened

    def tick(snapshot: PageSnapshot) -> Status | None:
        if opened is None or snapshot.document != opened.mark.document:
            raise SendUnsettled(
                "page_left", "The page was reloaded before WhatsApp's server had the message."
            )
        return _status_of(snapshot, bubble.id)

    try:
        status = until_in_main(
            page,
            tick,
            Deadline.within(context.settings.ack_timeout_seconds),
            SendUnsettled("page_left", "The page left the chats before WhatsApp's server had the message."),
        )
    except WaitTimeout as error:
        raise SendUnsettled(
            "still_pending", "The message did not reach WhatsApp's server in time."
        ) from error
    context.times.lap(Phase.ACK)
    reach("before_recording")
    if status is Status.FAILED:
        raise SendRefused("whatsapp_refused", "WhatsApp shows that the message was not sent.")
    return Seen(status)


def _status_of(snapshot: PageSnapshot, bubble_id: str) -> Status | None:
    for bubble in snapshot.chat.bubbles if snapshot.chat else ():
        if bubble.id == bubble_id and bubble.tick is not None:
            return TICK_STATUS.get(bubble.tick)
    return None


def _type(context: AccountContext, page: WhatsAppPage, message: Message, opened: OpenChat) -> Chat:
    """The chat with exactly the message's text in its compose box; raises SendPostponed."""
    settings = context.settings
    strokes = list(
        typing_plan(
            message.text,
            random.uniform,
            fastest_ms=settings.typing_fastest_ms,
            slowest_ms=settings.typing_slowest_ms,
        )
    )
    seconds = sum(
        stroke.pause_ms / 1000 + (PASTE_SECONDS if stroke.kind == "paste" else STROKE_SECONDS)
        for stroke in strokes
    )
    _empty(page, opened, Deadline.within(BOX_SECONDS))
    try:
        page.type_text(strokes, opened.mark, Deadline.within(seconds + BOX_SECONDS))
    except InputStopped as error:
        raise _postponed(error.reason) from error

    def as_typed(snapshot: PageSnapshot) -> Chat | None:
        chat = snapshot.chat
        right = (
            popup_of(snapshot) is Popup.NONE
            and chat is not None
            and chat.compose is not None
            and chat.compose.text in forms_in_box(message.text)
            and opened.holds_in(snapshot)
        )
        return chat if right else None

    try:
        return until_in_main(page, as_typed, Deadline.within(BOX_SECONDS), _postponed("left"))
    except WaitTimeout as error:
        raise _not_as_typed(page, opened) from error


def _not_as_typed(page: WhatsAppPage, opened: OpenChat) -> SendPostponed:
    """Why the box does not show the text: the text's own fault only where nothing else is amiss."""
    snapshot = page.look(Deadline.within(BOX_SECONDS))
    if not opened.holds_in(snapshot):
        return _postponed("chat_moved")
    if popup_of(snapshot) is not Popup.NONE:
        return _postponed("dialog")
    _empty(page, opened, Deadline.within(BOX_SECONDS))
    return _postponed("text")


POSTPONED = {  # by what held an input back
    "left": ("page_not_ready", "The page left the chats while the message was typed."),
    "chat_moved": ("chat_moved", "The open chat changed while the message was typed."),
    "text": ("text_not_kept", "The compose box does not keep this text as given."),
    "suggestions": ("text_not_kept", "A list of suggestions stays open over this text."),
    "no_box": ("box_not_ready", "The compose box is gone."),
    "late": ("input_stopped", "Enter came too late after it was allowed."),
    "dialog": ("input_stopped", "A dialog came over the chat while the message was typed."),
    "focus": ("input_stopped", "Something took the focus while the message was typed."),
}


def _postponed(reason: str) -> SendPostponed:
    return SendPostponed(*POSTPONED[reason])


def _empty(page: WhatsAppPage, opened: OpenChat, deadline: Deadline) -> None:
    """The compose box of the open chat has the focus and holds nothing."""
    try:
        compose = _compose(page, opened, lambda _: True, deadline)
        page.focus(opened.mark, deadline)
        compose = _compose(page, opened, lambda c: c.focused, deadline)
        if compose.text:
            page.clear_compose(opened.mark, deadline)
            _compose(page, opened, lambda c: not c.text, deadline)
    except InputStopped as error:
        raise _postponed(error.reason) from error


def _compose(
    page: WhatsAppPage, opened: OpenChat, wanted: Callable[[Compose], bool], deadline: Deadline
) -> Compose:
    def found(snapshot: PageSnapshot) -> Compose | None:
        compose = snapshot.chat.compose if snapshot.chat and opened.holds_in(snapshot) else None
        return compose if compose is not None and wanted(compose) else None

    try:
        return until_in_main(page, found, deadline, _postponed("left"))
    except WaitTimeout as error:
        raise SendPostponed(
            "box_not_ready", "The compose box does not take the focus or cannot be emptied."
        ) from error
