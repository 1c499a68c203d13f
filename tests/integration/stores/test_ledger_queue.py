"""The queue and the ledger: due messages come onto it, lost entries come back, in order, never twice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import kombu
import pytest

from tests.integration.stores.desk import NOW, Desk
from whatsapp_tasks.domain.intents import Intent
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.queues import PRIORITY_STEPS, messages_list, messages_queue, task_envelope
from whatsapp_tasks.stores.messages import Message

S = Status

# due


def test_due_messages_come_onto_the_queue_in_the_order_of_their_times(desk: Desk) -> None:
    later, sooner, never = (desk.accept(send_at_ms=NOW + n) for n in (20, 10, 30))
    assert desk.queue.release_due(NOW + 9) == 0
    assert desk.queue.release_due(NOW + 20) == 2
    assert desk.queued() == [sooner.id, later.id]
    assert desk.indexes(sooner) == {"open"}
    assert desk.indexes(never) == {"schedule"}


def test_a_due_message_is_released_once(desk: Desk) -> None:
    desk.accept(send_at_ms=NOW + 1)
    assert [desk.queue.release_due(NOW + 1) for _ in range(2)] == [1, 0]
    assert len(desk.queued()) == 1


def test_a_due_message_goes_behind_what_already_waits_in_its_own_priority(desk: Desk) -> None:
    due = desk.accept(send_at_ms=NOW + 1, priority=Priority.HIGH)
    waiting = desk.accept(priority=Priority.HIGH)
    desk.queue.release_due(NOW + 1)
    assert desk.queued(Priority.HIGH) == [waiting.id, due.id]
    assert desk.queued() == []


def test_a_cancelled_message_does_not_come_due(desk: Desk) -> None:
    message = desk.accept(send_at_ms=NOW + 1)
    assert desk.advance(message, S.CANCELLED)
    assert desk.queue.release_due(NOW + 1) == 0
    assert desk.queued() == []


def test_no_more_than_the_limit_is_released_at_once(desk: Desk) -> None:
    for _ in range(5):
        desk.accept(send_at_ms=NOW + 1)
    assert [desk.queue.release_due(NOW + 1, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_message_put_off_without_a_time_stays_where_it_is(desk: Desk) -> None:
    message = desk.accept()
    assert desk.ledger.defer(message, desk.fence, "why", desk.now) is None  # no cap tells a day
    assert desk.indexes(message) == {"open"}
    assert desk.ledger.defer(message, desk.fence, "why", desk.now, desk.now + 5) == desk.now + 5
    assert desk.indexes(message) == {"schedule"}


# lost


def test_nothing_is_lost_while_everything_is_queued(desk: Desk) -> None:
    ids = [desk.accept().id for _ in range(3)]
    assert desk.queue.requeue_lost() == 0
    assert desk.queued() == ids


def test_popped_and_lost_entries_come_back_to_the_head_in_their_order(desk: Desk) -> None:
    ids = [desk.accept().id for _ in range(5)]
    assert [desk.pop(), desk.pop()] == ids[:2]
    assert desk.queue.requeue_lost() == 2
    assert desk.queued() == ids
    assert desk.queue.requeue_lost() == 0


def test_the_last_entry_of_a_queue_can_be_lost_too(desk: Desk) -> None:
    message = desk.accept()
    desk.pop()
    assert desk.queue.requeue_lost() == 1
    assert desk.queued() == [message.id]


def test_each_priority_is_looked_at_by_itself(desk: Desk) -> None:
    ids = {priority: [desk.accept(priority=priority).id for _ in range(2)] for priority in Priority}
    for priority in Priority:
        desk.pop(priority)
    assert desk.queue.requeue_lost() == 3
    assert {priority: desk.queued(priority) for priority in Priority} == ids


def test_an_attempt_that_was_open_when_its_worker_died_is_settled_before_anything_else(desk: Desk) -> None:
    message = desk.claimed()
    waiting = desk.accept()
    urgent = desk.accept(priority=Priority.HIGH)
    assert desk.queue.requeue_lost() == 1
    assert desk.queue.requeue_lost() == 0
    assert desk.queued(Priority.HIGH) == [message.id, urgent.id]
    assert desk.queued() == [waiting.id]
    assert desk.claim(message) == "settle"


def test_what_waits_for_its_time_is_not_lost(desk: Desk) -> None:
    desk.accept(send_at_ms=NOW + 10)
    tried = desk.claimed()
    desk.advance(tried, S.QUEUED, fence=desk.fence, due_ms=NOW + 10)
    assert desk.queue.requeue_lost() == 0
    assert desk.queued() == []


@pytest.mark.parametrize("status", sorted(set(S) - {S.QUEUED, S.SENDING}))
def test_what_is_settled_is_not_lost(desk: Desk, status: Status) -> None:
    message = desk.at(status)
    while desk.pop():
        pass
    assert desk.queue.requeue_lost() == 0
    assert desk.queued() == []
    assert "open" not in desk.indexes(message)


def test_a_message_settled_between_look_and_push_is_not_pushed(desk: Desk) -> None:
    message = desk.claimed()
    desk.database.do("HSET", desk.keys.message(message.id), "status", "sent")  # the index lags behind
    assert desk.queue.requeue_lost() == 0
    assert "open" not in desk.indexes(message)


def test_a_message_put_off_between_look_and_push_is_not_pushed(desk: Desk) -> None:
    message = desk.accept(send_at_ms=NOW + 10)
    desk.database.do("ZADD", desk.keys.open_messages(message.priority), 1, message.id)  # lags behind
    assert desk.queue.requeue_lost() == 0
    assert desk.queued() == []


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
def test_an_entry_of_somebody_else_at_the_head_is_let_through_first(desk: Desk, entry: str) -> None:
    lost = desk.accept()
    desk.pop()
    desk.database.do("LPUSH", messages_list("default", Priority.NORMAL), entry)
    assert desk.queue.requeue_lost() == 0
    desk.database.do("RPOP", messages_list("default", Priority.NORMAL))
    assert desk.queue.requeue_lost() == 1
    assert desk.queued() == [lost.id]


def test_a_head_that_was_cancelled_does_not_hide_a_loss_for_ever(desk: Desk) -> None:
    lost, cancelled, waiting = desk.accept(), desk.accept(), desk.accept()
    desk.pop()
    desk.advance(cancelled, S.CANCELLED)
    desk.queue.requeue_lost()
    assert desk.pop() == cancelled.id
    assert desk.claim(cancelled) == "done"
    desk.queue.requeue_lost()
    assert desk.queued() == [lost.id, waiting.id]


def test_copies_of_one_message_lead_to_one_attempt(desk: Desk) -> None:
    message = desk.accept()
    desk.database.do(
        "RPUSH",
        messages_list("default", Priority.NORMAL),
        desk.database.text("LINDEX", messages_list("default", Priority.NORMAL), 0) or "",
    )
    outcomes = []
    while desk.pop():
        outcomes.append(desk.claim(message))
        if outcomes[-1] == "claimed":
            desk.advance(message, S.SENT, fence=desk.fence)
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
def worker(redis_url: str, desk: Desk) -> Iterator[Broker]:
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(redis_url))
        return workers[-1]

    yield start
    for each in workers:
        each.die()


def test_kombu_takes_what_the_ledger_queued_in_order_and_by_priority(desk: Desk, worker: Broker) -> None:
    ids = [
        desk.accept(priority=p).id for p in (Priority.LOW, Priority.NORMAL, Priority.NORMAL, Priority.HIGH)
    ]
    consumer = worker()
    taken = []
    while (got := consumer.take()) is not None:
        taken.append(got[0])
        got[1].ack()
    assert taken == [ids[3], ids[1], ids[2], ids[0]]


def test_what_kombu_restores_and_what_the_ledger_requeues_lead_to_one_attempt(
    desk: Desk, worker: Broker
) -> None:
    messages = [desk.accept() for _ in range(3)]
    first = worker()
    got = first.take()
    assert got is not None
    assert desk.claim(messages[0]) == "claimed"
    first.die()

    second = worker()
    second.restore()
    desk.queue.requeue_lost()
    outcomes = []
    while (got := second.take()) is not None:
        message = desk.get(got[0])
        outcomes.append((message.id, desk.claim(message)))
        desk.advance(message, S.SENT, fence=desk.fence)
        got[1].ack()
        desk.queue.requeue_lost()
    ids = [m.id for m in messages]
    assert [o for o in outcomes if o[1] != "done"] == list(
        zip(ids, ["settle", "claimed", "claimed"], strict=True)
    )
    assert desk.ledger.open_count() == 0
    assert desk.queued() == []


class Chat:
    """The other side: what was really sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []


