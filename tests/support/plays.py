"""Tests written like a play: what the page shows, and what is done to it, line by line in order.

    >> chats                                   the page shows the chats, none open
    >> Ada | box: Hi | them: Yo | us: Hi (sent)
                                               … the chat with Ada: its box, its bubbles from old to new
    >> 3 s later: Ada | us: Hi (read)          … that long after what stands before
    << open Ada                                this is done next, and nothing else
    << enter -> stopped: dialog                … and the page holds it back
    -- before_enter                            the message passes this place of ``crash_points``,
                                               or ``order``: the page has the order for Enter
    !! the lease is lost                       something happens elsewhere: a function of the test
    # a remark

The clock moves only by waiting and by ``!!``, so a play takes no time. What is done early (before a later
look was shown), late (after the play) or otherwise than written fails the test.

A chat is ``title | part | …``. Parts: ``box: text`` (``box unfocused: text``; ↵ is a line break),
``them: text``, ``us: text (tick)``, ``us#id: text (tick)``, ``notice: text`` (``notice chat_closed: text``: a
known one, by its name in selectors.toml), ``dialog: name``, ``nodes: a`` (other elements than before),
``cut off`` (the page says that it is offline), ``trouble`` (it shows so without words);
``dialog with cross: name`` has one. Other looks: ``chats``, ``loading``, ``screen: name``, and ``qr`` with
the parts ``used up`` and ``cut off``.

Of replies: ``quote: us: text`` (or ``them:``; it stands armed over the box), ``message menu``, and
``them: text [quoted text]`` for a bubble that quotes.

Of files: ``us: caption {document report.pdf} (tick)``, in braces also ``, running 40`` or ``, stopped``;
``menu`` (of the attach button), ``preview: report.pdf`` (ready to be sent; several:
``a.pdf + b.pdf``), ``preparing`` (not yet), ``caption: text``, ``says: file_empty`` (a line that refuses a
file).
"""

import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from tests.support.looks import DIALOG, OK, page
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Stroke
from whatsapp_tasks.domain.bubbles import Revealed
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_controls import Button
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import BrowserDied, InputStopped, PageChanged, WaitTimeout

T = TypeVar("T")

_LATER = re.compile(r"(\d+(?:\.\d+)?) s later: (.*)")
_SAID = re.compile(r"(us|them)(#\S+)?: (.*?)(?: \((\w+)\))?$")
_STOPPED = re.compile(r"stopped: (\w+)")
_FILE = re.compile(r"(.*?) ?\{(\w+) ?([^,}]*)(?:, (\w+) ?(\d*))?\}")
_QUOTING = re.compile(r"(.*) \[(.*)\]")
_CROSS = {"label": "Close", "x": 5, "y": 6, "closes": True}


