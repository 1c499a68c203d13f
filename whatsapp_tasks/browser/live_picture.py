"""Pictures of a page for a person who watches it: sharp where possible, never of more bytes than allowed."""

from dataclasses import dataclass

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.page_capture import take_picture
from whatsapp_tasks.errors import PageError

MOST_BYTES = 200_000
"""Of one picture. One of a chat has 55,000 to 86,000 (``python -m bench.live_picture``)."""


@dataclass(frozen=True)
class _Rung:
    scale: float
    quality: int


_LADDER = (_Rung(1.0, 60), _Rung(1.0, 35), _Rung(0.7, 35), _Rung(0.45, 25))
"""From sharp to small. At the last one, random noise in 1,500 x 900 pixels has fewer than ``MOST_BYTES``."""
_SIMPLE_SHARE = 0.3
"""A picture of so little of ``MOST_BYTES`` is followed by a sharper one."""


class LivePicture:
    """The pictures of one view."""

    def __init__(self, page: Page, *, masked: bool) -> None:
        """``masked``: what people wrote is covered, as in the evidence of failures."""
        self._page = page
        self._masked = masked
        self._rung = 0

    def take(self, deadline: Deadline) -> bytes:
        """A JPEG of the page as it is now. Raises BrowserErrors, PageError if it is too large in any form."""
        for rung in range(self._rung, len(_LADDER)):
            form = _LADDER[rung]
            picture = take_picture(
                self._page, deadline, masked=self._masked, scale=form.scale, quality=form.quality
            )
            if len(picture) <= MOST_BYTES:
                simple = len(picture) < MOST_BYTES * _SIMPLE_SHARE
                self._rung = rung - 1 if rung and simple else rung
                return picture
        raise PageError("The picture of the page is too large in every form")
