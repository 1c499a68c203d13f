"""The part of the webhooks worker that fetches files, in threads of its own: a slow server delays no webhook.

It also deletes the files that nobody needs any more.
"""

import logging
import threading
import time
from collections import Counter

from whatsapp_tasks.errors import ObjectStoreFailed, StoreUnavailable
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.files.fetching import HOLD_MS, Fetcher
from whatsapp_tasks.tasks.rounds import Rounds

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.2
AT_ONCE = 8
MOST_PER_HOST = 2
"""So a slow host, or a few, do not hold up the files of all others."""
HOLD_SECONDS = 5.0
SWEEP_SECONDS = 60.0
STRAYS_SECONDS = 6 * 3600.0


class FileFetcher(Rounds):
    """Takes fetches that are due, no more than may run at once. Fetches that run when it stops end with the
    process; then another worker makes them.
    """

    def __init__(self, fetcher: Fetcher, contents: Contents) -> None:
        super().__init__("file-fetcher", ROUND_SECONDS)
        self._fetcher = fetcher
        self._contents = contents
        self._running: dict[str, tuple[str, threading.Thread]] = {}
        """By the message's id: the host that has the file, and the thread that fetches it."""
        self._next_hold = self._next_sweep = self._next_strays = 0.0

    def round(self) -> None:
        """One round; raises StoreUnavailable."""
        self._running = {i: each for i, each in self._running.items() if each[1].is_alive()}
        now_ms = int(time.time() * 1000)
        if time.monotonic() >= self._next_hold:
            self._next_hold = time.monotonic() + HOLD_SECONDS
            self._fetcher.fetches.hold(self._running, now_ms + HOLD_MS)
        free = AT_ONCE - len(self._running)
        if free > 0:
            taken = self._fetcher.fetches.take(
                now_ms,
                hold_ms=HOLD_MS,
                limit=free,
                most_per_host=MOST_PER_HOST,
                busy=Counter(host for host, _ in self._running.values()),
            )
            for message_id, host in taken.items():
                if message_id in self._running:  # its hold ended while Redis or the sweep was slow
                    continue
                # A daemon, unlike the threads of a pool: a slow server does not keep the process from ending.
                thread = threading.Thread(
                    target=self._fetch, args=(message_id,), name="file-fetch", daemon=True
                )
                self._running[message_id] = (host, thread)
                thread.start()
        self._sweep_now_and_then()

    def _fetch(self, message_id: str) -> None:
        try:
            self._fetcher.fetch(message_id)
        except StoreUnavailable as error:
            log.warning(
                "Redis became unavailable during a fetch; it is made again",
                extra={"message_id": message_id, "detail": str(error)},
            )
        except Exception:  # the fetch is made again when its hold ends
            log.exception("Unexpected error in a fetch", extra={"message_id": message_id})

    def _sweep_now_and_then(self) -> None:
        now = time.monotonic()
        try:
            if now >= self._next_sweep:
                self._next_sweep = now + SWEEP_SECONDS
                self._contents.sweep()
            if now >= self._next_strays:
                self._next_strays = now + STRAYS_SECONDS
                self._contents.sweep_strays()
        except ObjectStoreFailed as error:
            log.warning("Files were not deleted: the object store failed", extra={"detail": str(error)})
