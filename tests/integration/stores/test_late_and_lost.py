"""Random histories in which scripts run late, Redis comes back with older data, and workers die."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.ledger_rig import NOW, LedgerRig, OldDisk
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import LeaseLost, StoreUnavailable
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.outcomes import Claim, Note
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions

S = Status
DAY = 24 * 3600 * 1000


class Worker:
    """Delivers as ``session/delivery.py`` does. ``phone`` has what was really sent."""

    def __init__(self, rig: LedgerRig, file: Path) -> None:
        self.rig = rig
        self.file = file
        self.phone: list[str] = []
        self.pauses = Pauses(rig.database, rig.account)
        self.sessions = Sessions(rig.database, rig.account)
        self.disk = OldDisk(rig.database)
        self.late: list[Callable[[], object]] = []
        self.start()

    def start(self) -> None:
        """Also after a death: the file is all that is left of what it knew."""
        self.generation = Generation(self.file)
        self.rig.ledger = Ledger(
            self.rig.database, self.rig.account, retention_ms=DAY, follow_ms=DAY, generation=self.generation
        )
        if self.rig.lease.acquire() is not None:
            raise AssertionError("nobody else holds it")

    def tell(self, what: Callable[[], object]) -> object:
        """A script whose answer may be lost: it has run, runs later, or never."""
        fate = random.random()
        if fate < 0.8:
            return what()
        if fate < 0.87:
            what()
        elif fate < 0.97:
            self.late.append(what)
        raise StoreUnavailable

    def runs_late(self) -> None:
        """What was given up arrives."""
        late, self.late = self.late, []
        for what in late:
            with contextlib.suppress(LeaseLost):
                what()

    def write(self, message: Message, to: Status) -> None:
        rig, fence, now = self.rig, self.rig.fence, self.rig.now
        self.tell(lambda: rig.ledger.advance(message, to, now, fence=fence, due_ms=now))

    def deliver(self, message_id: str) -> None:
        rig = self.rig
        claimed = rig.ledger.claim(message_id, rig.fence, rig.now)
        match claimed.outcome, claimed.message:
            case Claim.CLAIMED, Message() as message:
                self.attempt(message)
            case Claim.SETTLE, Message() as message:
                sent = message.intent is not None and message.id in self.phone
                self.write(message, S.SENT if sent else S.QUEUED)
            case Claim.PAUSED, _:
                self.person_agrees()

    def attempt(self, message: Message) -> None:
        ledger, fence = self.rig.ledger, self.rig.fence
        if random.random() < 0.3:
            self.write(message, S.QUEUED)
            return
        noted = self.tell(lambda: ledger.note_intent(message, fence, Intent(message.attempts)))
        if noted is not Note.OK:
            self.write(message, S.QUEUED)
            return
        if random.random() < 0.3:
            self.tell(lambda: ledger.withdraw_intent(message, fence))
            self.write(message, S.QUEUED)
            return
        self.phone.append(message.id)
        if random.random() < 0.2:
            raise StoreUnavailable  # it dies, or its browser does
        self.write(message, S.SENT)

    def person_agrees(self) -> None:
        """After a look at the phone: what is there already is not sent again."""
        lost = self.generation.seen
        self.pauses.set(PauseReason.REDIS, "worker", self.rig.now, lost=lost)
        for message_id in {*self.phone}:
            if (
                self.rig.get(message_id).status is S.SENDING
            ):  # in the hands of a worker that knows nothing of it
                self.rig.database.do("HSET", self.rig.keys.message(message_id), "intent", Intent(0).to_json())
            self.rig.advance(self.rig.get(message_id), S.CANCELLED)
        self.pauses.clear(PauseReason.REDIS, "person", self.rig.now)

    def anything_else(self) -> None:
        """What other parts write meanwhile, counted with the writes that must not be lost."""
        for event in (SessionEvent.STARTED, SessionEvent.LOGGED_IN) * random.choice([1, 3]):
            self.sessions.apply(event, self.rig.now, reason="x", actor="x", fence=self.rig.fence)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_sent_twice_though_scripts_run_late_and_redis_forgets(
    rig: LedgerRig, tmp_path: Path, seed: int
) -> None:
    """A person is asked where Redis forgot; without them nothing that it forgot is sent again."""
    random.seed(seed)
    messages = [rig.accept() for _ in range(8)]
    worker = Worker(rig, tmp_path / "generation")
    worker.disk.keep()
    for _ in range(1000):
        rig.now += 100
        chance = random.random()
        if chance < 0.05:
            worker.disk.keep()
        elif chance < 0.08:
            worker.disk.come_back()
            worker.disk.keep()
        elif chance < 0.3:
            worker.runs_late()
        elif chance < 0.35:
            worker.start()
        try:
            if not rig.lease.renew():
                worker.start()
            if random.random() < 0.2:
                worker.anything_else()
            rig.queue.release_due(rig.now)
            rig.queue.requeue_lost()
            for priority in ("high", "normal"):
                if message_id := rig.pop(priority):  # type: ignore[arg-type]  # a Priority is a str
                    worker.deliver(message_id)
                    break
        except StoreUnavailable:
            pass
        if not rig.queue.open_count() and not rig.queue.counts()["scheduled"] and not worker.late:
            break
    assert Counter(worker.phone) == Counter(message.id for message in messages)
    assert {rig.status(message) for message in messages} <= {S.SENT, S.CANCELLED}
    assert rig.now > NOW
