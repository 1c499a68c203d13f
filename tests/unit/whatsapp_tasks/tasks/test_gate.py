"""The gate: the send queue is consumed only while it is open, whatever the connection does."""

from types import SimpleNamespace

from whatsapp_tasks.tasks.gate import Gate

QUEUE = "whatsapp-messages.default"


class Consumer:
    """As much of Celery's consumer as the gate touches."""

    def __init__(self, *, consuming: bool = False) -> None:
        self.consumed = {QUEUE} if consuming else set()
        self.selected = {QUEUE}
        self.task_consumer = SimpleNamespace(consuming_from=lambda queue: queue in self.consumed)
        self.app = SimpleNamespace(
            amqp=SimpleNamespace(queues=SimpleNamespace(deselect=self.selected.discard))
        )

    def add_task_queue(self, queue: str) -> None:
        self.consumed.add(queue)
        self.selected.add(queue)

    def cancel_task_queue(self, queue: str) -> None:
        self.consumed.discard(queue)
        self.selected.discard(queue)


def test_it_opens_and_closes_by_what_it_is_told() -> None:
    gate, consumer = Gate(QUEUE), Consumer()
    gate.attach(consumer)
    assert not consumer.consumed
    gate.update(True)
    gate.update(True)
    assert consumer.consumed == {QUEUE}
    gate.update(False)
    assert not consumer.consumed
    gate.update(True)
    gate.close()
    assert not consumer.consumed


def test_a_connection_that_was_lost_while_it_was_open_comes_back_closed() -> None:
    gate, first = Gate(QUEUE), Consumer()
    gate.attach(first)
    gate.update(True)
    gate.detach()
    assert not first.selected  # what the next connection would consume by itself
    again = Consumer(consuming=True)  # and if it did all the same:
    gate.attach(again)
    assert not again.consumed
    assert not gate.open


def test_without_a_connection_it_stays_closed() -> None:
    gate = Gate(QUEUE)
    gate.update(True)
    gate.close()
    assert not gate.open
