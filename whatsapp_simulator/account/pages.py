"""The open pages of the account, and the messages to several of them at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..environment import Timer
from ..scenarios.active import ActiveScenarios
from .devices import Device, Identity

Json = dict[str, Any]
"""A message to or from a page; `static/js/connection.js` has its form."""


@dataclass(eq=False)
class Page:
    """One open page, from its WebSocket to its end."""

    id: str
    post: Callable[[Json], None]
    """Queues a message to the page."""
    drop: Callable[[], None]
    """Cuts the connection."""
    user_agent: str = ""
    connected_at: float = 0.0
    device: Device | None = None
    superseded: bool = False
    """Another page of the same device has taken over: it shows "Use here"."""
    screen: Json = field(default_factory=dict)
    """What the page last said it shows."""
    identity: Identity | None = None
    ref: str | None = None
    timer: Timer | None = None
    pairing_code: str | None = None
    asked_for_passkey: str | None = None
    """By which way it is to be linked, while it shows the passkey screen."""
    pairing_timer: Timer | None = None
    browser: str = ""
    """Which browser it runs in: the same after a reload, another one in a copy of the profile."""
    own_kept: frozenset[str] = frozenset()
    """Ids of messages that its browser keeps as sent by this device."""
    synced: set[str] = field(default_factory=set)
    """Chats whose history has come late once (stale_history)."""

    def stop_timers(self) -> None:
        for timer in (self.timer, self.pairing_timer):
            if timer is not None:
                timer.cancel()
        self.timer = self.pairing_timer = None
        self.ref = self.pairing_code = None


class Pages:
    def __init__(self) -> None:
        self._by_id: dict[str, Page] = {}
        self.presses: Counter[str] = Counter()
        """What was pressed on pages and does harm if it was not meant: log_out, try_again, edit, …"""
        self.most_alive: dict[str, int] = {}
        """By device: in how many browsers at once its session was alive, at most."""

    def __iter__(self) -> Iterator[Page]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, page: Page) -> None:
        self._by_id[page.id] = page

    def remove(self, page: Page) -> None:
        page.stop_timers()
        self._by_id.pop(page.id, None)

    def of(self, device: Device) -> list[Page]:
        return [page for page in self if page.device is device]

    def alive(self, device: Device) -> int:
        """In how many browsers the session of a device is alive: more than one means that it was copied."""
        return len({page.browser or page.id for page in self.of(device)})

    def count_alive(self, device: Device) -> None:
        """To be called when a page turns out to belong to a device."""
        self.most_alive[device.id] = max(self.alive(device), self.most_alive.get(device.id, 0))

    def post_to_linked(self, message: Json, *, but: Page | None = None) -> None:
        """To the pages that show the chats; a superseded one does not."""
        for page in self:
            if page.device is not None and not page.superseded and page is not but:
                page.post(message)

    def post_to_all(self, message: Json) -> None:
        for page in self:
            page.post(message)

    def tell_scenarios(self, scenarios: ActiveScenarios) -> None:
        self.post_to_all({"type": "scenarios", "scenarios": scenarios.as_json()})

    def reload(self) -> None:
        self.post_to_all({"type": "reload"})

    def forget(self) -> None:
        """What was pressed, and which device a page belongs to; the pages stay connected."""
        self.presses.clear()
        self.most_alive.clear()
        for page in self:
            page.stop_timers()
            page.asked_for_passkey = None
            page.device = None
