"""Types a text into a box at a person's pace, and reads it back: the chat's own box, or a file's caption."""

import random
from collections.abc import Callable
from contextlib import suppress

from whatsapp_tasks.browser.compose_input import Box
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_snapshot import Chat, Compose, Quote
from whatsapp_tasks.domain.open_chat import OpenChat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.domain.typing_plan import forms_in_box, typing_plan
from whatsapp_tasks.errors import InputStopped, SendPostponed, WaitTimeout
from whatsapp_tasks.session.attempt_evidence import take_picture
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.waits import until_in_main

BOX_SECONDS = 5.0
"""For a box to take the focus, to be empty, or to show what was typed."""
STROKE_SECONDS = 0.1
"""Allowed for one grapheme besides its pause: 6 to 10 ms measured, times ten for a machine that is busy."""
PASTE_SECONDS = 0.5
"""For the page to write a paste down: a line break, mostly (docs/whatsapp-web.md, 12.5)."""

POSTPONED = {  # by what held an input back
    "left": ("page_not_ready", "The page left the chats while the message was typed."),
    "chat_moved": ("chat_moved", "The open chat changed while the message was typed."),
    "text": ("text_not_kept", "The compose box does not keep this text as given."),
    "suggestions": ("text_not_kept", "A list of suggestions stays open over this text."),
    "no_box": ("box_not_ready", "The compose box is gone."),
    "late": ("input_stopped", "Enter came too late after it was allowed."),
    "quote": ("quote_changed", "What stands armed over the box changed while the message was typed."),
    "dialog": ("input_stopped", "A dialog came over the chat while the message was typed."),
    "focus": ("input_stopped", "Something took the focus while the message was typed."),
    "no_chooser": ("attach_not_found", "The page asked for no file, or for one of another kind."),
}


def postponed(reason: str) -> SendPostponed:
    return SendPostponed(*POSTPONED[reason])


def type_text(
    context: AccountContext, page: WhatsAppPage, text: str, opened: OpenChat, box: Box = "compose"
) -> Chat:
    """The chat with exactly ``text`` in the box; raises SendPostponed."""
    strokes = list(
        typing_plan(
            text,
            random.uniform,
            fastest_ms=context.settings.typing_fastest_ms,
            slowest_ms=context.settings.typing_slowest_ms,
        )
    )
    seconds = sum(
        stroke.pause_ms / 1000 + (PASTE_SECONDS if stroke.kind == "paste" else STROKE_SECONDS)
        for stroke in strokes
    )
    empty_box(page, opened, Deadline.within(BOX_SECONDS), box)
    try:
        page.type_text(strokes, opened.mark, Deadline.within(seconds + BOX_SECONDS), box)
    except InputStopped as error:
        raise postponed(error.reason) from error

    def as_typed(snapshot: PageSnapshot) -> Chat | None:
        shown = box_in(snapshot, box)
        right = (
            popup_of(snapshot) is Popup.NONE
            and shown is not None
            and shown.text in forms_in_box(text)
            and opened.holds_in(snapshot)
            and (box == "caption" or _quote_in(snapshot) == opened.mark.quote)
        )
        return snapshot.chat if right else None

    try:
        return until_in_main(page, as_typed, Deadline.within(BOX_SECONDS), postponed("left"))
    except WaitTimeout as error:
        raise _not_as_typed(context, page, opened, box) from error


def box_in(snapshot: PageSnapshot, box: Box) -> Compose | None:
    """The box as the page shows it; None if it is not there."""
    if box == "caption":
        return snapshot.preview.caption if snapshot.preview else None
    return snapshot.chat.compose if snapshot.chat else None


def empty_box(page: WhatsAppPage, opened: OpenChat, deadline: Deadline, box: Box = "compose") -> None:
    """The box of the open chat has the focus and holds nothing, and over it nothing stands armed but what
    the message quotes: a dead attempt, or a person, may have left something.
    """
    try:
        shown, quote = _until_box(page, opened, lambda _: True, deadline, box)
        if box == "compose" and quote != opened.mark.quote:
            disarm(page, opened, deadline)
            if opened.mark.quote is not None:
                raise postponed("quote")
        page.focus(opened.mark, deadline, box)
        shown, _ = _until_box(page, opened, lambda b: b.focused, deadline, box)
        if shown.text:
            page.clear_compose(opened.mark, deadline, box)
            _until_box(page, opened, lambda b: not b.text, deadline, box)
    except InputStopped as error:
        raise postponed(error.reason) from error


def disarm(page: WhatsAppPage, opened: OpenChat, deadline: Deadline) -> None:
    """Nothing stands armed over the box of the open chat. Raises SendPostponed (``quote_stays``) if it cannot
    be taken away.
    """
    if _quote_in(page.look(deadline)) is None:
        return
    gone = SendPostponed("quote_stays", "What stands armed over the box cannot be taken away.")
    try:
        page.disarm_reply(opened.mark, deadline)
        until_in_main(page, lambda s: True if _quote_in(s) is None else None, deadline, postponed("left"))
    except InputStopped as error:
        raise gone if error.reason == "no_box" else postponed(error.reason) from error
    except WaitTimeout as error:
        raise gone from error


def _quote_in(snapshot: PageSnapshot) -> Quote | None:
    return snapshot.chat.quote if snapshot.chat else None


def _not_as_typed(context: AccountContext, page: WhatsAppPage, opened: OpenChat, box: Box) -> SendPostponed:
    """Why the box does not show the text: the text's own fault only where nothing else is amiss."""
    snapshot = page.look(Deadline.within(BOX_SECONDS))
    if not opened.holds_in(snapshot):
        return postponed("chat_moved")
    if popup_of(snapshot) is not Popup.NONE:
        return postponed("dialog")
    if box == "compose" and _quote_in(snapshot) != opened.mark.quote:
        return postponed("quote")
    if box_in(snapshot, box) is None:
        return postponed("no_box")
    altered = postponed("text")
    take_picture(context, altered.code)
    with suppress(SendPostponed):  # that it cannot be emptied either is due to this text
        empty_box(page, opened, Deadline.within(BOX_SECONDS), box)
    return altered


def _until_box(
    page: WhatsAppPage, opened: OpenChat, wanted: Callable[[Compose], bool], deadline: Deadline, box: Box
) -> tuple[Compose, Quote | None]:
    """The box as it is wanted, and what stands armed over it."""

    def found(snapshot: PageSnapshot) -> tuple[Compose, Quote | None] | None:
        shown = box_in(snapshot, box) if opened.holds_in(snapshot) else None
        return (shown, _quote_in(snapshot)) if shown is not None and wanted(shown) else None

    try:
        return until_in_main(page, found, deadline, postponed("left"))
    except WaitTimeout as error:
        raise SendPostponed(
            "box_not_ready", "The compose box does not take the focus or cannot be emptied."
        ) from error
