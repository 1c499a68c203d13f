"""The scripts that look at the page, put together from ``browser/look/*.js``. They run on any document."""

from functools import cache
from importlib.resources import files

_WHOLE = """(config, bubbleLimit, withRows) => {
  const tools = (%(tools)s)(config);
  const bubblesOf = (%(bubbles)s)(tools);
  const parts = {
    chatOf: (%(chat)s)(tools, bubblesOf),
    rowsOf: (%(rows)s)(tools),
    bannersOf: (%(banners)s)(tools),
  };
  return (%(page)s)(tools, parts, bubbleLimit, withRows);
}"""


@cache
def look_script() -> str:
    """The one look at the page: ``(config, bubbleLimit, withRows) => facts``."""
    return _WHOLE % {name: _part(name) for name in ("tools", "bubbles", "chat", "rows", "banners", "page")}


@cache
def parts_script() -> str:
    """How often each variant of each element is found: ``(elements) => {name: {variant: count}}``."""
    return _part("parts")


def _part(name: str) -> str:
    return files(__package__).joinpath("look", f"{name}.js").read_text("utf-8").strip().removesuffix(";")
