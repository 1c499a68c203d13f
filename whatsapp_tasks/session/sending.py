"""Sends one message: open the chat, type, write the intent down, press Enter, believe the bubble alone.

With a file, its preview and its caption stand in place of the compose box and the text
(``session/attaching.py``); everything from the intent on is the same.
"""

import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.attempts import Seen
from whatsapp_tasks.domain.bubbles import TICK_STATUS, Bubble, is_message
from whatsapp_tasks.domain.chat_snapshot import Quote
from whatsapp_tasks.domain.files_shown import is_distinct, upload_seconds
from whatsapp_tasks.domain.intents import AT_SERVER, Intent, find_intended, likeness
from whatsapp_tasks.domain.likeness import Likeness
from whatsapp_tasks.domain.notices import UNKNOWN, notice_of
from whatsapp_tasks.domain.open_chat import OpenChat
from whatsapp_tasks.domain.page_parts import lacks_box
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.replies import carries
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.domain.typing_plan import forms_in_box
from whatsapp_tasks.errors import InputStopped, SendPostponed, SendRefused, SendUnsettled, WaitTimeout
from whatsapp_tasks.session.attaching import attach
from whatsapp_tasks.session.attempt_evidence import take_picture
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.navigation import leave_chat
from whatsapp_tasks.session.opt_out_answers import heed_opt_out
from whatsapp_tasks.session.putting_away import put_away
from whatsapp_tasks.session.recipient_opening import note_closed, open_recipient
from whatsapp_tasks.session.replying import armed
from whatsapp_tasks.session.typing import BOX_SECONDS, box_in, disarm, empty_box, postponed, type_text
from whatsapp_tasks.session.uploading import await_upload, bubble_of
from whatsapp_tasks.session.waits import until_in_main
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.metrics import Phase
from whatsapp_tasks.stores.outcomes import Note

log = logging.getLogger(__name__)

BUBBLE_SECONDS = 15.0
"""From Enter until the page shows the bubble: it does so at once, before the server knows."""
CERTAIN_SECONDS = 1.0
"""For the bubble itself to show, where the first one that came may be another one. Where that may be an old
one that was loaded late, `BUBBLE_SECONDS`: a slow page draws the history and ours seconds apart."""
EMPTY_CHAT_SECONDS = 1.5
"""A chat that shows no bubble for so long has none."""
LEASE_MARGIN_SECONDS = 2.0
LIST_SECONDS = 5.0
"""For the chat list to show the newest message: it is drawn apart from the chat."""
ATTEMPTS_TO_GIVE_UP_THE_KNOWN = 12
"""With the pauses between them half an hour; each looked the number up with a control."""


def send(context: AccountContext, page: WhatsAppPage, message: Message) -> Seen:
    """Types ``message`` (claimed by us) into its chat, or attaches its file, and sends it.

    Raises SendRefused or SendPostponed (certainly not sent), SendUnsettled (perhaps sent), BrowserErrors
    (whether Enter was pressed: the intent in the ledger shows it), LeaseLost, StoreUnavailable.
    """
    reach("after_claim")
    if message.file is None:
        return _send(context, page, message, None)
    with context.outgoing.file(message.file) as path:
        return _send(context, page, message, path)


def _send(context: AccountContext, page: WhatsAppPage, message: Message, path: Path | None) -> Seen:
    """``path``: where its file lies, if it has one."""
    opened = _open_to_write(context, page, message)
    context.times.lap(Phase.OPEN_CHAT)
    since = time.monotonic()
    opened = armed(page, message, opened)
    if path is None:
        bubbles = type_text(context, page, message.text, opened).bubbles
    else:
        bubbles = attach(context, page, message, opened, path)
    context.times.lap(Phase.TYPE)
    reach("after_typing")
    shown = bubbles or _late_history(page, since)
    intent = Intent.before_enter(message.attempts, shown)
    # Who was written to before has a history: if none was shown, it is on its way. Asked before Enter: from
    # Enter until our bubble is seen, nothing may depend on Redis.
    history_is_late = not shown and context.ledger.contacted(message.recipient)
    heed_opt_out(context, message.recipient, shown)

    context.lease.check(LEASE_MARGIN_SECONDS)
    if message.expires_at_ms is not None and message.expires_at_ms <= context.now_ms():
        _give_back(context, page, message, opened, "expired", "The message expired while it was typed.")
    noted = context.ledger.note_intent(message, context.lease.fence, intent)
    if noted is Note.PAUSED:
        _give_back(
            context, page, message, opened, "paused", "The account was paused while the message was typed."
        )
    if noted is Note.OPTED_OUT:
        _take_back(context, page, message, opened)
        raise SendRefused("recipient_opted_out", "The recipient opted out while the message was typed.")
    reach("before_enter")
    _press(context, page, opened, message)
    reach("after_enter")
    watch = _Watch(context, message, intent, history_is_late=history_is_late)
    return _follow_enter(context, page, watch, opened.mark.quote)