class Clock:
    """Stands for the module ``time`` in the code under test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def replaces_time_in(self, *packages: str) -> Iterable[Any]:
        """The loaded modules of ``packages`` that use the module ``time``."""
        loaded = [sys.modules[name] for name in sorted(sys.modules) if name.startswith(packages)]
        return [module for module in loaded if getattr(module, "time", None) is time]


@dataclass(frozen=True)
class _Look:
    at: float
    shows: str


class ScriptedPage:
    """A WhatsAppPage that plays ``script``. ``cast``: the phone of each title; ``happen``: what ``!!`` names.

    ``done`` is what was done to it, in order.
    """

    def __init__(self, clock: Clock, cast: Mapping[str, str]) -> None:
        self.clock = clock
        self.happen: dict[str, Callable[[], object]] = {}
        self.done: list[str] = []
        self.page = self.chats = self
        self.selectors: object = None
        self._titles = {phone: title for title, phone in cast.items()}
        self._lines: list[str] = []
        self._loads = 0
        self._now = page(startup=True)
        self._later: list[_Look] = []

    def new_document(self) -> None:
        """Another browser, or a reload that nobody asked for: the looks that follow are of another load."""
        self._loads += 1

    # the play

    def play(self, script: str) -> None:
        """These lines come next."""
        lines = (line.partition("  #")[0].strip() for line in script.splitlines())
        self._lines += [line for line in lines if line and not line.startswith("#")]
        self._go_on()

    def reach(self, place: str) -> None:
        """A hook of ``crash_points``."""
        if self._lines and self._lines[0] == f"-- {place}":
            self._lines.pop(0)
            self._go_on()

    def end(self) -> None:
        """Fails when the play is not over."""
        left = [f">> {look.shows}" for look in self._later] + self._lines
        if left:
            self._fail(f"ended before: {left[0]}")

    def _go_on(self) -> None:
        """Up to the next line that waits for the code."""
        while self._lines and self._lines[0][:2] in (">>", "!!"):
            kind, line = self._lines[0][:2], self._lines.pop(0)[2:].strip()
            if kind == "!!":
                self.happen[line]()
                continue
            later = _LATER.fullmatch(line)
            if later is None and not self._later:
                self._show(line)
                continue
            last = self._later[-1].at if self._later else self.clock.now
            seconds, shows = (float(later[1]), later[2]) if later else (0.0, line)
            self._later.append(_Look(last + seconds, shows))

    def _show(self, line: str) -> None:
        self._now = read_look(line, document=f"load {self._loads}")

    def _catch_up(self) -> None:
        while self._later and self._later[0].at <= self.clock.now:
            self._show(self._later.pop(0).shows)

    def _do(self, act: str) -> None:
        self.done.append(act)
        if self._later:
            self._fail(f"{act}, before the page showed: {self._later[0].shows}")
        line = self._lines.pop(0) if self._lines else "(the end)"
        wanted, _, answer = line.removeprefix("<< ").partition(" -> ")
        if not line.startswith("<< ") or wanted != act:
            self._fail(f"{act}; the play says: {line}")
        self._go_on()
        if answer:
            raise _ANSWERS.get(answer) or InputStopped(_STOPPED.fullmatch(answer)[1])  # type: ignore[index]

    def _fail(self, what: str) -> NoReturn:
        raise AssertionError("\n".join((f"Not as played: {what}. Done so far:", *self.done)))

    # WhatsAppPage

    def look(self, deadline: Deadline, *, rows: bool = False) -> PageSnapshot:
        self._catch_up()
        return self._now

    def until(self, wanted: Callable[[PageSnapshot], T | None], deadline: Deadline) -> T:
        while True:
            found = wanted(self.look(deadline))
            if found is not None:
                return found
            if not self._later or self._later[0].at > deadline.at:
                self.clock.now = max(self.clock.now, deadline.at)
                raise WaitTimeout
            self.clock.now = max(self.clock.now, self._later[0].at)

    def open(self, deadline: Deadline) -> None:
        self.new_document()
        self._do("load the chats")

    def open_chat_inside(self, phone: str, deadline: Deadline) -> None:
        self._do(f"open {self._titles[phone]}")

    def open_chat_by_url(self, phone: str, deadline: Deadline) -> None:
        self.new_document()
        self._do(f"load {self._titles[phone]}")

    def press(self, button: Button, deadline: Deadline) -> None:
        self._do(f"press {button.label}")

    def focus(self, mark: ChatMark, deadline: Deadline, box: str) -> None:
        self._into(mark, f"focus{_where(box)}")

    def clear_compose(self, mark: ChatMark, deadline: Deadline, box: str) -> None:
        self._into(mark, f"clear{_where(box)}")

    def type_text(self, strokes: Iterable[Stroke], mark: ChatMark, deadline: Deadline, box: str) -> None:
        self._into(mark, f"type{_where(box)} {''.join(stroke.text for stroke in strokes)}")

    def reveal(self, bubble_id: str, before: str, deadline: Deadline) -> Revealed:
        self._do(f"look for {bubble_id}")
        chat = self.look(deadline).chat
        found = next((each for each in chat.bubbles if each.id == bubble_id), None) if chat else None
        if found is None and before:
            raise WaitTimeout
        return Revealed(found, "the oldest")

    def scroll_to_end(self, deadline: Deadline) -> None:
        self._do("scroll to the end")

    def open_message_menu(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        self._into(mark, f"open the menu of {bubble}")

    def press_reply(self, mark: ChatMark, deadline: Deadline) -> None:
        self._into(mark, "press Reply")

    def reply_beside(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        self._into(mark, f"double-click beside {bubble}")

    def disarm_reply(self, mark: ChatMark, deadline: Deadline) -> None:
        self._into(mark, "disarm")

    def press_attach(self, mark: ChatMark, deadline: Deadline) -> None:
        self._into(mark, "press attach")

    def choose_file(
        self, mark: ChatMark, kind: FileKind, path: Path, deadline: Deadline, chosen: Callable[[], None]
    ) -> None:
        chosen()
        self._into(mark, f"choose {path.name} as {kind}")

    def press_send_file(
        self, mark: ChatMark, caption: str, deadline: Deadline, may_go_on: Callable[[float], None]
    ) -> None:
        self.reach("order")
        may_go_on(2.0)
        self._into(mark, "press send of the preview")

    def press_enter(
        self, mark: ChatMark, text: str, deadline: Deadline, may_go_on: Callable[[float], None]
    ) -> None:
        self.reach("order")
        may_go_on(2.0)
        self._into(mark, "enter")

    def press_send(
        self, mark: ChatMark, text: str, deadline: Deadline, may_go_on: Callable[[float], None]
    ) -> None:
        self.reach("order")
        may_go_on(2.0)
        self._into(mark, "press send")

    def _into(self, mark: ChatMark, act: str) -> None:
        here = mark_of(self.look(Deadline(0.0)))
        if here is None or not mark.is_same_chat(here):
            self._fail(f"{act}, into a chat that is not the one shown")
        self._do(act)

    def own_phone(self, deadline: Deadline) -> None:
        return None

    def check_selectors(self, selectors: object, deadline: Deadline) -> None:
        pass

    def names_of(self, text: str) -> frozenset[str]:
        return frozenset({"discard"} if text == "Discard" else ())


def _where(box: str) -> str:
    return "" if box == "compose" else f" {box}"


_ANSWERS: Mapping[str, Exception] = {"died": BrowserDied(), "changed": PageChanged()}


def read_look(line: str, document: str = "load 0") -> PageSnapshot:
    """What ``>> line`` shows."""
    first, *parts = (part.strip() for part in line.split(" | "))
    if first == "loading":
        return page(startup=True, document=document)
    if first.startswith("screen: "):
        return page(first.removeprefix("screen: "), document=document)
    texts = ["offline"] if "cut off" in parts else []
    if first == "qr":
        reload = {**OK, "label": "Reload"} if "used up" in parts else None
        return page(*texts, qr="2@abc", qr_reload=reload, document=document)
    dialogs = [_dialog(*part.split(": ")) for part in parts if part.startswith("dialog")]
    rest = [
        p
        for p in parts
        if p not in ("cut off", "trouble", "menu", "message menu") and p.partition(":")[0] not in _OF_FILES
    ]
    return page(
        *texts,
        chat_pane=True,
        dialogs=dialogs,
        chat=None if first == "chats" else _chat(first, rest),
        document=document,
        rows=[],
        trouble=["favicon"] if "trouble" in parts else [],
        attach_menu="menu" in parts,
        message_menu="message menu" in parts,
        preview=_preview(parts),
        file_notices=[part.removeprefix("says: ") for part in parts if part.startswith("says: ")],
    )


_OF_FILES = ("preview", "preparing", "caption", "says")


def _dialog(kind: str, name: str) -> dict[str, Any]:
    labels = ("Cancel", "Discard") if name == "discard_selection" else ("OK",)
    buttons = [{**OK, "label": label} for label in labels]
    if kind == "dialog with cross":
        buttons.append(_CROSS)
    return {**DIALOG, "text": name, "texts": [name], "buttons": buttons}


def _preview(parts: Iterable[str]) -> dict[str, Any] | None:
    said = {kind: text.strip() for kind, _, text in (part.partition(":") for part in parts)}
    if "preview" not in said and "preparing" not in said:
        return None
    text = said.get("caption")
    names = [name for name in said.get("preview", "").split(" + ") if name]
    return {
        "names": names,
        "count": max(1, len(names)),
        "caption": None
        if text is None
        else {"text": text.replace("↵", "\n"), "focused": True, "x": 7, "y": 8},
        "send": {**OK, "label": "Send"} if "preview" in said else None,
        "close": _CROSS,
    }


def _chat(title: str, parts: Iterable[str]) -> dict[str, Any]:
    chat: dict[str, Any] = {
        **{"title": title, "compose": None, "notice": "", "bubbles": [], "panel": True},
        "attach": {**OK, "label": "Attach"},
    }
    nodes = title
    for part in parts:
        kind, _, text = part.partition(":")
        text = text.strip().replace("↵", "\n")
        if kind in ("box", "box unfocused"):
            chat["compose"] = {"text": text, "focused": kind == "box", "x": 1, "y": 2}
        elif kind == "quote":
            who, _, quoted = text.partition(": ")
            chat["quote"] = {"text": quoted, "ours": who == "us", "media": False, "cancel": _CROSS}
        elif kind.partition(" ")[0] == "notice":
            chat |= {"notice": text, "notice_texts": kind.split(" ")[1:]}
        elif kind == "nodes":
            nodes += text
        elif not kind.startswith("dialog"):
            chat["bubbles"].append(_bubble(part))
    number = sum(ord(letter) << (7 * place) for place, letter in enumerate(nodes[:4]))
    return {**chat, "nodes": (number, number + 1, number + 2)}


def _quoting(text: str) -> tuple[str, str | None]:
    found = _QUOTING.fullmatch(text)
    return (found[1], found[2]) if found else (text, None)


def _bubble(part: str) -> dict[str, Any]:
    said = _SAID.fullmatch(part)
    if said is None:
        raise ValueError(f"Not a part of a chat: {part}")
    who, name, text, tick = said.groups()
    text, quoted = _quoting(text)
    file = None
    if found := _FILE.fullmatch(text):
        text, kind, file_name, upload, percent = found.groups()
        file = {
            "kind": kind,
            "name": file_name,
            "size": "",
            "upload": upload or "",
            "percent": int(percent) if percent else None,
        }
    return {
        "id": name or f"{who}: {said[3]}",
        "outgoing": who == "us",
        "text": text or None if file else text,
        "tick": tick,
        "chat": None,
        "quoted": quoted,
        "file": file,
    }
