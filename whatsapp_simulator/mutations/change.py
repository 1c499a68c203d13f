"""What all mutations draw with."""

from random import Random
from typing import Any

from .changeable import PARTS_SEEN

Skin = dict[str, Any]
"""As `skins.skin` gives it; a mutation changes it in place."""


class NothingToChange(Exception):
    """This era has nothing of the kind."""


def pick(draw: Random, found: list[str]) -> str:
    if not found:
        raise NothingToChange
    return draw.choice(found)


def parts_with(skin: Skin, attribute: str) -> list[str]:
    """Names of the parts seen that have this attribute."""
    return [name for name in PARTS_SEEN if attribute in skin["parts"].get(name, {}).get("attributes", {})]


def new_class(draw: Random) -> str:
    return "x" + "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6))
