"""The scripts that guard input, assembled from ``browser/input/*.js``."""

from functools import cache
from importlib.resources import files

from whatsapp_tasks.browser.look_script import look_part

_ORDER = """(config, wanted) => {
  const tools = (%(tools)s)(config);
  return (%(order)s)(tools, (%(open_chat)s)(tools), wanted);
}"""


@cache
def guard_script() -> str:
    """Runs at the start of every document."""
    return _part("guard")


@cache
def order_script() -> str:
    """``(config, wanted) => {stopped, x, y}``: from now on the guard lets one action through."""
    return _ORDER % {
        "tools": look_part("tools"),
        "open_chat": look_part("open_chat"),
        "order": _part("order"),
    }


@cache
def paste_script() -> str:
    """``(text) => bool``: pastes into the box of the order in force; whether the page took it."""
    return _part("paste")


def _part(name: str) -> str:
    return files(__package__).joinpath("input", f"{name}.js").read_text("utf-8").strip().removesuffix(";")
