"""One skin: what the page needs to look like one era in one language."""

from typing import Any

from .mutations.mutate import mutate
from .scenarios.renderer import BreakSelector, Mutated
from .settings import Era, Settings
from .skin_icons import ICONS
from .skin_parts.catalogue import PARTS
from .skin_texts import texts

STRUCTURE: dict[str, dict[str, Any]] = {
    # What differs in shape, not in attributes: row_px §4.3, icons §4.2, file_inputs §5,
    # compose_becomes_caption §12.6, title_unread §6, rich_text §12.4 (folded texts, lists, quotations),
    # text_rules §12.5 (lists, emoticons, suggestions, trimming, keys elsewhere), labels_ends_of_runs §12.1,
    # fail_container §10.2, tail_test_id §10.3, opens_below_popup §11.6, modals_take_focus §11.3,
    # wds_banners §11.2, box_behind_notice §11.6, qr_overlays §11.1, menu_icons and
    # message_menu §12.13.
    "E1": {
        "icons": "data-icon",
        "menu_icons": False,
        "message_menu": "list",
        "search": "div",
        "row_px": 72,
        "file_inputs": "in_menu",
        "compose_becomes_caption": False,
        "empties_rows": False,
        "rich_text": False,
        "labels_ends_of_runs": False,
        "fail_container": False,
        "tail_test_id": False,
        "text_rules": False,
        "opens_below_popup": False,
        "modals_take_focus": False,
        "wds_banners": False,
        "box_behind_notice": False,
        "qr_overlays": False,
    },
    "E2": {
        "icons": "data-icon",
        "menu_icons": True,
        "message_menu": "list",
        "search": "div",
        "row_px": 72,
        "file_inputs": "in_menu",
        "compose_becomes_caption": True,
        "empties_rows": False,
        "rich_text": True,
        "labels_ends_of_runs": False,
        "fail_container": False,
        "tail_test_id": False,
        "text_rules": True,
        "opens_below_popup": True,
        "modals_take_focus": True,
        "wds_banners": False,
        "box_behind_notice": False,
        "qr_overlays": False,
    },
    "E3": {
        "icons": "title",
        "menu_icons": True,
        "message_menu": "buttons",
        "search": "input",
        "row_px": 76,
        "file_inputs": "on_click",
        "compose_becomes_caption": True,
        "empties_rows": True,
        "rich_text": True,
        "labels_ends_of_runs": True,
        "fail_container": True,
        "tail_test_id": True,
        "text_rules": True,
        "opens_below_popup": True,
        "modals_take_focus": True,
        "wds_banners": True,
        "box_behind_notice": True,
        "qr_overlays": True,
    },
}

DIGITS = {"ar": "arabic", "hi": "devanagari"}
"""Script of the digits in badges, by language; every other has Latin ones."""

READ_CLASS = {"E1": "x-blue", "E2": "x-blue", "E3": "x1rv0e52"}
"""Class of the read tick; the ones of E1 and E2 are a guess (§4.2 says only "blue class")."""


def skin(
    settings: Settings, broken: BreakSelector | None = None, mutated: Mutated | None = None
) -> dict[str, Any]:
    """The skin as the page gets it; `broken` renames or removes one attribute, `mutated` changes more."""
    era = settings.era
    made = {
        "era": era,
        "lang": settings.lang,
        "structure": STRUCTURE[era],
        "parts": _parts(era, broken),
        "icons": _icons(settings),
        "read_class": READ_CLASS[era],
        "texts": dict(texts(era, settings.lang)),
        "invalid_text": _invalid_text(settings),
        "digits": DIGITS.get(settings.lang, "latin"),
    }
    if mutated is not None:
        mutate(made, mutated.seed, mutated.changes, tuple(mutated.kinds))
    return made


def _parts(era: Era, broken: BreakSelector | None) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {
        name: {"tag": part.tag, "attributes": part.attributes(era)} for name, part in PARTS.items()
    }
    if era == "E3":
        parts["search"]["tag"] = "input"
    if broken is not None and broken.part in parts:
        attributes = parts[broken.part]["attributes"]
        value = attributes.pop(broken.attribute, None)
        if value is not None and broken.to:
            attributes[broken.to] = value
    return parts


def _icons(settings: Settings) -> dict[str, str]:
    icons = {name: names[settings.era] for name, names in ICONS.items()}
    if settings.send_icon != "auto":
        icons["send"] = settings.send_icon
    return icons


def _invalid_text(settings: Settings) -> str:
    """The key of the words of the error popup (§2.1)."""
    if settings.invalid_text != "auto":
        return f"invalid_{settings.invalid_text}"
    return "invalid_number" if settings.era == "E3" else "invalid_url"
