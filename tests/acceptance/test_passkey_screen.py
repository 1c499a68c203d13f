"""Headless workers that have no passkey, before the screen that asks for one (issue 14, Must show 1)."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from tests.support.stack import Stack, eventually
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.stores.sessions import Sessions

WATCHED_SECONDS = 600.0
"""Two of the reloads by which another page that nobody knows is tried again."""


class Asked:
    """An account whose phone was scanned, and whose page asks for a passkey."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.heartbeats: set[str | None] = set()
        self._sessions = Sessions(stack.database, "default")
        stack.simulator.scenario("passkey_required")
        eventually(lambda: any(page.get("screen") == "qr" for page in stack.simulator.pages()), "a QR code")
        scanned = time.monotonic()
        stack.simulator.link()
        eventually(lambda: self.reason() == "passkey_required", "the reason is told")
        self.told_seconds = time.monotonic() - scanned
        self._shown = self.shown()

    def reason(self) -> str:
        return self._sessions.get().reason

    def shown(self) -> list[dict[str, Any]]:
        """A load of the page has an id of its own."""
        pages = self.stack.simulator.pages()
        return [{key: page.get(key) for key in ("id", "screen", "step")} for page in pages]

    def look(self) -> None:
        assert self.shown() == self._shown
        assert self.reason() == "passkey_required"
        self.heartbeats.add(self.stack.database.text("GET", "wa:{default}:heartbeat"))


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_it_is_told_at_once_and_the_screen_stays_for_ten_minutes(
    new_stack: Callable[..., Stack], capsys: pytest.CaptureFixture[str]
) -> None:
    """In both eras that have it, at the same time, with beat, whose checks go on meanwhile."""
    accounts = {era: Asked(new_stack(era=era).start("worker", "beat")) for era in ("E1", "E3")}
    with capsys.disabled():
        for era, asked in accounts.items():
            Console().print(f"\n{era}: passkey_required is told {asked.told_seconds:.1f} s after the scan")
    end = time.monotonic() + WATCHED_SECONDS
    while time.monotonic() < end:
        for asked in accounts.values():
            assert [page["screen"] for page in asked.shown()] == ["passkey"]
            asked.look()
        time.sleep(1)
    for asked in accounts.values():
        assert len(asked.heartbeats) > 10, "the worker looked at it all along"
        Operations(asked.stack.database, asked.stack.settings, "default").passkey(10.0, "cancel")
        asked.stack.await_state("QR_PENDING")
