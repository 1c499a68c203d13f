"""The scripts that guard input, assembled from ``browser/input/*.js``."""

from functools import cache
from importlib.resources import files

from whatsapp_tasks.browser.look_script import look_part

_ORDER = """(config, wanted) => {
  const tools = (%(tools)s)(config);
  const openChat = (%(open_chat)s)(tools);
  const parts = { files: (%(files)s)(tools, openChat), replies: (%(replies)s)(tools) };
  return (%(order)s)(tools, openChat, parts, wanted);
}"""
_REVEAL = """(config, id, before) => {
  const tools = (%(tools)s)(config);
  const openChat = (%(open_chat)s)(tools);
  const bubblesOf = (%(bubbles)s)(tools, (%(bubble_files)s)(tools), (%(albums)s)(tools));
  return (%(reveal)s)(tools, openChat, (%(replies)s)(tools), bubblesOf, id, before);
}"""
_SCROLL_TO_END = """(config) => {
  const tools = (%(tools)s)(config);
  return (%(to_end)s)(tools, (%(replies)s)(tools));
}"""

# Where a file may go: the input that the chooser was opened for, or one inside the open menu's item; never
# one that lies in the chat at rest, which makes a sticker of any picture. Decided at the element itself.
_TAKES = """(node, kind) => {
  if (!(node instanceof HTMLInputElement) || node.type !== "file" || !node.isConnected) return false;
  const accepted = node.accept.split(",").map((each) => each.trim()).filter(Boolean);
  const takes = (start) => accepted.some((each) => each.startsWith(start));
  const everything = accepted.every((each) => each === "*" || each === "*/*");
  if (kind === "document") return everything;
  if (kind === "audio") return takes("audio/");
  return takes("image/") && takes("video/");
}"""
_INPUT_OF_ITEM = """(config, kind) => {
  const tools = (%(tools)s)(config);
  const item = (%(files)s)(tools, (%(open_chat)s)(tools)).itemOf(kind);
  const input = item && item.querySelector("input[type=file]");
  return input && (%(takes)s)(input, kind) ? input : null;
}"""


@cache
def guard_script() -> str:
    """Runs at the start of every document."""
    return _part("guard")


@cache
def order_script() -> str:
    """``(config, wanted) => {stopped, x, y}``: from now on the guard lets one action through."""
    return _ORDER % {**_shared(), "order": _part("order")}


@cache
def reveal_script() -> str:
    """``(config, id, before) => {bubble, oldest}``: brings a message into view, or loads older ones."""
    bubbles = {name: look_part(name) for name in ("bubbles", "bubble_files", "albums")}
    return _REVEAL % {**_shared(), **bubbles, "reveal": _part("reveal")}


@cache
def scroll_to_end_script() -> str:
    """``(config) => bool``: brings the newest message into view; true once it is there."""
    return _SCROLL_TO_END % {**_shared(), "to_end": _part("to_end")}


@cache
def takes_script() -> str:
    """``(node, kind) => bool``: whether this file input takes files of the kind, and no stickers."""
    return _TAKES


@cache
def input_of_item_script() -> str:
    """``(config, kind) => element``: the file input in the open menu's item for the kind; null if none."""
    return _INPUT_OF_ITEM % {**_shared(), "takes": _TAKES}


@cache
def paste_script() -> str:
    """``(text) => bool``: pastes into the box of the order in force; whether the page took it."""
    return _part("paste")


def _part(name: str) -> str:
    return files(__package__).joinpath("input", f"{name}.js").read_text("utf-8").strip().removesuffix(";")


def _shared() -> dict[str, str]:
    return {name: look_part(name) for name in ("tools", "open_chat", "files", "replies")}
