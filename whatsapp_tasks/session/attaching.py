"""Attaches a file: menu, chooser, preview, caption. Nothing is sent here."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Preview
from whatsapp_tasks.domain.faults import consequence_of
from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.domain.files_shown import is_ready, preparation_seconds, preview_amiss, refusal_of
from whatsapp_tasks.domain.open_chat import OpenChat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.errors import (
    BrowserError,
    InputStopped,
    SendError,
    SendPostponed,
    SendRefused,
    WaitTimeout,
)
from whatsapp_tasks.session.attempt_evidence import take_picture
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.putting_away import put_away
from whatsapp_tasks.session.typing import BOX_SECONDS, empty_box, postponed, type_text
from whatsapp_tasks.session.waits import until_in_main
from whatsapp_tasks.stores.messages import Message

log = logging.getLogger(__name__)

MENU_SECONDS = 5.0
NOTICE_SECONDS = 10.0
"""For the line that refuses a file to go: it stays some seconds, and could be taken for the next file's."""
CAPTION_SECONDS = 2.0
"""For the box of the caption, where the button that sends came first."""
PREVIEW_SECONDS = 20.0
"""For the preview of a small file; large ones get more (``preparation_seconds``)."""


def attach(
    context: AccountContext, page: WhatsAppPage, message: Message, opened: OpenChat, path: Path
) -> tuple[Bubble, ...]:
    """The preview of the message's file, which lies at ``path``, is open with the text as its caption and
    can be sent. Returns the bubbles of the chat.

    Raises SendRefused where the page does not take the file, SendPostponed, and the page's BrowserErrors;
    nothing was sent, and no preview is left open if the page answers.
    """
    try:
        return _attach(context, page, message, opened, path)
    except InputStopped as error:
        stopped = postponed(error.reason)
        take_picture(context, stopped.code)
        _put_away_quietly(context, page)
        raise stopped from error
    except SendError as error:
        take_picture(context, error.code)
        _put_away_quietly(context, page)
        raise


def _attach(
    context: AccountContext, page: WhatsAppPage, message: Message, opened: OpenChat, path: Path
) -> tuple[Bubble, ...]:
    file = message.file
    assert file is not None
    # What stands in the box would become the caption (docs/whatsapp-web.md, 12.6).
    empty_box(page, opened, Deadline.within(BOX_SECONDS))
    before = _without_notices(page)
    _open_menu(page, opened)
    page.choose_file(
        opened.mark, file.kind, path, Deadline.within(PREVIEW_SECONDS), lambda: reach("chooser_open")
    )
    _await_preview(page, file, opened, before.file_notices)
    reach("preview_open")
    chat = before.chat
    if message.text:
        chat = type_text(context, page, message.text, opened, "caption")
    now = page.look(Deadline.within(BOX_SECONDS))
    amiss = preview_amiss(now.preview, file) if now.preview else "preview_not_shown"
    if amiss:
        raise _not_shown(amiss)
    shown = now.chat or chat
    return _best_known(before.chat.bubbles if before.chat else (), shown.bubbles if shown else ())


def _open_menu(page: WhatsAppPage, opened: OpenChat) -> None:
    page.press_attach(opened.mark, Deadline.within(MENU_SECONDS))
    try:
        until_in_main(
            page, lambda s: True if s.attach_menu else None, Deadline.within(MENU_SECONDS), postponed("left")
        )
    except WaitTimeout as error:
        raise SendPostponed("attach_not_found", "The menu of files did not open.") from error


def _without_notices(page: WhatsAppPage) -> PageSnapshot:
    """The page once it has stopped saying what was amiss with an earlier file; as it is, if it does not."""
    try:
        return page.until(lambda s: None if s.file_notices else s, Deadline.within(NOTICE_SECONDS))
    except WaitTimeout:
        return page.look(Deadline.within(BOX_SECONDS))


def _await_preview(page: WhatsAppPage, file: MessageFile, opened: OpenChat, known: frozenset[str]) -> Preview:
    """The preview of the one file, ready to be sent. ``known``: what the page said before it had the file."""

    def ready(snapshot: PageSnapshot) -> Preview | None:
        refused = refusal_of(snapshot.file_notices - known)
        if refused is not None:
            may_pass = consequence_of(refused).attempts > 1
            raise (SendPostponed if may_pass else SendRefused)(refused, "WhatsApp Web did not take the file.")
        if not opened.holds_in(snapshot) or popup_of(snapshot) is not Popup.NONE:
            return None
        preview = snapshot.preview
        return preview if preview is not None and (is_ready(preview, file) or _is_sticker(preview)) else None

    def captioned(snapshot: PageSnapshot) -> Preview | None:
        preview = ready(snapshot)
        return preview if preview is not None and is_ready(preview, file) else None

    seconds = PREVIEW_SECONDS + preparation_seconds(file.size)
    try:
        preview = until_in_main(page, ready, Deadline.within(seconds), postponed("left"))
    except WaitTimeout as error:
        raise SendPostponed("preview_not_shown", "The preview of the file did not come in time.") from error
    if not is_ready(preview, file):
        with suppress(WaitTimeout):
            preview = until_in_main(page, captioned, Deadline.within(CAPTION_SECONDS), postponed("left"))
    amiss = preview_amiss(preview, file)
    if amiss:
        raise _not_shown(amiss)
    return preview


def _is_sticker(preview: Preview) -> bool:
    """It can be sent, and there is nowhere to write."""
    return preview.send is not None and preview.caption is None


def _not_shown(code: str) -> SendPostponed:
    if code == "file_kind_not_taken":
        return SendPostponed(code, "The preview shows the file as another kind.")
    return SendPostponed(code, "The preview does not show this one file.")


def _best_known(before: Sequence[Bubble], now: Sequence[Bubble]) -> tuple[Bubble, ...]:
    """The bubbles as of now, each as it was seen before the preview covered it and its row was emptied or
    taken out: else the chat could seem empty, and an old file be taken for ours after a crash.
    """
    seen = {bubble.id: bubble for bubble in before if bubble.outgoing is not None}
    shown = {bubble.id for bubble in now}
    covered = tuple(bubble for bubble in before if bubble.id not in shown)
    return (*covered, *(seen.get(b.id, b) if b.outgoing is None else b for b in now))


def _put_away_quietly(context: AccountContext, page: WhatsAppPage) -> None:
    """After a failure, which is reported; a page that does not answer is put right at its next use."""
    try:
        put_away(context, page)
    except (BrowserError, SendError) as error:
        log.info("A preview was left open", extra={"error": type(error).__name__})
