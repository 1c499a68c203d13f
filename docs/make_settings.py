"""Writes docs/settings.md from whatsapp_tasks/config.py: ``python docs/make_settings.py``."""

import ast
from itertools import chain, pairwise
from pathlib import Path

from whatsapp_tasks.config import Settings

HEAD = """# Settings

Generated from `whatsapp_tasks/config.py` by `python docs/make_settings.py`; a test compares the two.
All settings are environment variables, with units in their names. They are checked when a process starts:
if a value is invalid, the process prints one line that names the variable, and ends. Paths are checked
when they are used; an empty path is refused, or means "none" if the setting has no default. Rates are like
`600/minute`, or several: `10/second, 600/minute`.

| variable | default | |
|---|---|---|
"""


def _docstrings() -> dict[str, str]:
    """The string below each field."""
    tree = ast.parse(Path(__file__).parents[1].joinpath("whatsapp_tasks/config.py").read_text("utf-8"))
    bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    found = {}
    for field, after in chain.from_iterable(pairwise(body) for body in bodies):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=text)):
                found[name] = " ".join(str(text).split())
    return found


def settings_page() -> str:
    """The text of the page."""
    docs = _docstrings()
    rows = []
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"WHATSAPP_{name.upper()}")
        default = "" if field.default is None else str(field.default)
        rows.append(f"| `{variable}` | {f'`{default}`' if default else ''} | {docs.get(name, '')} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("settings.md").write_text(settings_page(), "utf-8")
