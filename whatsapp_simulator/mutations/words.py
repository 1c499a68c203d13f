"""Icons with other names, texts in other words."""

from random import Random

from .change import Skin, new_class, pick
from .changeable import ICONS_SEEN, TEXTS_SEEN


def icon_renamed(skin: Skin, draw: Random) -> str:
    """A name, or the attribute that all names stand in."""
    if draw.random() < 0.15:
        structure = skin["structure"] = dict(skin["structure"])
        structure["icons"] = "data-icon" if structure["icons"] == "title" else "title"
        return f"all names in {structure['icons']}"
    name = pick(draw, [each for each in ICONS_SEEN if each in skin["icons"]])
    before = skin["icons"][name]
    skin["icons"][name] = draw.choice(
        [f"wds-ic-{before}", f"{before}-refreshed", f"ic-{new_class(draw)}", before.replace("-", "_")]
    )
    return f"{name} {before} → {skin['icons'][name]}"


def text_reworded(skin: Skin, draw: Random) -> str:
    """Another word before or after, or unknown words."""
    key = pick(draw, [each for each in TEXTS_SEEN if each in skin["texts"]])
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
