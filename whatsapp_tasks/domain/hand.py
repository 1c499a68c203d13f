"""A hand: what one person may do with an account's live page, which the console shows them (a view)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from whatsapp_tasks.errors import RequestRefused

VIEWER_GONE_SECONDS = 20.0
"""A view ends when its viewer asked for nothing for so long: their browser, or the line to it, is gone."""
LONGEST_TYPED = 200
"""Characters of one action: some 2 s of key events. Viewers send longer texts in parts."""
LONGEST_SCROLL = 2000.0
"""CSS pixels of one action."""

PATH = "/console/hand/"
"""Of the page at which a person gets it; the account's name follows."""

NAMED_KEYS = (
    *("Enter", "Escape", "Tab", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown"),
    *("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"),
)
KEYS = frozenset(
    {*NAMED_KEYS, *(f"Shift+{name}" for name in NAMED_KEYS), *(f"Control+{letter}" for letter in "acvxyz")}
)
"""Keys that make no character. With Control only those that edit a text: others are for the browser."""


class Ended(StrEnum):
    """Why a view is over."""

    CLOSED = "closed"
    TAKEN_AWAY = "taken_away"
    IDLE = "idle"
    VIEWER_GONE = "viewer_gone"
    PAGE_DEAD = "page_dead"
    LEASE_LOST = "lease_lost"
    WORKER_STOPPED = "worker_stopped"


SENTENCES: dict[Ended, str] = {
    Ended.CLOSED: "The page was given back. Open it again if there is more to do.",
    Ended.TAKEN_AWAY: "Another operator ended your view. Ask them before you open the page again.",
    Ended.IDLE: "Nothing was done for a while, so the page was given back. Open it again to go on.",
    Ended.VIEWER_GONE: "Your browser was not heard of for a while, so the page was given back. "
    "Check your connection, then open it again.",
    Ended.PAGE_DEAD: "The page's browser ended and is being started again. "
    "Open the page again in some seconds.",
    Ended.LEASE_LOST: "The worker lost its hold on the account, so the view ended. "
    "Open the page again once a worker runs.",
    Ended.WORKER_STOPPED: "The worker was stopped or restarted. Open the page again once it runs.",
}
"""What happened and what to do, for the person whose view it was."""


@dataclass(frozen=True)
class Click:
    """At a point of the viewport, in shares of its width and height."""

    x: float
    y: float


@dataclass(frozen=True)
class Scroll:
    """At such a point too; ``down`` in CSS pixels, negative for up."""

    x: float
    y: float
    down: float


@dataclass(frozen=True)
class Typed:
    """A text of one line, for whatever has the focus."""

    text: str


@dataclass(frozen=True)
class Key:
    """One of ``KEYS``."""

    name: str


@dataclass(frozen=True)
class Stay:
    """Nothing on the page: the person is still there."""


Action: TypeAlias = Click | Scroll | Typed | Key | Stay


def page_path(account: str) -> str:
    """Where the service shows the account's live page."""
    return PATH + account


def action_of(fields: Mapping[str, Any]) -> Action:
    """The action that ``fields`` describe; raises RequestRefused (``request_invalid``)."""
    match fields.get("kind"):
        case "click":
            return Click(_share(fields, "x"), _share(fields, "y"))
        case "scroll":
            down = _number(fields, "down", -LONGEST_SCROLL, LONGEST_SCROLL)
            return Scroll(_share(fields, "x"), _share(fields, "y"), down)
        case "type":
            return Typed(_text(fields))
        case "key":
            return Key(_key(fields))
        case "stay":
            return Stay()
        case _:
            raise _invalid("kind", "must be click, scroll, type, key or stay")


def logged(action: Action) -> dict[str, str | int | float]:
    """What a log may say of ``action``: never what was typed."""
    match action:
        case Click(x, y):
            return {"action": "click", "x": round(x, 3), "y": round(y, 3)}
        case Scroll(_, _, down):
            return {"action": "scroll", "down": round(down)}
        case Typed():
            return {"action": "type"}
        case Key(name):
            return {"action": "key", "key_name": name}
        case Stay():
            return {"action": "stay"}


def _share(fields: Mapping[str, Any], name: str) -> float:
    return _number(fields, name, 0.0, 1.0)


def _number(fields: Mapping[str, Any], name: str, least: float, most: float) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _invalid(name, "must be a number")
    if not least <= value <= most:  # and NaN; an integer may be too large for a float
        raise _invalid(name, f"must be from {least:g} to {most:g}")
    return float(value)


def _text(fields: Mapping[str, Any]) -> str:
    text = fields.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_TYPED:
        raise _invalid("text", f"must be 1 to {LONGEST_TYPED} characters")
    if any(character < " " or "\x7f" <= character < "\xa0" for character in text):
        raise _invalid("text", "must not contain control characters; keys are sent as keys")
    return text


def _key(fields: Mapping[str, Any]) -> str:
    name = fields.get("key")
    if not isinstance(name, str) or name not in KEYS:
        raise _invalid("key", "is not a key that is passed on")
    return name


def _invalid(field: str, message: str) -> RequestRefused:
    return RequestRefused(
        "request_invalid", f"{field} {message}.", errors=[{"field": field, "message": message}]
    )
