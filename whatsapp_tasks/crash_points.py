"""Named points in the path of a message at which a test can hold the process, to kill something there.

Off unless a composition root (worker, web) installs them with the folder of ``WHATSAPP_CRASH_POINTS``. A test
puts an empty file named for a point there. The process that reaches it writes ``<point>.reached`` (its
process id) and waits until the file is gone. ``PLACES`` has them in the order of a message.
"""

import asyncio
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

PLACES = (
    "before_accept",  # validated; nothing in Redis yet
    "after_accept",  # in ledger and queue; the caller does not know it yet
    "before_claim",  # taken off the queue; the ledger still says `queued`
    "after_claim",  # `sending`; nothing in the page yet
    "after_typing",  # the text stands in the box; no intent yet
    "before_enter",  # the intent is durable
    "after_enter",  # Enter was pressed
    "before_bubble_noted",  # the bubble was seen; its id is not written down
    "before_recording",  # the server's tick was seen; the status is not written down
    "before_ack",  # all written down; the queue entry is not acknowledged
)

_POLL_SECONDS = 0.005

_hooks: list[Callable[[str], None]] = []
"""What is called at each point; empty outside tests."""


def install(folder: Path | None) -> None:
    """From now on this process waits at a point while ``folder`` has a file of its name. None: never."""
    _hooks[:] = [partial(_wait, folder)] if folder is not None else []


def reach(place: str) -> None:
    """The message is at this point."""
    for hook in _hooks:
        hook(place)


async def reach_async(place: str) -> None:
    """The same in a coroutine, while others go on."""
    if _hooks:
        await asyncio.to_thread(reach, place)


def _wait(folder: Path, place: str) -> None:
    request = folder / place
    if not request.exists():
        return
    (folder / f"{place}.reached").write_text(str(os.getpid()), "utf-8")
    while request.exists():
        time.sleep(_POLL_SECONDS)
