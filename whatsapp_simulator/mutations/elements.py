"""Elements that come, go, are there twice or have another tag."""

from random import Random

from .change import Skin, new_class, pick
from .changeable import NOT_WRAPPED, OTHER_TAGS, PARTS_SEEN, REMOVABLE


def wrapper_added(skin: Skin, draw: Random) -> str:
    name = pick(draw, [each for each in PARTS_SEEN if each in skin["parts"] and each not in NOT_WRAPPED])
    tag = draw.choice(["div", "span"])
    skin["shape"]["wrapped"][name] = {"tag": tag, "attributes": {"class": new_class(draw)}}
    return f"<{tag}> around {name}"


def wrapper_removed(skin: Skin, draw: Random) -> str:
    gone = skin["shape"]["flat"]
    name = pick(draw, [each for each in REMOVABLE if each in skin["parts"] and each not in gone])
    gone.append(name)
    return name


def tag_swapped(skin: Skin, draw: Random) -> str:
    name = pick(draw, [each for each in PARTS_SEEN if skin["parts"].get(each, {}).get("tag") in OTHER_TAGS])
    part = skin["parts"][name]
    before, part["tag"] = part["tag"], draw.choice(OTHER_TAGS[part["tag"]])
    if before == "button":
        part["attributes"] = {"role": "button", "tabindex": "0", **part["attributes"]}
        part["attributes"].pop("type", None)
    return f"{name} <{before}> → <{part['tag']}>"


def id_twice(skin: Skin, draw: Random) -> str:
    """In a drawing, as in March 2026, or on an element that nobody sees, as where a chat is loaded ahead."""
    known = skin["shape"]["twice"]
    ids = {"main": "conversation", "pane-side": "pane_side", "side": "side", "app": "wrapper"}
    name = pick(draw, [each for each in ids if each not in [one["id"] for one in known]])
    places = ["wrapper", "pane_side"] if name == "main" else ["wrapper"]
    one = {"id": name, "in": draw.choice(places), "drawing": draw.random() < 0.5}
    known.append(one)
    return f"#{name} also in {'a drawing' if one['drawing'] else 'something unseen'} in {one['in']}"
