"""Named places in the path of a message at which a test can hold the process, to kill something there.

Off unless the setting ``WHATSAPP_CRASH_POINTS`` names a folder. A test puts an empty file named for a place
there; the process that comes by writes ``<place>.reached`` beside it (its process id) and waits until the
file is gone. The places, in the order in which a message passes them, are in ``PLACES``.
"""

import asyncio
import os
import time
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


def reach(folder: Path | None, place: str) -> None:
    """Waits here while ``folder/place`` exists."""
    if folder is None:
        return
    request = folder / place
    if not request.exists():
        return
    (folder / f"{place}.reached").write_text(str(os.getpid()), "utf-8")
    while request.exists():
        time.sleep(_POLL_SECONDS)


async def reach_async(folder: Path | None, place: str) -> None:
    """The same in a coroutine, while others go on."""
    if folder is not None:
        await asyncio.to_thread(reach, folder, place)
