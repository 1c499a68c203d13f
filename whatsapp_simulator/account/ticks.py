"""The status of our messages: sent, delivered, read, each at its time, and the messages to pages about it."""

from dataclasses import dataclass, field
from functools import partial

from ..environment import Environment
from ..phones import FATES
from ..scenarios.active import ActiveScenarios
from ..scenarios.scenario import Scenario
from ..scenarios.sending import NeverDelivered, NeverRead
from ..settings import SettingsInForce
from .memory import Memory
from .messages import Message, Status
from .pages import Pages

SLOW_DELIVERED_MS, SLOW_READ_MS = 5000, 10_000
"""Of the magic number `slow`; its 5 s from Enter to sent are the page's."""


@dataclass
class Ticks:
    settings: SettingsInForce
    scenarios: ActiveScenarios
    memory: Memory
    pages: Pages
    environment: Environment
    unacknowledged: set[str] = field(default_factory=set)
    """Messages whose ticks are kept from the pages (lost_acks)."""
    _generation: int = 0
    """Counts resets, so that a timer from before one does nothing after it."""

    def plan(self, message: Message) -> None:
        """Starts the timer of the next tick, if there is to be one."""
        if message.status == "sent":
            self._plan_delivered(message)
        elif message.status == "delivered":
            self._plan_read(message)

    def _plan_delivered(self, message: Message) -> None:
        if not self._never(message, "never_delivered", NeverDelivered):
            slow = FATES.get(message.chat) == "slow"
            milliseconds = SLOW_DELIVERED_MS if slow else self.settings.now.delivered_ms
            self._start(message, "delivered", milliseconds)

    def _plan_read(self, message: Message) -> None:
        if not self._never(message, "never_read", NeverRead):
            slow = FATES.get(message.chat) == "slow"
            self._start(message, "read", SLOW_READ_MS if slow else self.settings.now.read_ms)

    def _never(self, message: Message, fate: str, scenario: type[Scenario]) -> bool:
        return FATES.get(message.chat) == fate or self.scenarios.play(scenario, message.chat) is not None

    def _start(self, message: Message, status: Status, milliseconds: int | None) -> None:
        if milliseconds is not None:
            tick = partial(self._tick, message, status, self._generation)
            self.environment.later(milliseconds / 1000, tick)

    def _tick(self, message: Message, status: Status, generation: int) -> None:
        if generation == self._generation and self.set_status(message.id, status):
            self.plan(message)

    def set_status(self, message_id: str, status: Status) -> bool:
        """Moves a message to its next status and informs the pages. Returns whether anything changed."""
        at = self.environment.clock()
        if not self.memory.mailbox.advance(message_id, status, at):
            return False
        self.memory.record({"event": "status", "id": message_id, "status": status, "at": at})
        message = self.memory.mailbox.find(message_id)
        assert message is not None
        self.tell(message)
        return True

    def tell(self, message: Message) -> None:
        if message.id not in self.unacknowledged:
            self.pages.post_to_linked({"type": "status", "id": message.id, "status": message.status})

    def resume(self) -> None:
        """After the journal is read: messages on their way go on."""
        for message in self.memory.mailbox.open_messages():
            self.plan(message)

    def clear(self) -> None:
        """What is planned does not happen any more."""
        self._generation += 1
        self.unacknowledged.clear()
