"""Drawing mutations from a seed and applying them."""

from random import Random

from .change import NothingToChange, Skin
from .kinds import KINDS


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