class Killed(Exception):
    """The worker died here."""


def attempt(desk: Desk, chat: Chat, message: Message, die: Callable[[str], None]) -> None:
    """One delivery as the session does it, with a death possible between any two steps."""
    outcome = desk.claim(message)
    die("claim")
    message = desk.get(message.id)
    if outcome == "settle" and message.intent is not None and message.id in chat.sent:
        desk.advance(message, S.SENT, fence=desk.fence)
        return
    if outcome not in ("claimed", "settle"):
        return
    die("typing")
    if outcome == "claimed" and random.random() < 0.2:
        desk.advance(message, S.QUEUED, fence=desk.fence, due_ms=desk.now + 300)
        return
    desk.ledger.note_intent(message.id, desk.fence, Intent(message.attempts))
    die("intent")
    chat.sent.append(message.id)
    die("enter")
    desk.advance(message, S.SENT, fence=desk.fence)
    die("recorded")


@pytest.mark.parametrize("seed", range(6))
def test_through_any_deaths_each_message_is_sent_once_and_none_is_lost(
    desk: Desk, worker: Broker, seed: int
) -> None:
    random.seed(seed)
    chat = Chat()

    def die(_place: str) -> None:
        if random.random() < 0.12:
            raise Killed

    messages = [
        desk.accept(priority=random.choice(list(Priority)), send_at_ms=random.choice([None, NOW + 2000]))
        for _ in range(20)
    ]
    consumer, deaths = worker(), 0
    for _ in range(2000):
        try:
            desk.now += 100
            desk.queue.release_due(desk.now)
            desk.queue.requeue_lost()
            if desk.queue.nothing_queued():
                if not desk.ledger.counts()["scheduled"]:
                    break
                continue
            if random.random() < 0.1:  # between BRPOP and the note in `unacked`: the entry is gone
                for priority in Priority:
                    if desk.pop(priority):
                        break
                raise Killed
            got = consumer.take()
            if got is None:
                continue
            attempt(desk, chat, desk.get(got[0]), die)
            got[1].ack()
            die("ack")
        except Killed:
            deaths += 1
            consumer.die()
            desk.lease.release()
            assert desk.lease.acquire() is None
            consumer = worker()
            if random.random() < 0.7:
                consumer.restore()
    assert deaths
    assert Counter(chat.sent) == Counter(m.id for m in messages)
    assert {desk.status(m) for m in messages} == {S.SENT}
    assert desk.ledger.counts() == {"open": 0, "scheduled": 0, "unknown": 0}
