"""Settles an attempt whose end nobody wrote down: the chat shows whether the message is there."""

import logging

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.attempts import Attempt, NeverSent
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.intents import Finding, Intent, find_intended, may_have_disappeared
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.session_custody import absence_proves
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import SendUnsettled, WaitTimeout
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.navigation import leave_chat
from whatsapp_tasks.session.recipient_opening import open_recipient
from whatsapp_tasks.session.sending import await_tick
from whatsapp_tasks.stores.messages import Message

log = logging.getLogger(__name__)

QUIET_SECONDS = 2.0
"""A chat counts as loaded when its rows stay the same that long."""
ABSENT_QUIET_SECONDS = 5.0
"""Before "it is not there" is believed, which leads to typing again: the newest messages may come late."""
LOADED_SECONDS = 20.0


def settle(context: AccountContext, page: WhatsAppPage, message: Message) -> Attempt:
    """Finds out what became of ``message`` (status ``sending``).

    Raises what opening a chat raises; SendUnsettled (``chat_unclear``) when the chat does not show it.
    """
    if message.intent is None:
        log.info("The attempt ended before Enter", extra=_fields(message))
        return NeverSent("worker_died")
    # First as the page stands: in one that lived on, the bubble may wait for the server in memory alone, and
    # a reload would lose it.
    chat = open_recipient(context, page, message.recipient)
    finding = _find(context, page, message, message.intent, QUIET_SECONDS)
    if finding.verdict != "found":
        # Also the proof that the server answers: a page that was just loaded has to ask it for the chat.
        chat = open_recipient(context, page, message.recipient, fresh=True)
        finding = _find(context, page, message, message.intent, ABSENT_QUIET_SECONDS)
    log.info("Settled an open attempt by the chat", extra={**_fields(message), "verdict": finding.verdict})
    try:
        return _conclusion(context, page, message, finding)
    finally:
        if chat.compose is None:
            leave_chat(context, page)


def _conclusion(context: AccountContext, page: WhatsAppPage, message: Message, finding: Finding) -> Attempt:
    if finding.verdict == "found" and finding.bubble is not None:
        return await_tick(context, page, message, finding.bubble)
    if finding.verdict == "absent":
        reason = _why_absence_proves_nothing(context, message)
        if reason is None:
            return NeverSent("not_in_chat")
        raise SendUnsettled("chat_unclear", reason)
    raise SendUnsettled("chat_unclear", "The chat does not show the part in which the message would be.")


def _why_absence_proves_nothing(context: AccountContext, message: Message) -> str | None:
    entries = (entry.at_ms for entry in reversed(message.timeline) if entry.status is Status.SENDING)
    begun_ms = next(entries, message.updated_ms)
    gaps = context.vault.taking_over.gaps if context.vault is not None else ()
    if not absence_proves(begun_ms, message.fence, gaps):
        return (
            "The session was restored from an archive older than the attempt: its chat may miss the message."
        )
    if may_have_disappeared(begun_ms, context.now_ms()):
        return (
            "The attempt is a day old; in a chat with disappearing messages, its message may be gone by now."
        )
    return None


def _find(
    context: AccountContext, page: WhatsAppPage, message: Message, intent: Intent, quiet_seconds: float
) -> Finding:
    snapshot = _quiet(page, quiet_seconds)
    if snapshot.chat is None or context.opened is None or not context.opened.holds_in(snapshot):
        return Finding("unclear")
    seen = {(message.id, message.bubble_id), context.seen}
    for bubble in snapshot.chat.bubbles:
        if (message.id, bubble.id) in seen and bubble.outgoing is not False:
            return Finding("found", bubble)  # seen to be ours right after Enter, however it is drawn
    settled = is_calm(snapshot) and snapshot.chat.panel
    bubbles = snapshot.chat.bubbles
    return find_intended(intent, message.text, bubbles, settled=settled, file=message.file)


def _quiet(page: WhatsAppPage, seconds: float) -> PageSnapshot:
    """The page once its rows have stayed the same for ``seconds``."""
    deadline = Deadline.within(LOADED_SECONDS)
    snapshot = page.look(deadline)
    while not deadline.passed:
        before = _rows(snapshot)
        try:
            snapshot = page.until(
                lambda s, before=before: s if _rows(s) != before else None,  # type: ignore[misc]
                deadline.capped(seconds),
            )
        except WaitTimeout:
            break
    return snapshot


def _rows(snapshot: PageSnapshot) -> tuple[str, ...]:
    return tuple(bubble.id for bubble in snapshot.chat.bubbles) if snapshot.chat else ()


def _fields(message: Message) -> dict[str, str]:
    return {"account": message.account, "message_id": message.id}
