"""Attributes that go, change or stand on another element."""

from random import Random

from .change import Skin, new_class, parts_with, pick
from .changeable import FILLED_LATER, LISTS, MOVABLE, NOT_WRAPPED


def test_ids_dropped(skin: Skin, draw: Random) -> str:
    """One, or all at once, as in September 2023."""
    found = parts_with(skin, "data-testid")
    name = pick(draw, found)
    if draw.random() < 0.3:
        for each in skin["parts"].values():
            each["attributes"].pop("data-testid", None)
        return "all"
    return f"{name} {skin['parts'][name]['attributes'].pop('data-testid')}"


def test_id_renamed(skin: Skin, draw: Random) -> str:
    name = pick(draw, parts_with(skin, "data-testid"))
    attributes = skin["parts"][name]["attributes"]
    before = attributes["data-testid"]
    attributes["data-testid"] = draw.choice([f"wds-{before}", before.replace("-", "_"), f"{before}-v2"])
    return f"{name} {before} → {attributes['data-testid']}"


def classes_rehashed(skin: Skin, draw: Random) -> str:
    """Of one part, or of all, as in each build."""
    found = parts_with(skin, "class")
    name = pick(draw, found)
    everything = draw.random() < 0.3
    for each in found if everything else [name]:
        attributes = skin["parts"][each]["attributes"]
        attributes["class"] = " ".join(new_class(draw) for _ in attributes["class"].split())
    return "all" if everything else name


def attribute_moved(skin: Skin, draw: Random) -> str:
    """To an element around, or to one inside."""
    attribute = pick(draw, [each for each in MOVABLE if _movable(skin, each)])
    name = pick(draw, _movable(skin, attribute))
    inwards = name not in FILLED_LATER and skin["parts"][name]["tag"] not in ("input", "canvas", "progress")
    to = (
        draw.choice(["outer", "inner"])
        if inwards and name not in NOT_WRAPPED
        else "inner"
        if inwards
        else "outer"
    )
    skin["shape"]["moved"].setdefault(name, {})[attribute] = to
    if to == "outer":
        skin["shape"]["wrapped"].setdefault(name, {"tag": "div", "attributes": {"class": new_class(draw)}})
    return f"{attribute} of {name} to the {to} element"


def _movable(skin: Skin, attribute: str) -> list[str]:
    moved = skin["shape"]["moved"]
    return [
        name
        for name in parts_with(skin, attribute)
        if attribute not in moved.get(name, {}) and not (name in NOT_WRAPPED and name in FILLED_LATER)
    ]


def list_regridded(skin: Skin, draw: Random) -> str:
    def role(name: str) -> str | None:
        found: str | None = skin["parts"][name]["attributes"].get("role")
        return found

    others = [key for key, roles in LISTS.items() if any(role(name) != to for name, to in roles.items())]
    key = pick(draw, others)
    for name, to in LISTS[key].items():
        attributes = skin["parts"][name]["attributes"]
        if to is None:
            attributes.pop("role", None)
        else:
            attributes["role"] = to
    return key