def _open_to_write(context: AccountContext, page: WhatsAppPage, message: Message) -> OpenChat:
    """The message's chat, open and with a compose box; a chat that has none is left."""
    try:
        # A reply that could not be taken away is gone with the page.
        chat = open_recipient(context, page, message.recipient, fresh=_last_code(message) == "quote_stays")
    except SendRefused as error:
        if error.code == "not_on_whatsapp" and _known_before(context, message):
            raise SendPostponed(
                "lookup_unavailable", "WhatsApp does not find a number that was written to before."
            ) from error
        raise
    if lacks_box(chat):  # of the page, not of this chat
        take_picture(context, "box_not_ready")
        leave_chat(context, page)
        raise SendPostponed(
            "box_not_ready", "The chat shows neither a compose box nor a notice in its place."
        )
    note_closed(context, message.recipient, chat)
    if chat.compose is None:
        notice = notice_of(chat)
        take_picture(context, notice.code)
        leave_chat(context, page)
        if notice is UNKNOWN and _own_chat_is_closed(page):
            raise SendPostponed("box_not_ready", "Not even the chat with oneself has a compose box.")
        raise SendPostponed(notice.code, notice.message)
    assert context.opened is not None
    return context.opened


def _own_chat_is_closed(page: WhatsAppPage) -> bool:
    """After a chat was left for the one with oneself: what is said there is not about a recipient."""
    chat = page.look(Deadline.within(BOX_SECONDS)).chat
    return chat is not None and chat.compose is None


def _last_code(message: Message) -> str | None:
    return next((entry.code for entry in reversed(message.timeline) if entry.status is Status.QUEUED), None)


def _known_before(context: AccountContext, message: Message) -> bool:
    """Who was written to before is not given up because the number is not found for a while."""
    return message.attempts < ATTEMPTS_TO_GIVE_UP_THE_KNOWN and context.ledger.contacted(message.recipient)


def _press(context: AccountContext, page: WhatsAppPage, opened: OpenChat, message: Message) -> None:
    """Enter, or the send button: of a file's preview, or where Enter makes a new line. Raises SendPostponed:
    certainly not sent.

    The lease is checked while the order stands: we may have been stopped meanwhile, and succeeded.
    """
    deadline = Deadline.within(BOX_SECONDS)
    try:
        if message.file is not None:
            page.press_send_file(opened.mark, message.text, deadline, context.lease.check)
        elif context.enter_sends:
            page.press_enter(opened.mark, message.text, deadline, context.lease.check)
        else:
            page.press_send(opened.mark, message.text, deadline, context.lease.check)
    except InputStopped as error:
        context.ledger.withdraw_intent(message, context.lease.fence)
        raise postponed(error.reason) from error


def _give_back(  # noqa: PLR0917 - where, whose, and why
    context: AccountContext, page: WhatsAppPage, message: Message, opened: OpenChat, code: str, sentence: str
) -> NoReturn:
    """Takes the message out of the page and postpones."""
    _take_back(context, page, message, opened)
    raise SendPostponed(code, sentence)


def _take_back(context: AccountContext, page: WhatsAppPage, message: Message, opened: OpenChat) -> None:
    """Nothing of the message is left in the page that could still be sent."""
    if message.file is None:
        empty_box(page, opened, Deadline.within(BOX_SECONDS))
    else:
        put_away(context, page)
    if opened.mark.quote is not None:
        disarm(page, opened, Deadline.within(BOX_SECONDS))


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


