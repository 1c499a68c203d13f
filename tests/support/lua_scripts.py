"""The Lua scripts of the stores, for tests that hold them against each other."""

import re
from importlib.resources import files

SCRIPTS = files("whatsapp_tasks.stores") / "scripts"
NAMES = frozenset(path.name.removesuffix(".lua") for path in SCRIPTS.iterdir())


def text_of(name: str) -> str:
    return SCRIPTS.joinpath(f"{name}.lua").read_text("utf-8")


LIBRARIES = frozenset(
    used for name in NAMES for used in re.findall(r"^-- uses (\w+)$", text_of(name), re.MULTILINE)
)
"""Those that only lend functions to others."""
