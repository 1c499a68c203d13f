"""Named points in the path of a message at which a test can stop the process, to kill something there.

Off unless a composition root (worker, web) installs them with the folder of ``WHATSAPP_CRASH_POINTS``. A test
creates an empty file there with the name of a point. The process that reaches the point writes
``<point>.reached`` (its process id) and waits until the file is gone. ``POINTS`` has them in the order of a
message.
"""

import asyncio
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

POINTS = (
    "before_accept",  # validated; nothing in Redis yet
    "after_accept",  # in ledger and queue; the caller does not know it yet
    "before_claim",  # taken off the queue; the ledger still says `queued`
    "after_claim",  # `sending`; nothing in the page yet
    "before_arming",  # of a reply: the message replied to is in view; nothing stands armed
    "after_arming",  # it stands armed over the box; no text yet
    "chooser_open",  # of a file: the page asks for it
    "preview_open",  # the page shows it; no caption yet
    "after_typing",  # the text is in the box, the caption in the preview; no intent yet
    "before_enter",  # the intent is durable
    "after_enter",  # Enter was pressed
    "before_bubble_noted",  # the bubble was seen; its id is not recorded
    "uploading",  # the file is on its way; its bubble is recorded
    "uploaded",  # all its bytes are; no tick yet
    "before_recording",  # the server's tick was seen; the status is not recorded
    "before_ack",  # everything is recorded; the queue entry is not acknowledged
)

FILE_POINTS = (
    "before_file_stored",  # received and examined; not in the object store yet
    "after_file_stored",  # in the object store; Redis does not know it yet
    "before_file_deleted",  # Redis has forgotten it; it is still in the object store
    "before_file_fetched",  # fetched from its URL and stored; its message still waits
)
"""In the way of a file, in the processes web and webhooks."""
READING_POINTS = (
    "chat_opened_to_read",  # its messages are marked as read; nothing of them is stored
    "before_inbox_written",  # its new messages were read; nothing of them is stored
    "after_inbox_written",  # they are stored, with their events
)
"""In the reading of a chat, in the worker."""
MEDIA_POINTS = (
    "media_downloaded",  # the file of a received message is on this machine's disk
    "media_kept",  # it is in the object store, and held; the message does not say so yet
    "media_settled",  # the message says so, and the event tells it
)
"""In the storing of a file that was received, in the worker."""
WITH_FILE = ("chooser_open", "preview_open", "uploading", "uploaded")
"""Only a message with a file comes to these."""
OF_REPLY = ("before_arming", "after_arming")
"""Only a reply comes to these."""

_POLL_SECONDS = 0.005

_hooks: list[Callable[[str], None]] = []
"""The functions called at each point; empty outside tests."""


def install(folder: Path | None) -> None:
    """From now on this process waits at a point while ``folder`` has a file with its name. None: never."""
    _hooks[:] = [partial(_wait, folder)] if folder is not None else []


def reach(point: str) -> None:
    """The message is at this point."""
    for hook in _hooks:
        hook(point)


async def reach_async(point: str) -> None:
    """The same in a coroutine, without blocking others."""
    if _hooks:
        await asyncio.to_thread(reach, point)


def _wait(folder: Path, point: str) -> None:
    request = folder / point
    if not request.exists():
        return
    (folder / f"{point}.reached").write_text(str(os.getpid()), "utf-8")
    while request.exists():
        time.sleep(_POLL_SECONDS)
