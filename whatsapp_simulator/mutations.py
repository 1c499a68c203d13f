"""The page of tomorrow: a skin changed at random in ways WhatsApp has changed before.

`mutate(skin, seed, changes)` draws everything from the seed, so one number is enough to see a page again.
Changes are data where they can be (attributes, tags, icons, texts); what changes the shape (wrappers,
attributes that move to another element, ids that are there twice) stands in the skin under `shape`, and
`static/js/shape.js` builds the page by it. What the page does stays the same, and so do the classes of our
own style sheet.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Skin = dict[str, Any]
"""As `skins.skin` gives it; a mutation changes it in place."""

PARTS_SEEN = (
    *("wrapper", "loading_screen", "loading_progress", "loading_text"),
    *("landing", "landing_window", "landing_main", "landing_header", "landing_title", "landing_steps"),
    *("landing_stay", "qr", "qr_canvas", "pairing_hint"),
    *("main_screen", "side", "side_header", "side_title", "new_chat", "search_box", "search", "filters"),
    *("filter_all", "filter_unread", "pane_side", "chat_list", "chat_row", "chat_cell", "chat_title_frame"),
    *("chat_title", "chat_detail", "chat_secondary", "chat_status", "chat_preview", "unread_badge", "intro"),
    *("backdrop", "dialog", "popup", "popup_body", "popup_title", "popup_text", "popup_buttons"),
    *("popup_cancel", "popup_ok", "conversation", "header", "header_info", "header_title"),
    *("header_subtitle", "panel", "messages", "message_row", "message", "direction", "bubble"),
    *("bubble_inner", "speaker", "copyable", "text", "read_more", "time_spacer", "meta", "meta_time"),
    *("system_message", "footer", "editor", "compose", "placeholder", "attach", "send", "voice"),
)
"""What is on the page while it is linked, sends and receives: a change elsewhere would try nothing out."""

TEXTS_SEEN = (
    *("encrypted", "connecting", "loading_chats", "downloading", "organizing", "landing_title", "step_1"),
    *("scan_me", "pairing_hint", "stay_logged_in", "chats", "chat_list", "new_chat", "search_placeholder"),
    *("all", "unread", "unread_one", "unread_many", "starting_chat", "cancel", "type_a_message"),
    *("type_a_message_to", "send", "voice_message", "attach", "menu", "you_speak", "pending", "sent"),
    *("delivered", "read", "contact_info", "today", "disappearing_notice", "intro_title"),
)

ICONS_SEEN = (
    *("send", "voice", "pending", "sent", "delivered", "read", "row_pending", "row_sent", "row_delivered"),
    *("row_read", "attach", "new_chat", "search", "menu", "emoji", "person", "logo"),
)

REMOVABLE = (
    *("landing_window", "landing_main", "landing_header", "search_box", "filters", "chat_title_frame"),
    *("header_info", "bubble_inner", "copyable", "editor"),
)
"""Wrappers whose children can stand without them."""

MOVABLE = (
    "data-testid",
    "title",
    "aria-label",
    "data-tab",
    "data-id",
    "data-ref",
    "data-pre-plain-text",
    "id",
)
"""Attributes that nothing of the page's own behaviour hangs on."""

FILLED_LATER = frozenset(
    {"chat_list", "messages", "panel", "pane_side", "footer", "popup_body", "compose", "qr"}
)
"""Their children come after they are made, or from someone else: an attribute moves outwards only."""

NOT_WRAPPED = frozenset({"wrapper", "main_screen", "conversation", "message_row", "chat_row", "backdrop"})
"""Put in their place by hand, not as somebody's child."""

OTHER_TAGS = {
    "div": ("section", "article", "p"),
    "span": ("div", "bdi"),
    "button": ("div",),
    "header": ("div",),
    "footer": ("div",),
    "h1": ("h2", "div"),
    "ol": ("ul", "div"),
}

LISTS: Mapping[str, Mapping[str, str | None]] = {
    "chats": {"chat_list": "list", "chat_row": "listitem", "chat_cell": None},
    "chats as options": {"chat_list": "listbox", "chat_row": "option", "chat_cell": None},
    "chats as a grid": {"chat_list": "grid", "chat_row": "row", "chat_cell": "gridcell"},
    "messages": {"messages": "log", "message_row": "listitem"},
    "messages without roles": {"messages": None, "message_row": None},
}
"""Roles of the lists, None for no role."""


