"""Selectors as data: loaded and checked at the start; a file can replace single entries."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from whatsapp_tasks.errors import SelectorsInvalid

_PAIRS = {")": "(", "]": "["}


def _closed(css: str) -> str:
    """Checks a selector without a page: its brackets and quotes must be closed."""
    open_: list[str] = []
    quote = ""
    for character in css:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in _PAIRS.values():
            open_.append(character)
        elif character in _PAIRS and (not open_ or open_.pop() != _PAIRS[character]):
            raise ValueError(f"'{character}' closes nothing")
    if quote or open_:
        raise ValueError(f"{quote or open_[-1]} is not closed")
    return css


class _Variant(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    css: Annotated[str, Field(min_length=1), AfterValidator(_closed)]
    source: Annotated[str, Field(min_length=1)]


_Words = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
"""Empty, it would match nothing for ever, and an empty text everything."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    elements: dict[str, Annotated[dict[str, _Variant], Field(min_length=1)]] = {}
    icons: dict[str, _Words] = {}
    texts: dict[str, dict[str, _Words]] = {}


@dataclass(frozen=True)
class Selectors:
    """All current entries. ``for_script`` is the form for the look."""

    elements: Mapping[str, Mapping[str, str]]
    icons: Mapping[str, list[str]]
    texts: Mapping[str, Mapping[str, list[str]]]

    def for_script(self) -> dict[str, Any]:
        return {
            "elements": {name: list(variants.values()) for name, variants in self.elements.items()},
            "icons": dict(self.icons),
            "texts": {name: dict(by_language) for name, by_language in self.texts.items()},
        }

    def overridden(self, text: str, origin: str) -> "Selectors":
        """These selectors with the entries of ``text`` (TOML) replacing ours.

        Raises SelectorsInvalid, which names the entry; these are never changed.
        """
        new = _parse(text, origin)
        for kind, ours, theirs in (
            ("elements", self.elements, new.elements),
            ("icons", self.icons, new.icons),
            ("texts", self.texts, new.texts),
        ):
            unknown = sorted(set(theirs) - set(ours))
            if unknown:
                raise SelectorsInvalid(f"{origin}: {kind}.{unknown[0]} is an unknown entry.")
        return Selectors(
            {**self.elements, **_css(new)}, {**self.icons, **new.icons}, {**self.texts, **new.texts}
        )


def load_selectors(override: Path | None = None) -> Selectors:
    """The built-in selectors, with entries replaced by those of the file ``override``."""
    built_in = _parse(files(__package__).joinpath("selectors.toml").read_text("utf-8"), "selectors.toml")
    selectors = Selectors(_css(built_in), built_in.icons, built_in.texts)
    return selectors if override is None else selectors.overridden(read_override(override), str(override))


def read_override(file: Path) -> str:
    """The text of an override file; raises SelectorsInvalid if it cannot be read."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SelectorsInvalid(f"{file}: cannot be read: {reason}.") from error


def _css(file: _File) -> dict[str, dict[str, str]]:
    return {name: {era: v.css for era, v in variants.items()} for name, variants in file.elements.items()}


def _parse(text: str, origin: str) -> _File:
    try:
        return _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SelectorsInvalid(f"{origin}: not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        entry = ".".join(str(part) for part in first["loc"])
        raise SelectorsInvalid(f"{origin}: {entry}: {first['msg']}.") from error