def _follow_enter(context: AccountContext, page: WhatsAppPage, watch: "_Watch", quote: Quote | None) -> Seen:
    """From Enter to the server's tick: the bubble must show, then its tick must leave "pending". ``quote``
    stood armed.
    """
    left = SendUnsettled("page_left", "The page left the chats right after Enter.")
    until_shown = Deadline.within(BUBBLE_SECONDS)
    try:
        bubble, is_certain = until_in_main(page, watch.first, until_shown, left)
    except WaitTimeout as error:
        _not_taken(context, page, watch.message, watch.intent)
        raise SendUnsettled("bubble_not_seen", "Enter was pressed and no bubble appeared.") from error
    if not is_certain:
        deadline = until_shown if watch.history_is_late else Deadline.within(CERTAIN_SECONDS)
        try:
            bubble = until_in_main(page, watch.certain, deadline, left)
        except WaitTimeout:
            bubble = watch.bubble(page.look(Deadline.within(BOX_SECONDS))) or bubble
    return await_tick(context, page, watch.message, bubble, quote)


class _Watch:
    """Looks for our bubble since Enter. Others may come before it: one that another device sent meanwhile,
    and in a chat that seemed empty old ones that are loaded late.
    """

    def __init__(
        self, context: AccountContext, message: Message, intent: Intent, *, history_is_late: bool
    ) -> None:
        self._context, self.message, self.intent = context, message, intent
        self.history_is_late = history_is_late
        self._doubted: str | None = None

    def bubble(self, snapshot: PageSnapshot) -> Bubble | None:
        """The one that ours seems to be."""
        return _appeared(self._context, snapshot, self.message, self.intent)

    def first(self, snapshot: PageSnapshot) -> tuple[Bubble, bool] | None:
        """The same, and whether it certainly is ours; if not, it is doubted from now on."""
        bubble = self.bubble(snapshot)
        if bubble is None:
            return None
        if self.certain(snapshot) is not None:
            return bubble, True
        self._doubted = bubble.id
        return bubble, False

    def certain(self, snapshot: PageSnapshot) -> Bubble | None:
        """Our bubble, if it is certain: drawn as the message is, and no old one. One that still waits for the
        server is none, nor is one that came after the one that is doubted.
        """
        bubble = self.bubble(snapshot)
        if bubble is None or not _is_no_other(bubble, self.message):
            return None
        if self.intent.anchors or bubble.tick == "pending":
            return bubble
        self.history_is_late |= not self._shows_only(bubble, snapshot)
        if bubble.tick in ("delivered", "read"):
            return None
        is_next = self._doubted not in (None, bubble.id)
        return bubble if is_next or not self.history_is_late else None

    def _shows_only(self, bubble: Bubble, snapshot: PageSnapshot) -> bool:
        bubbles = snapshot.chat.bubbles if snapshot.chat else ()
        others = [other.id for other in bubbles if is_message(other) and other.id not in self.intent.local]
        return others == [bubble.id]


def _is_no_other(bubble: Bubble, message: Message) -> bool:
    """A picture without a word looks like any other one: ours is one that has not left yet."""
    if likeness(bubble, message.text, message.file) is not Likeness.SAME:
        return False
    distinct = message.file is None or is_distinct(message.file, message.text)
    return distinct or bubble.tick in (None, "pending")


def _not_taken(context: AccountContext, page: WhatsAppPage, message: Message, intent: Intent) -> None:
    """Raises SendPostponed where the text, all of it, still stands in the box (with a file: in the
    preview), and the chat shows nothing new that may be ours: certainly not sent.
    """
    opened = context.opened
    now = page.look(Deadline.within(BOX_SECONDS))
    if opened is None or not opened.holds_in(now) or now.chat is None:
        return
    standing = _standing(now, message)
    if standing is None or standing.rstrip("\n") not in forms_in_box(message.text):
        return
    bubbles, file = now.chat.bubbles, message.file
    if find_intended(intent, message.text, bubbles, settled=True, file=file).verdict != "absent":
        return  # a page may send the text and not empty the box
    context.ledger.withdraw_intent(message, context.lease.fence)
    if standing in forms_in_box(message.text):
        stayed = "The page did not take Enter; the text stayed in the box."
        _give_back(context, page, message, opened, "enter_ignored", stayed)
    context.enter_sends = False
    _give_back(
        context,
        page,
        message,
        opened,
        "enter_does_not_send",
        'Enter makes a new line: switch on "Enter is send" in WhatsApp\'s chat settings.',
    )