class NothingToChange(Exception):
    """This era has nothing of the kind."""


def mutate(skin: Skin, seed: int, changes: int, kinds: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Changes `skin` in place. Returns what was done: kind and description, in order. `kinds`: only these."""
    draw = Random(seed)
    skin.setdefault("shape", {"wrapped": {}, "flat": [], "moved": {}, "twice": []})
    done: list[tuple[str, str]] = []
    while len(done) < changes:
        kind = draw.choice(list(kinds or KINDS))
        try:
            done.append((kind, KINDS[kind](skin, draw)))
        except NothingToChange:
            if not any(_possible(skin, kind) for kind in kinds or KINDS):
                break
    return done


def _possible(skin: Skin, kind: str) -> bool:
    """Whether this kind of change finds anything; tried out on a throw-away copy of the look."""
    copy = {
        **skin,
        "parts": {
            name: {**part, "attributes": dict(part["attributes"])} for name, part in skin["parts"].items()
        },
    }
    copy |= {"icons": dict(skin["icons"]), "texts": dict(skin["texts"]), "structure": dict(skin["structure"])}
    copy["shape"] = {"wrapped": {}, "flat": [], "moved": {}, "twice": []}
    try:
        KINDS[kind](copy, Random(0))
    except NothingToChange:
        return False
    return True


def _pick(draw: Random, found: list[str]) -> str:
    if not found:
        raise NothingToChange
    return draw.choice(found)


def _with(skin: Skin, attribute: str) -> list[str]:
    """Names of the parts seen that have this attribute."""
    return [name for name in PARTS_SEEN if attribute in skin["parts"].get(name, {}).get("attributes", {})]


def _hash(draw: Random) -> str:
    return "x" + "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6))


def _test_ids_dropped(skin: Skin, draw: Random) -> str:
    """One, or all at once, as in September 2023."""
    found = _with(skin, "data-testid")
    name = _pick(draw, found)
    if draw.random() < 0.3:
        for each in skin["parts"].values():
            each["attributes"].pop("data-testid", None)
        return "all"
    return f"{name} {skin['parts'][name]['attributes'].pop('data-testid')}"


def _test_id_renamed(skin: Skin, draw: Random) -> str:
    name = _pick(draw, _with(skin, "data-testid"))
    attributes = skin["parts"][name]["attributes"]
    before = attributes["data-testid"]
    attributes["data-testid"] = draw.choice([f"wds-{before}", before.replace("-", "_"), f"{before}-v2"])
    return f"{name} {before} → {attributes['data-testid']}"


def _classes_rehashed(skin: Skin, draw: Random) -> str:
    """Of one part, or of all, as in each build."""
    found = _with(skin, "class")
    name = _pick(draw, found)
    everything = draw.random() < 0.3
    for each in found if everything else [name]:
        attributes = skin["parts"][each]["attributes"]
        attributes["class"] = " ".join(_hash(draw) for _ in attributes["class"].split())
    return "all" if everything else name


def _icon_renamed(skin: Skin, draw: Random) -> str:
    """A name, or the attribute that all names stand in."""
    if draw.random() < 0.15:
        structure = skin["structure"] = dict(skin["structure"])
        structure["icons"] = "data-icon" if structure["icons"] == "title" else "title"
        return f"all names in {structure['icons']}"
    name = _pick(draw, [each for each in ICONS_SEEN if each in skin["icons"]])
    before = skin["icons"][name]
    skin["icons"][name] = draw.choice(
        [f"wds-ic-{before}", f"{before}-refreshed", f"ic-{_hash(draw)}", before.replace("-", "_")]
    )
    return f"{name} {before} → {skin['icons'][name]}"


def _wrapper_added(skin: Skin, draw: Random) -> str:
    name = _pick(draw, [each for each in PARTS_SEEN if each in skin["parts"] and each not in NOT_WRAPPED])
    tag = draw.choice(["div", "span"])
    skin["shape"]["wrapped"][name] = {"tag": tag, "attributes": {"class": _hash(draw)}}
    return f"<{tag}> around {name}"


def _wrapper_removed(skin: Skin, draw: Random) -> str:
    gone = skin["shape"]["flat"]
    name = _pick(draw, [each for each in REMOVABLE if each in skin["parts"] and each not in gone])
    gone.append(name)
    return name


def _tag_swapped(skin: Skin, draw: Random) -> str:
    name = _pick(draw, [each for each in PARTS_SEEN if skin["parts"].get(each, {}).get("tag") in OTHER_TAGS])
    part = skin["parts"][name]
    before, part["tag"] = part["tag"], draw.choice(OTHER_TAGS[part["tag"]])
    if before == "button":
        part["attributes"] = {"role": "button", "tabindex": "0", **part["attributes"]}
        part["attributes"].pop("type", None)
    return f"{name} <{before}> → <{part['tag']}>"


def _text_reworded(skin: Skin, draw: Random) -> str:
    """Another word before or behind, or words that nobody has ever seen."""
    key = _pick(draw, [each for each in TEXTS_SEEN if each in skin["texts"]])
    before = skin["texts"][key]
    skin["texts"][key] = draw.choice(
        [f"Now: {before}", f"{before} here", _invented(before, draw), _invented(before, draw)]
    )
    return f"{key} “{before}” → “{skin['texts'][key]}”"


def _invented(text: str, draw: Random) -> str:
    """Other letters, the placeholders kept."""
    out, inside = "", False
    for character in text:
        inside = (inside or character == "{") and character != "}"
        vowels, others = "aeiou", "bdfgklmnprstv"
        if inside or character == "}" or not character.isalpha():
            out += character
        else:
            letter = draw.choice(vowels if character.lower() in vowels else others)
            out += letter.upper() if character.isupper() else letter
    return out


def _attribute_moved(skin: Skin, draw: Random) -> str:
    """To an element around, or to one inside."""
    attribute = _pick(draw, [each for each in MOVABLE if _movable(skin, each)])
    name = _pick(draw, _movable(skin, attribute))
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
        skin["shape"]["wrapped"].setdefault(name, {"tag": "div", "attributes": {"class": _hash(draw)}})
    return f"{attribute} of {name} to the {to} element"


def _movable(skin: Skin, attribute: str) -> list[str]:
    moved = skin["shape"]["moved"]
    return [
        name
        for name in _with(skin, attribute)
        if attribute not in moved.get(name, {}) and not (name in NOT_WRAPPED and name in FILLED_LATER)
    ]


def _id_twice(skin: Skin, draw: Random) -> str:
    """In a drawing, as in March 2026, or on an element that nobody sees, as where a chat is loaded ahead."""
    known = skin["shape"]["twice"]
    ids = {"main": "conversation", "pane-side": "pane_side", "side": "side", "app": "wrapper"}
    name = _pick(draw, [each for each in ids if each not in [one["id"] for one in known]])
    places = ["wrapper", "pane_side"] if name == "main" else ["wrapper"]
    one = {"id": name, "in": draw.choice(places), "drawing": draw.random() < 0.5}
    known.append(one)
    return f"#{name} also in {'a drawing' if one['drawing'] else 'something unseen'} in {one['in']}"


def _list_regridded(skin: Skin, draw: Random) -> str:
    def role(name: str) -> str | None:
        found: str | None = skin["parts"][name]["attributes"].get("role")
        return found

    others = [key for key, roles in LISTS.items() if any(role(name) != to for name, to in roles.items())]
    key = _pick(draw, others)
    for name, to in LISTS[key].items():
        attributes = skin["parts"][name]["attributes"]
        if to is None:
            attributes.pop("role", None)
        else:
            attributes["role"] = to
    return key


KINDS: Mapping[str, Callable[[Skin, Random], str]] = {
    "test ids dropped": _test_ids_dropped,
    "test id renamed": _test_id_renamed,
    "classes rehashed": _classes_rehashed,
    "icon renamed": _icon_renamed,
    "wrapper added": _wrapper_added,
    "wrapper removed": _wrapper_removed,
    "tag swapped": _tag_swapped,
    "text reworded": _text_reworded,
    "attribute moved": _attribute_moved,
    "id twice": _id_twice,
    "list regridded": _list_regridded,
}
"""Each draws one change of its kind, applies it and says what it was; raises NothingToChange."""
