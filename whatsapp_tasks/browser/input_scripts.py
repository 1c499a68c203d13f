"""The scripts that watch over input, put together from ``browser/input/*.js``."""

from functools import cache
from importlib.resources import files


@cache
def guard_script() -> str:
    """Runs at the start of every document."""
    return _part("guard")


@cache
def order_script() -> str:
    """``(config, wanted) => {stopped, x, y}``: from now on the guard lets one action through."""
    return f"(config, wanted) => ({_part('order')})(({_part('places')})(config), wanted)"


@cache
def mark_script() -> str:
    """``(config) => {document, nodes, title}`` of the chat that is open now."""
    return f"""(config) => {{
      const {{ nodes, title }} = ({_part("places")})(config).chat();
      return {{ document: globalThis.whatsappTasksDocument, nodes, title }};
    }}"""


@cache
def paste_script() -> str:
    """``(text) => bool``: pastes into the box of the order in force; whether the page took it."""
    return _part("paste")


def _part(name: str) -> str:
    return files(__package__).joinpath("input", f"{name}.js").read_text("utf-8").strip().removesuffix(";")
