"""The scripts that read the page, assembled from ``browser/look/*.js``. They run on any document."""

from functools import cache
from importlib.resources import files

_WHOLE = """(config, bubbleLimit, withRows) => {
  const tools = (%(tools)s)(config);
  const openChat = (%(open_chat)s)(tools);
  const files = (%(files)s)(tools, openChat);
  const replies = (%(replies)s)(tools);
  const albums = (%(albums)s)(tools);
  const idsOf = (%(bubble_ids)s)(tools, albums);
  const bubblesOf = (%(bubbles)s)(tools, (%(bubble_files)s)(tools), albums);
  const parts = {
    files,
    replies,
    chatOf: (%(chat)s)(tools, openChat, { files, replies, idsOf }, bubblesOf),
    rowsOf: (%(rows)s)(tools).rowsOf,
    bannersOf: (%(banners)s)(tools),
    passkeyOf: (%(passkey)s)(tools),
  };
  return (%(page)s)(tools, parts, bubbleLimit, withRows);
}"""


@cache
def look_script() -> str:
    """The one look at the page: ``(config, bubbleLimit, withRows) => facts``."""
    names = (
        *("tools", "open_chat", "files", "replies", "bubble_files", "albums", "bubble_ids", "bubbles"),
        *("chat", "rows", "banners", "passkey", "page"),
    )
    return _WHOLE % {name: look_part(name) for name in names}


_READING = """(config, order, argument) => {
  const tools = (%(tools)s)(config);
  const idsOf = (%(bubble_ids)s)(tools, (%(albums)s)(tools));
  return (%(reading)s)(tools, idsOf, (%(rows)s)(tools).titleNode)[order](argument);
}"""


@cache
def reading_script() -> str:
    """What reading a chat needs besides looks: ``(config, order, argument) => answer``; the orders are in
    ``look/reading.js``.
    """
    names = ("tools", "albums", "bubble_ids", "reading", "rows")
    return _READING % {name: look_part(name) for name in names}


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
