"""The queue and the ledger: due messages come onto it, lost entries come back, in order, never twice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import kombu
import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.queues import PRIORITY_STEPS, messages_list, messages_queue, task_envelope
from whatsapp_tasks.stores.messages import Message

S = Status

# due


def test_due_messages_come_onto_the_queue_in_the_order_of_their_times(rig: LedgerRig) -> None:
    later, sooner, never = (rig.accept(send_at_ms=NOW + n) for n in (20, 10, 30))
    assert rig.queue.release_due(NOW + 9) == 0
    assert rig.queue.release_due(NOW + 20) == 2
    assert rig.queued() == [sooner.id, later.id]
    assert rig.indexes(sooner) == {"open"}
    assert rig.indexes(never) == {"schedule"}


def test_a_due_message_is_released_once(rig: LedgerRig) -> None:
    rig.accept(send_at_ms=NOW + 1)
    assert [rig.queue.release_due(NOW + 1) for _ in range(2)] == [1, 0]
    assert len(rig.queued()) == 1


def test_a_due_message_goes_after_what_already_waits_in_its_own_priority(rig: LedgerRig) -> None:
    due = rig.accept(send_at_ms=NOW + 1, priority=Priority.HIGH)
    waiting = rig.accept(priority=Priority.HIGH)
    rig.queue.release_due(NOW + 1)
    assert rig.queued(Priority.HIGH) == [waiting.id, due.id]
    assert rig.queued() == []


def test_a_cancelled_message_does_not_come_due(rig: LedgerRig) -> None:
    message = rig.accept(send_at_ms=NOW + 1)
    assert rig.advance(message, S.CANCELLED)
    assert rig.queue.release_due(NOW + 1) == 0
    assert rig.queued() == []


def test_no_more_than_the_limit_is_released_at_once(rig: LedgerRig) -> None:
    for _ in range(5):
        rig.accept(send_at_ms=NOW + 1)
    assert [rig.queue.release_due(NOW + 1, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_message_put_off_without_a_time_stays_where_it_is(rig: LedgerRig) -> None:
    message = rig.accept()
    assert rig.ledger.defer(message, rig.fence, "why", rig.now) is None  # no cap gives a day
    assert rig.indexes(message) == {"open"}
    assert rig.ledger.defer(message, rig.fence, "why", rig.now, rig.now + 5) == rig.now + 5
    assert rig.indexes(message) == {"schedule"}


# lost


def test_nothing_is_lost_while_everything_is_queued(rig: LedgerRig) -> None:
    ids = [rig.accept().id for _ in range(3)]
    assert rig.queue.requeue_lost() == 0
    assert rig.queued() == ids


def test_popped_and_lost_entries_come_back_to_the_head_in_their_order(rig: LedgerRig) -> None:
    ids = [rig.accept().id for _ in range(5)]
    assert [rig.pop(), rig.pop()] == ids[:2]
    assert rig.queue.requeue_lost() == 2
    assert rig.queued() == ids
    assert rig.queue.requeue_lost() == 0


def test_the_last_entry_of_a_queue_can_be_lost_too(rig: LedgerRig) -> None:
    message = rig.accept()
    rig.pop()
    assert rig.queue.requeue_lost() == 1
    assert rig.queued() == [message.id]


def test_each_priority_is_looked_at_by_itself(rig: LedgerRig) -> None:
    ids = {priority: [rig.accept(priority=priority).id for _ in range(2)] for priority in Priority}
    for priority in Priority:
        rig.pop(priority)
    assert rig.queue.requeue_lost() == 3
    assert {priority: rig.queued(priority) for priority in Priority} == ids


def test_an_attempt_that_was_open_when_its_worker_died_is_settled_before_anything_else(
    rig: LedgerRig,
) -> None:
    message = rig.claimed()
    waiting = rig.accept()
    urgent = rig.accept(priority=Priority.HIGH)
    assert rig.queue.requeue_lost() == 1
    assert rig.queue.requeue_lost() == 0
    assert rig.queued(Priority.HIGH) == [message.id, urgent.id]
    assert rig.queued() == [waiting.id]
    assert rig.claim(message) == "settle"


def test_an_open_attempt_is_the_next_one_even_if_its_entry_was_taken_out_of_order(rig: LedgerRig) -> None:
    """Found by the campaign of faults: nothing else may be claimed before it, so the queue stood still."""
    first, copied = rig.accept(), rig.accept()
    rig.database.do(
        "RPUSH",
        messages_list("default", Priority.NORMAL),
        rig.database.text("LINDEX", messages_list("default", Priority.NORMAL), 0) or "",
    )
    assert rig.pop() == copied.id
    assert rig.claim(copied) == "claimed"
    # The worker dies; its successor meets the first message, which has to wait.
    assert rig.claim(first) == "occupied"
    assert rig.queue.requeue_lost() == 1
    assert rig.queue.requeue_lost() == 0
    assert rig.pop(Priority.HIGH) == copied.id
    assert rig.claim(copied) == "settle"
    rig.advance(copied, S.SENT, fence=rig.fence)
    assert rig.queue.requeue_lost() == 0
    assert rig.claim(first) == "claimed"


def test_what_waits_for_its_time_is_not_lost(rig: LedgerRig) -> None:
    rig.accept(send_at_ms=NOW + 10)
    tried = rig.claimed()
    rig.advance(tried, S.QUEUED, fence=rig.fence, due_ms=NOW + 10)
    assert rig.queue.requeue_lost() == 0
    assert rig.queued() == []


@pytest.mark.parametrize("status", sorted(set(S) - {S.QUEUED, S.SENDING}))
def test_what_is_settled_is_not_lost(rig: LedgerRig, status: Status) -> None:
    message = rig.at(status)
    while rig.pop():
        pass
    assert rig.queue.requeue_lost() == 0
    assert rig.queued() == []
    assert "open" not in rig.indexes(message)


def test_a_message_settled_between_look_and_push_is_not_pushed(rig: LedgerRig) -> None:
    message = rig.claimed()
    rig.database.do("HSET", rig.keys.message(message.id), "status", "sent")  # the index is out of date
    assert rig.queue.requeue_lost() == 0
    assert "open" not in rig.indexes(message)


def test_a_message_put_off_between_look_and_push_is_not_pushed(rig: LedgerRig) -> None:
    message = rig.accept(send_at_ms=NOW + 10)
    rig.database.do("ZADD", rig.keys.open_messages(message.priority), 1, message.id)  # out of date
    assert rig.queue.requeue_lost() == 0
    assert rig.queued() == []


@pytest.mark.parametrize(
    "entry",
    [
        "not JSON",
        "{}",
        "[]",
        "null",
        '{"headers": null}',
        '{"headers": {"id": 7}}',
        task_envelope("whatsapp_tasks.send_message", "foreign", ["+49", "x"], {}, "q", 3),
    ],
)
def test_an_entry_of_somebody_else_at_the_head_is_let_through_first(rig: LedgerRig, entry: str) -> None:
    lost = rig.accept()
    rig.pop()
    rig.database.do("LPUSH", messages_list("default", Priority.NORMAL), entry)
    assert rig.queue.requeue_lost() == 0
    rig.database.do("RPOP", messages_list("default", Priority.NORMAL))
    assert rig.queue.requeue_lost() == 1
    assert rig.queued() == [lost.id]


def test_a_head_that_was_cancelled_does_not_hide_a_loss_for_ever(rig: LedgerRig) -> None:
    lost, cancelled, waiting = rig.accept(), rig.accept(), rig.accept()
    rig.pop()
    rig.advance(cancelled, S.CANCELLED)
    rig.queue.requeue_lost()
    assert rig.pop() == cancelled.id
    assert rig.claim(cancelled) == "done"
    rig.queue.requeue_lost()
    assert rig.queued() == [lost.id, waiting.id]


def test_a_copy_at_the_head_of_a_message_that_was_queued_again_makes_nothing_lost(rig: LedgerRig) -> None:
    """kombu restores the entry of a worker that died, and its message is meanwhile at the end of the queue.
    Before: the whole queue counted as lost, and each entry was put there a second time.
    """
    tried = rig.claimed()
    waiting = [rig.accept().id for _ in range(20)]
    rig.advance(tried, S.QUEUED, fence=rig.fence)
    assert rig.queue.release_due(NOW) == 1
    name = messages_list("default", Priority.NORMAL)
    rig.database.do("RPUSH", name, rig.database.text("LINDEX", name, 0) or "")
    assert rig.queue.requeue_lost() == 1  # the oldest one becomes the next, in case the others overtook it
    assert rig.queue.requeue_lost() == 0
    assert rig.queued() == [waiting[0], tried.id, *waiting, tried.id]


def test_after_such_a_copy_a_loss_is_still_seen(rig: LedgerRig) -> None:
    tried, lost = rig.claimed(), rig.accept()
    waiting = [rig.accept().id for _ in range(3)]
    rig.pop()
    rig.advance(tried, S.QUEUED, fence=rig.fence)
    rig.queue.release_due(NOW)
    name = messages_list("default", Priority.NORMAL)
    rig.database.do("RPUSH", name, rig.database.text("LINDEX", name, 0) or "")
    assert rig.queue.requeue_lost() == 2
    assert rig.queued() == [lost.id, waiting[0], tried.id, *waiting, tried.id]


def test_an_entry_put_back_to_the_wrong_end_is_the_next_one_again(rig: LedgerRig) -> None:
    """kombu waits for an entry when the gate closes, gets the next one, and puts it back behind the others.
    Found by two runs of CI on a busy machine: "held 1" was sent before "held 0".
    """
    held = [rig.accept().id for _ in range(3)]
    name = messages_list("default", Priority.NORMAL)
    rig.database.do("LPUSH", name, rig.database.text("RPOP", name) or "")
    assert rig.queued() == [held[1], held[2], held[0]]
    assert rig.queue.requeue_lost() == 1
    assert rig.queue.requeue_lost() == 0
    assert rig.queued() == [*held, held[0]]


def test_copies_of_one_message_lead_to_one_attempt(rig: LedgerRig) -> None:
    message = rig.accept()
    rig.database.do(
        "RPUSH",
        messages_list("default", Priority.NORMAL),
        rig.database.text("LINDEX", messages_list("default", Priority.NORMAL), 0) or "",
    )
    outcomes = []
    while rig.pop():
        outcomes.append(rig.claim(message))
        if outcomes[-1] == "claimed":
            rig.advance(message, S.SENT, fence=rig.fence)
    assert outcomes == ["claimed", "done"]


# with kombu's own consumer


Broker = Callable[[], "Worker"]


class Worker:
    """kombu's consumer as Celery's solo worker sets it up: prefetch 1, acknowledged late."""

    def __init__(self, url: str) -> None:
        self.connection = kombu.Connection(
            url,
            transport_options={
                "priority_steps": PRIORITY_STEPS,
                "queue_order_strategy": "priority",
                "unacked_key": "wa:{default}:unacked",
                "unacked_index_key": "wa:{default}:unacked-index",
                "unacked_mutex_key": "wa:{default}:unacked-mutex",
                "visibility_timeout": 0,
                "unacked_restore_throttle": 1,
            },
        )
        channel: Any = self.connection.channel()
        self.channel = channel
        channel.basic_qos(0, 1, False)
        queue = kombu.Queue(messages_queue("default"), kombu.Exchange(""), messages_queue("default"))
        self.got: list[Any] = []
        self.consumer = kombu.Consumer(
            channel, [queue], on_message=self.got.append, accept=["json"], auto_declare=False
        )
        self.consumer.consume()

    def take(self) -> tuple[str, Any] | None:
        """The next message's id and the message, unacknowledged; None when there is none."""
        try:
            self.connection.drain_events(timeout=0.1)
        except TimeoutError:
            return None
        message = self.got.pop()
        (message_id,), _, _ = message.decode()
        return message_id, message

    def restore(self) -> None:
        """What the transport does on a timer: puts back what a dead worker had in hand."""
        self.channel.qos.restore_visible()

    def die(self) -> None:
        """The process is gone: nothing is acknowledged, nothing put back."""
        self.channel.qos._delivered.clear()
        self.channel.qos.restore_at_shutdown = False
        self.connection.close()


