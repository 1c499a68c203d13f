"""Scenarios of the browser's renderer, and of a page that is built otherwise."""

from typing import Literal

from pydantic import Field, field_validator

from ..mutations.kinds import KINDS
from ..skin_parts.catalogue import PARTS
from .scenario import Scenario


class Hang(Scenario):
    """The renderer runs `while (true) {}` when it comes to `at`."""

    at: Literal["now", "load", "open", "send"] = "now"
    after_ms: int = Field(20, ge=0, description="with `send`, more than sent_ms hangs after transmission")


class Leak(Scenario):
    """The page keeps `megabytes` more of memory for every message it sends."""

    megabytes: int = Field(50, ge=1)


class BreakSelector(Scenario):
    """An attribute of one part of the page is renamed or removed, as a redesign would. Pages reload."""

    part: str = Field("compose", description="a part of skin_parts")
    attribute: str = "role"
    to: str | None = Field(None, description="its new name; null = the attribute is removed")

    @field_validator("part")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in PARTS:
            raise ValueError(f"no part of this name; there are {', '.join(PARTS)}")
        return value


class Mutated(Scenario):
    """The page is another one: changed at random in ways it has changed before. Pages reload."""

    seed: int = Field(0, ge=0, description="everything is drawn from it: the same seed, the same page")
    changes: int = Field(1, ge=1, le=20, description="how many")
    kinds: list[str] = Field([], description="only of these kinds; empty: of all")

    @field_validator("kinds")
    @classmethod
    def _known_kinds(cls, value: list[str]) -> list[str]:
        unknown = sorted(set(value) - set(KINDS))
        if unknown:
            raise ValueError(f"no kinds {', '.join(unknown)}; there are {', '.join(KINDS)}")
        return value


class EmptyRows(Scenario):
    """Rows out of sight are emptied: `data-virtualized="true"` (§4.3; E3 always does so beyond a screen)."""

    margin_px: int = Field(0, ge=0, description="how far out of sight a row must be")
