"""Scenarios that interfere with the typing of a text."""

from random import Random
from typing import Literal

from pydantic import Field, model_validator

from .scenario import Scenario


class TakesFocus(Scenario):
    """While a text is typed something takes or holds the focus (§11.3); presses are counted.

    A dialog takes the focus in the next tick, no button of it is focused. A cover screen does not, but holds
    it after a click or a Tab: then a space or Enter presses its first button, on most "Log out".
    """

    count: int | None = Field(1, ge=1, description="how often it is played; null = until switched off")
    what: Literal[
        "dialog",
        "update",
        "news",
        "connecting",
        "temporary_ban",
        "use_here",
        "other_browser",
        "terms",
        "screen_lock",
    ] = "dialog"
    after_characters: int = Field(3, ge=1, description="when the box holds so many code points")
    after_ms: int = Field(0, ge=0, description="and so much later")
    seed: int | None = Field(None, description="draws after_characters from 1 to spread")
    spread: int = Field(40, ge=1)
    lasts_ms: int | None = Field(3000, ge=0, description="goes by itself; null = when it is pressed")
    holds_focus: bool = Field(True, description="a cover's first button or field has the focus")

    @model_validator(mode="after")
    def _draw(self) -> "TakesFocus":
        if self.seed is not None:
            self.after_characters = Random(self.seed).randint(1, self.spread)
        return self


class AlteredTyping(Scenario):
    """Once per opened chat, the box is rewritten when it holds three characters: reading it back shows it."""

    how: Literal["drop_last", "drop_newlines", "double_first", "lower_case"] = "drop_last"
