"""A world without I/O: timers that are moved by hand, and pages that record their messages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from whatsapp_simulator.account.pages import Page
from whatsapp_simulator.environment import Environment
from whatsapp_simulator.phones import FATES
from whatsapp_simulator.settings import Settings
from whatsapp_simulator.simulation import Simulation

ANNA = "4915112345678"
MAGIC = {fate: digits for digits, fate in FATES.items()}


@dataclass
class Timer:
    due: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class World:
    """A simulation, its clock (unix seconds) and its pages."""

    settings: Settings = field(default_factory=Settings)
    now: float = 1_000_000.0
    timers: list[Timer] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        environment = Environment(self.later, lambda: self.now, Random(7))
        self.simulation = Simulation(self.settings, environment, record=self.events.append)

    def later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.now + seconds, callback)
        self.timers.append(timer)
        return timer

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if not timer.cancelled and timer.due <= end]:
            timer = min(due, key=lambda each: each.due)
            self.timers.remove(timer)
            self.now = max(self.now, timer.due)
            timer.callback()
        self.now = end

    def open(self, token: str | None = None, *, again: bool = False, **fields: object) -> "FakePage":
        page = FakePage(self.simulation, f"page-{len(self.simulation.pages) + 1}")
        page.says("hello", token=token, again=again, **fields)
        return page

    def open_linked(self) -> "FakePage":
        page = self.open()
        page.says("screen", screen="qr")
        self.simulation.linking.scan()
        return page


class FakePage:
    def __init__(self, simulation: Simulation, name: str) -> None:
        self.told: list[dict[str, Any]] = []
        self.dropped = False
        self.simulation = simulation
        self.page = Page(name, post=self.told.append, drop=self._drop)
        simulation.connect(self.page)

    def _drop(self) -> None:
        self.dropped = True

    def says(self, kind: str, **fields: object) -> None:
        self.simulation.handle(self.page, {"type": kind, **fields})

    def sends(self, phone: str, message_id: str = "3EB0A", text: str = "hi") -> None:
        self.says("send", id=message_id, chat=phone, text=text)

    def close(self) -> None:
        self.simulation.disconnect(self.page)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]

    def last(self, kind: str) -> dict[str, Any]:
        return self.all(kind)[-1]

    @property
    def statuses(self) -> list[str]:
        return [message["status"] for message in self.all("status")]

    @property
    def token(self) -> str:
        return str(self.last("linked")["token"])
