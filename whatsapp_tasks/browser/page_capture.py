"""The picture and structure of a page, without what people wrote on it."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.readings import reading

LONGEST_STRUCTURE = 3000
"""Lines. A chat list and an open chat take about a thousand."""
SCALE = 0.75
QUALITY = 55


@dataclass(frozen=True)
class PageCapture:
    """``picture`` is a JPEG, None if none was requested."""

    picture: bytes | None
    structure: tuple[str, ...]


@cache
def _script(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def capture_page(page: Page, deadline: Deadline, *, picture: bool = True, masked: bool = True) -> PageCapture:
    """Captures the current page without changing it. Raises BrowserErrors."""
    lines = cast(
        "list[str]", page.evaluate(_script("page_structure.js"), LONGEST_STRUCTURE, deadline=deadline)
    )
    with reading("The page's structure"):
        structure = tuple(lines)
    return PageCapture(
        take_picture(page, deadline, masked=masked, scale=SCALE, quality=QUALITY) if picture else None,
        structure,
    )


def take_picture(page: Page, deadline: Deadline, *, masked: bool, scale: float, quality: int) -> bytes:
    """A JPEG of the current page, which is changed only while it is taken. Raises BrowserErrors."""
    if not masked:
        return page.screenshot(deadline, scale=scale, quality=quality)
    page.evaluate(_script("mask_texts.js"), True, deadline=deadline)
    try:
        return page.screenshot(deadline, scale=scale, quality=quality)
    finally:
        page.evaluate(_script("mask_texts.js"), False, deadline=deadline)
