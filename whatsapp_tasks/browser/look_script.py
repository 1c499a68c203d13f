"""The scripts that read the page, assembled from ``browser/look/*.js``. They run on any document."""

from functools import cache
from importlib.resources import files

_WHOLE = """(config, bubbleLimit, withRows) => {
  const tools = (%(tools)s)(config);
  const openChat = (%(open_chat)s)(tools);
  const files = (%(files)s)(tools, openChat);
  const replies = (%(replies)s)(tools);
  const bubblesOf = (%(bubbles)s)(tools, (%(bubble_files)s)(tools), (%(albums)s)(tools));
  const parts = {
    files,
    replies,
    chatOf: (%(chat)s)(tools, openChat, { files, replies }, bubblesOf),
    rowsOf: (%(rows)s)(tools),
    bannersOf: (%(banners)s)(tools),
    passkeyOf: (%(passkey)s)(tools),
  };
  return (%(page)s)(tools, parts, bubbleLimit, withRows);
}"""


@cache
def look_script() -> str:
    """The one look at the page: ``(config, bubbleLimit, withRows) => facts``."""
    names = (
        *("tools", "open_chat", "files", "replies", "bubble_files", "albums", "bubbles"),
        *("chat", "rows", "banners", "passkey", "page"),
    )
    return _WHOLE % {name: look_part(name) for name in names}


@cache
def parts_script() -> str:
    """How often each variant of each element is found: ``(elements) => {name: {variant: count}}``."""
    return look_part("parts")


@cache
def adopt_script() -> str:
    """Replaces the document by a saved page: ``(html, base) => true``."""
    return look_part("adopt")


def look_part(name: str) -> str:
    """One of the functions of a look, for callers that must see the same."""
    return files(__package__).joinpath("look", f"{name}.js").read_text("utf-8").strip().removesuffix(";")