@pytest.fixture
def worker(redis_url: str, rig: LedgerRig) -> Iterator[Broker]:
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(redis_url))
        return workers[-1]

    yield start
    for each in workers:
        each.die()


def test_kombu_takes_what_the_ledger_queued_in_order_and_by_priority(rig: LedgerRig, worker: Broker) -> None:
    ids = [rig.accept(priority=p).id for p in (Priority.LOW, Priority.NORMAL, Priority.NORMAL, Priority.HIGH)]
    consumer = worker()
    taken = []
    while (got := consumer.take()) is not None:
        taken.append(got[0])
        got[1].ack()
    assert taken == [ids[3], ids[1], ids[2], ids[0]]


def test_what_kombu_restores_and_what_the_ledger_requeues_lead_to_one_attempt(
    rig: LedgerRig, worker: Broker
) -> None:
    messages = [rig.accept() for _ in range(3)]
    first = worker()
    got = first.take()
    assert got is not None
    assert rig.claim(messages[0]) == "claimed"
    first.die()

    second = worker()
    second.restore()
    rig.queue.requeue_lost()
    outcomes = []
    while (got := second.take()) is not None:
        message = rig.get(got[0])
        outcomes.append((message.id, rig.claim(message)))
        rig.advance(message, S.SENT, fence=rig.fence)
        got[1].ack()
        rig.queue.requeue_lost()
    ids = [m.id for m in messages]
    assert [o for o in outcomes if o[1] != "done"] == list(
        zip(ids, ["settle", "claimed", "claimed"], strict=True)
    )
    assert rig.queue.open_count() == 0
    assert rig.queued() == []