def _standing(snapshot: PageSnapshot, message: Message) -> str | None:
    """What of the message stands where it was typed; None if nothing does."""
    if message.file is None:
        box = box_in(snapshot, "compose")
        return box.text if box else None
    if snapshot.preview is None:
        return None
    caption = box_in(snapshot, "caption")
    return caption.text if caption else ""


def _appeared(
    context: AccountContext, snapshot: PageSnapshot, message: Message, intent: Intent
) -> Bubble | None:
    """Our bubble, once the text has left the box: an old one with the same text may be loaded meanwhile."""
    chat, opened = snapshot.chat, context.opened
    if chat is None or opened is None or not opened.holds_in(snapshot):
        return None
    standing = _standing(snapshot, message)
    if standing is not None and standing.rstrip("\n") in forms_in_box(message.text):
        return None
    file = message.file
    return find_intended(intent, message.text, chat.bubbles, settled=False, watched=True, file=file).bubble


def await_tick(
    context: AccountContext,
    page: WhatsAppPage,
    message: Message,
    bubble: Bubble,
    quote: Quote | None = None,
) -> Seen:
    """Notes the bubble, and whether it quotes, and waits for its tick. ``quote`` stood armed for it; None:
    that is not known any more. Raises SendRefused, SendUnsettled.
    """
    context.times.lap(Phase.VERIFY)
    context.seen = (message.id, bubble.id)
    reach("before_bubble_noted")
    context.ledger.note(message, context.lease.fence, **_noted(message, bubble, quote))
    opened = context.opened
    seconds = context.settings.ack_timeout_seconds
    if message.file is not None:
        if bubble.counted:
            seconds += upload_seconds(message.file.size)
            _let_the_list_follow(page, bubble.id)
        elif bubble.tick in (None, "pending"):
            await_upload(context, page, bubble.id, upload_seconds(message.file.size))
        context.times.lap(Phase.UPLOAD)
        context.times.count("file_bytes_uploaded", message.file.size, kind=message.file.kind)

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
            Deadline.within(seconds),
            SendUnsettled("page_left", "The page left the chats before WhatsApp's server had the message."),
        )
    except WaitTimeout as error:
        raise SendUnsettled(
            "still_pending", "The message did not reach WhatsApp's server in time."
        ) from error
    context.times.lap(Phase.ACK)
    reach("before_recording")
    if status is Status.FAILED and _upload_stopped(page, bubble.id):
        raise SendRefused("file_upload_stopped", "WhatsApp shows that the file was not uploaded.")
    if status is Status.FAILED:
        raise SendRefused("whatsapp_refused", "WhatsApp shows that the message was not sent.")
    return Seen(status)


def _noted(message: Message, bubble: Bubble, quote: Quote | None) -> dict[str, str]:
    """What its record says of the bubble."""
    if message.reply is None:
        return {"bubble_id": bubble.id}
    quoted = carries(bubble, quote)
    if not quoted:
        log.warning("The message was sent without its quotation", extra={"message_id": message.id})
    return {"bubble_id": bubble.id, "quoted": "1" if quoted else "0"}


def _upload_stopped(page: WhatsAppPage, bubble_id: str) -> bool:
    bubble = bubble_of(page.look(Deadline.within(BOX_SECONDS)), bubble_id)
    return bubble is not None and bubble.file is not None and bubble.file.upload == "stopped"


def _let_the_list_follow(page: WhatsAppPage, bubble_id: str) -> None:
    """Returns when the chat list has had the time to show the message, or the message's own row shows it."""

    def shown(snapshot: PageSnapshot) -> bool | None:
        bubble = bubble_of(snapshot, bubble_id)
        return True if bubble is not None and not bubble.counted else None

    with suppress(WaitTimeout):
        page.until(shown, Deadline.within(LIST_SECONDS))


def _status_of(snapshot: PageSnapshot, bubble_id: str) -> Status | None:
    bubble = bubble_of(snapshot, bubble_id)
    if bubble is None:
        return None
    if bubble.tick is None and bubble.listed_tick in AT_SERVER:
        return Status.SENT  # how far beyond, the list may say of the message before
    return TICK_STATUS.get(bubble.tick or "")
