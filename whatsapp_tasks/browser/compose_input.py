"""Input for the compose box of one chat, or for the caption of a file that is about to be sent to it, and for
nothing else.

Trusted keys and clicks go to the element that is focused or under the mouse when they arrive, and a dialog
may appear at any time (docs/whatsapp-web.md, 11.3). So each action first gives an order to the guard in the
page (``input/guard.js``, ``input/order.js``), which sees every event before the page does and blocks all
events that do not go to the box of the intended chat. A document that replaces this one meanwhile gets no
input.

All methods raise InputStopped with one of these reasons; from then on certainly nothing reached the page:

- ``chat_moved``: the chat with this mark is not open any more, or the document was replaced;
- ``no_box``: the box is not there, or a different one than before; for a press: no such control;
- ``dialog``: a dialog or another element covers it;
- ``focus``: the box does not have the focus, or an event went elsewhere;
- ``suggestions``: a list of suggestions is open, which would take Enter;
- ``late``: Enter came more than `SEND_WITHIN_SECONDS` after its order: this process may have been stopped;
- ``quote``: what stands armed over the box is not what the mark says;
- ``text``: the box does not hold the text: it was not empty before typing, or the page changes the text;
- ``no_chooser``: the page asked for no file, or for one of another kind.

They also raise the other BrowserErrors of ``browser.page``.
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.input_scripts import (
    input_of_item_script,
    order_script,
    paste_script,
    takes_script,
)
from whatsapp_tasks.browser.page import JSON, MouseButton, Page, Stroke
from whatsapp_tasks.browser.readings import reading
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.open_chat import ChatMark
from whatsapp_tasks.domain.typing_plan import forms_in_box, without_paste
from whatsapp_tasks.errors import InputStopped, PageChanged, PageError, WaitTimeout

RELEASE_SECONDS = 5.0
SEND_WITHIN_SECONDS = 2.0
"""From the order to the event that sends, by the clock of the page."""
SETTLE_SECONDS = 2.0
"""Time for the page to set the focus, or to insert typed or pasted text."""
CHECK_EVERY_MS, CHECK_EVERY = 250.0, 50
"""The pauses and strokes between two checks while typing."""

_CLOSE = "if (window === top) globalThis.whatsappTasksInputClosed = true;"
_RELEASE = """() => {
  globalThis.whatsappTasksInputClosed = false;
  Object.assign(globalThis.whatsappTasksGuard, { order: null, stopped: null });
  return true;
}"""
_VERDICT = """() => {
  const { order, stopped } = globalThis.whatsappTasksGuard;
  if (!order) return { here: false, stopped, done: false };
  if (order.long) order.stopped ||= order.chatAmiss();
  return { here: true, stopped: order.stopped, done: order.done };
}"""
_AMISS = """() => {
  const { order } = globalThis.whatsappTasksGuard;
  if (!order) return "chat_moved";
  return order.stopped || order.chatAmiss() || (order.focused() ? "text" : "focus");
}"""


def _once(condition: str) -> str:
    """A script that waits until ``condition`` of the order holds, or the order has ended."""
    return f"""(text) => {{
      const {{ order }} = globalThis.whatsappTasksGuard;
      if (!order) return {{ stopped: "chat_moved" }};
      if (order.stopped) return {{ stopped: order.stopped }};
      return {condition} ? {{ stopped: null }} : null;
    }}"""


_FOCUSED = _once("order.focused()")
_HOLDS = _once("order.text() === text")


Box = Literal["compose", "caption"]
"""The box of the chat, or that of the preview of a file."""
MayGoOn = Callable[[float], None]
"""Raises an error of its own unless there are so many seconds left."""


@dataclass(frozen=True)
class _Point:
    x: float
    y: float


class ComposeInput:
    """Input for the compose boxes of ``page``. ``config`` gives the current selectors."""

    def __init__(self, page: Page, config: Callable[[], dict[str, JSON]]) -> None:
        self._page = page
        self._config = config

    def focus(self, mark: ChatMark, deadline: Deadline, box: Box = "compose") -> None:
        """Clicks into the box and waits until it has the focus."""
        with self._order("focus", mark, deadline, box=box) as point, _in_one_document():
            self._page.click(point.x, point.y, deadline)
            self._wait(_FOCUSED, "", deadline)

    def clear(self, mark: ChatMark, deadline: Deadline, box: Box = "compose") -> None:
        """Empties the focused box by keys, as a person would."""
        with self._order("clear", mark, deadline, box=box), _in_one_document():
            self._page.press_key("Control+a", deadline)
            self._page.press_key("Backspace", deadline)
            self._wait(_HOLDS, "", deadline)

    def type_text(
        self, strokes: Iterable[Stroke], mark: ChatMark, deadline: Deadline, box: Box = "compose"
    ) -> None:
        """Types into the focused, empty box, and waits until it holds exactly the text of the strokes.

        The box may hold one more space than the text (`forms_in_box`), because the page trims it when
        sending.
        """
        typed = ""
        with self._order("type", mark, deadline, box=box), _in_one_document():
            for chunk in _chunks(strokes):
                typed += "".join(stroke.text for stroke in chunk)
                if chunk[0].kind == "paste":
                    self._paste(chunk[0], typed, deadline)
                else:
                    self._page.type(chunk, deadline)
                    _raise_if_stopped(self._verdict(deadline))
            self._wait(_HOLDS, typed, deadline)

    def press_enter(
        self, mark: ChatMark, text: str, deadline: Deadline, may_go_on: MayGoOn = lambda _: None
    ) -> None:
        """Presses Enter, if at its event the box has the focus and holds ``text``, and nothing is in the way.

        Raises PageChanged if the document was replaced and it is not known whether Enter came before that;
        InputStopped only if Enter certainly did not reach the page. ``may_go_on`` is asked after the page has
        the order, and raises if less time is left than Enter may take.
        """
        with self._order("enter", mark, deadline, forms_in_box(text)):
            may_go_on(SEND_WITHIN_SECONDS)
            self._page.press_enter(deadline)
            self._require_done(deadline)

    def press_send(
        self,
        mark: ChatMark,
        text: str,
        deadline: Deadline,
        may_go_on: MayGoOn = lambda _: None,
        box: Box = "compose",
    ) -> None:
        """Clicks the send button of the box, under the conditions of `press_enter` and with the same errors.

        That of a preview only if it sends exactly one file; the box need not have the focus there.
        """
        with self._order("send", mark, deadline, forms_in_box(text), box=box) as point:
            may_go_on(SEND_WITHIN_SECONDS)
            self._page.click(point.x, point.y, deadline)
            self._require_done(deadline)

    def press_attach(self, mark: ChatMark, deadline: Deadline) -> None:
        """Clicks the button that opens the menu of files, or closes it."""
        self._click("attach", mark, deadline)

    def open_message_menu(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        """Clicks with the right button on the message with this id, which must be in view."""
        self._click("menu", mark, deadline, bubble=bubble, button="right")

    def press_reply(self, mark: ChatMark, deadline: Deadline) -> None:
        """Clicks "Reply" in the open menu of a message."""
        self._click("reply", mark, deadline)

    def press_download(self, mark: ChatMark, deadline: Deadline) -> None:
        """Clicks "Download" in the open menu of a message."""
        self._click("download", mark, deadline)

    def press_fetch(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        """Clicks the control by which a bubble offers to load its file, in view."""
        self._click("fetch", mark, deadline, bubble=bubble)

    def reply_beside(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        """Double-clicks beside the message with this id, which must be in view."""
        self._click("beside", mark, deadline, bubble=bubble, times=2)

    def disarm_reply(self, mark: ChatMark, deadline: Deadline) -> None:
        """Clicks the cross of what stands armed over the box."""
        self._click("disarm", mark, deadline)

    def _click(
        self,
        kind: str,
        mark: ChatMark,
        deadline: Deadline,
        *,
        bubble: str = "",
        button: MouseButton = "left",
        times: int = 1,
    ) -> None:
        with self._order(kind, mark, deadline, bubble=bubble) as point, _in_one_document():
            self._page.click(point.x, point.y, deadline, button=button, times=times)
            self._require_done(deadline)

    def choose_file(
        self, mark: ChatMark, kind: FileKind, path: Path, deadline: Deadline, chosen: Callable[[], None]
    ) -> None:
        """Gives the file at ``path`` to the open menu's item for ``kind``. ``chosen`` is called just before.

        To the input that lies in the item (E1, E2), else to the one for which a press on the item makes the
        page open a chooser (E3); never to an input that makes stickers.
        """
        with self._order("item", mark, deadline, file_kind=kind) as point, _in_one_document():
            config, wanted = self._config(), str(kind)
            find = input_of_item_script()
            if self._page.evaluate(f"(...all) => !!({find})(...all)", config, wanted, deadline=deadline):
                chosen()
                taken = self._page.give_file(path, find, config, wanted, deadline=deadline)
            else:

                def press() -> None:
                    self._page.click(point.x, point.y, deadline)
                    self._require_done(deadline)

                taken = self._page.choose_file(
                    path, press, takes_script(), wanted, deadline=deadline, chosen=chosen
                )
            if not taken:
                raise InputStopped("no_chooser")

    @contextlib.contextmanager
    def _order(
        self,
        kind: str,
        mark: ChatMark,
        deadline: Deadline,
        texts: Sequence[str] = (),
        *,
        box: Box = "compose",
        file_kind: str = "",
        bubble: str = "",
    ) -> Iterator[_Point]:
        closing = self._page.run_at_start(_CLOSE, deadline)
        try:
            answer = self._ask(
                order_script(),
                self._config(),
                {
                    "kind": kind,
                    "box": box,
                    "file_kind": str(file_kind),
                    "document": mark.document,
                    "nodes": mark.nodes,
                    "title": mark.title,
                    "bubble": bubble,
                    "quote": None if mark.quote is None else mark.quote.identity,
                    "texts": texts,
                    "valid_ms": SEND_WITHIN_SECONDS * 1000,
                },
                deadline=deadline,
            )
            _raise_if_stopped(answer)
            with reading("The guard's answer"):
                place = _Point(answer["x"], answer["y"])
            yield place
        finally:
            self._release(closing)

    def _release(self, closing: str) -> None:
        """Removes the order, in the document that is there now."""
        deadline = Deadline.within(RELEASE_SECONDS)
        try:
            self._page.forget_at_start(closing, deadline)
        except PageChanged:
            with contextlib.suppress(PageError):  # it is gone already
                self._page.forget_at_start(closing, deadline)
        self._until_answered(_RELEASE, deadline)

    def _paste(self, stroke: Stroke, typed: str, deadline: Deadline) -> None:
        """Waits for a paste, which the page inserts asynchronously."""
        answer = self._ask(paste_script(), stroke.text, deadline=deadline)
        _raise_if_stopped(answer)
        with reading("The guard's answer"):
            taken = bool(answer["taken"])
        if taken:
            self._wait(_HOLDS, typed, deadline)
        else:
            self._page.type(without_paste(stroke), deadline)
            _raise_if_stopped(self._verdict(deadline))
        time.sleep(min(stroke.pause_ms / 1000, deadline.remaining()))

    def _wait(self, script: str, text: str, deadline: Deadline) -> None:
        try:
            answer = self._page.wait_for(script, text, deadline=deadline.capped(SETTLE_SECONDS))
        except WaitTimeout as error:
            raise InputStopped(str(self._ask(_AMISS, deadline=deadline))) from error
        _raise_if_stopped(answer)

    def _require_done(self, deadline: Deadline) -> None:
        verdict = self._verdict(deadline)
        with reading("The guard's verdict"):
            done, here, stopped = verdict["done"], verdict["here"], verdict["stopped"]
        if done:
            return
        if not here and stopped is None:
            raise PageChanged("The document was replaced while a key was pressed in it")
        raise InputStopped(stopped or "focus")

    def _verdict(self, deadline: Deadline) -> Any:
        """The state of the order; a new document has none."""
        return self._until_answered(_VERDICT, deadline)

    def _until_answered(self, function: str, deadline: Deadline) -> Any:
        while True:
            with contextlib.suppress(PageChanged):
                return cast("Any", self._page.evaluate(function, deadline=deadline))

    def _ask(self, function: str, *args: JSON, deadline: Deadline) -> Any:
        """The answer of the order's document."""
        with _in_one_document():
            return cast("Any", self._page.evaluate(function, *args, deadline=deadline))


@contextlib.contextmanager
def _in_one_document() -> Iterator[None]:
    """For actions that are harmless if they reached the previous document."""
    try:
        yield
    except PageChanged as error:
        raise InputStopped("chat_moved") from error


def _raise_if_stopped(answer: Any) -> None:
    with reading("The guard's answer"):
        stopped, elsewhere = answer["stopped"], answer.get("here") is False
    if stopped is not None or elsewhere:
        raise InputStopped(stopped or "chat_moved")


def _chunks(strokes: Iterable[Stroke]) -> Iterator[list[Stroke]]:
    """The strokes between two checks whether they arrived; a paste is checked alone."""
    chunk: list[Stroke] = []
    rest_ms = 0.0
    for stroke in strokes:
        if chunk and (stroke.kind == "paste" or rest_ms >= CHECK_EVERY_MS or len(chunk) >= CHECK_EVERY):
            yield chunk
            chunk, rest_ms = [], 0.0
        chunk.append(stroke)
        rest_ms += stroke.pause_ms
        if stroke.kind == "paste":
            yield chunk
            chunk, rest_ms = [], 0.0
    if chunk:
        yield chunk