class Chat:
    """The other side: what was really sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []


class Killed(Exception):
    """The worker died here."""


def attempt(rig: LedgerRig, chat: Chat, message: Message, die: Callable[[str], None]) -> None:
    """One delivery as the session does it, with a death possible between any two steps."""
    outcome = rig.claim(message)
    die("claim")
    message = rig.get(message.id)
    if outcome == "settle" and message.intent is not None and message.id in chat.sent:
        rig.advance(message, S.SENT, fence=rig.fence)
        return
    if outcome not in ("claimed", "settle"):
        return
    die("typing")
    if outcome == "claimed" and random.random() < 0.2:
        rig.advance(message, S.QUEUED, fence=rig.fence, due_ms=rig.now + 300)
        return
    rig.ledger.note_intent(message, rig.fence, Intent(message.attempts))
    die("intent")
    chat.sent.append(message.id)
    die("enter")
    rig.advance(message, S.SENT, fence=rig.fence)
    die("recorded")


def copy_an_entry(rig: LedgerRig) -> None:
    """As a restored or repeated queue entry does: to either end of its list."""
    name = messages_list("default", random.choice(list(Priority)))
    if entries := rig.database.texts("LRANGE", name, 0, -1):
        rig.database.do(random.choice(["LPUSH", "RPUSH"]), name, random.choice(entries))


@pytest.mark.parametrize("seed", [*range(6), 32])  # 32: a copy is in hand when its worker dies
def test_through_any_deaths_each_message_is_sent_once_and_none_is_lost(
    rig: LedgerRig, worker: Broker, seed: int
) -> None:
    random.seed(seed)
    chat = Chat()

    def die(_place: str) -> None:
        if random.random() < 0.12:
            raise Killed

    messages = [
        rig.accept(priority=random.choice(list(Priority)), send_at_ms=random.choice([None, NOW + 2000]))
        for _ in range(20)
    ]
    consumer, deaths = worker(), 0
    for _ in range(2000):
        try:
            rig.now += 100
            rig.queue.release_due(rig.now)
            rig.queue.requeue_lost()
            if rig.queue.nothing_queued():
                if not rig.queue.counts()["scheduled"]:
                    break
                continue
            if random.random() < 0.1:
                copy_an_entry(rig)
            if random.random() < 0.1:  # between BRPOP and the note in `unacked`: the entry is gone
                for priority in Priority:
                    if rig.pop(priority):
                        break
                raise Killed
            got = consumer.take()
            if got is None:
                continue
            attempt(rig, chat, rig.get(got[0]), die)
            got[1].ack()
            die("ack")
        except Killed:
            deaths += 1
            consumer.die()
            rig.lease.release()
            assert rig.lease.acquire() is None
            consumer = worker()
            if random.random() < 0.7:
                consumer.restore()
    assert deaths
    assert Counter(chat.sent) == Counter(m.id for m in messages)
    assert {rig.status(m) for m in messages} == {S.SENT}
    assert rig.queue.counts() == {"open": 0, "scheduled": 0, "unknown": 0}
