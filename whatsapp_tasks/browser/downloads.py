"""Downloads of files that the page lets the browser save, as the DevTools protocol tells of them.

Reasons of DownloadStopped:

- ``not_begun``: the page offered nothing to save in time;
- ``too_large``: the file has more bytes than it may have, or says so;
- ``given_up``: something else is to be done first;
- ``late``: it took too long;
- ``cancelled``: the browser ended it, as it does when the disk is full;
- ``not_of_the_page``: what was to be saved is no file that the page itself had made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

OF_THE_PAGE = "blob:"
"""The addresses of files that a page makes itself. WhatsApp Web saves all files so (whatsapp-web.md, 12.14).
"""


@dataclass(frozen=True)
class DownloadNews:
    """One event. Of the beginning: ``url`` and ``name``; of the progress: ``state`` and the counts."""

    id: str
    url: str = field(repr=False, default="")
    name: str = field(repr=False, default="")
    state: Literal["begun", "running", "completed", "cancelled"] = "begun"
    bytes: int = 0
    """Received, or announced, whichever is more."""

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Self:
        """From an event of the protocol; raises KeyError and the like for another one."""
        params = message["params"]
        guid = str(params["guid"])
        if message["method"] == "Browser.downloadWillBegin":
            return cls(guid, str(params["url"]), str(params["suggestedFilename"]))
        states: dict[str, Literal["running", "completed", "cancelled"]] = {
            "inProgress": "running",
            "completed": "completed",
            "canceled": "cancelled",
        }
        size = int(max(params["totalBytes"], params["receivedBytes"]))
        return cls(guid, state=states[params["state"]], bytes=size)


@dataclass(frozen=True)
class DownloadLimits:
    """``may_go_on`` is asked a few times per second, and may raise errors of its own."""

    most_bytes: int
    begin_seconds: float
    """From the press until the page offers the file: it may have to fetch it."""
    may_go_on: Callable[[], bool]


@dataclass(frozen=True)
class Downloaded:
    """A file on this machine's disk."""

    path: Path = field(repr=False)
    name: str = field(repr=False)
    """As the page calls it; not to be trusted."""
