"""The gate: the send queue is consumed only while the account may send.

``cancel_consumer`` alone is forgotten by a restart. So the send queue is not among those a worker starts
with, and only this gate adds it, when session state and pause flags in Redis allow; the claim script checks
the flags once more for each message.
"""

import logging
from typing import Any

log = logging.getLogger(__name__)


class Gate:
    """Adds the queue to the consumer or takes it away. For the consumer's thread only."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._consumer: Any = None
        self.open = False

    def attach(self, consumer: Any) -> None:
        """A consumer has (re)connected; it does not consume the queue until ``update`` says so."""
        self._consumer = consumer
        # A connection that was lost while the gate was open comes back with the queue among those consumed.
        self.open = consumer.task_consumer.consuming_from(self._queue)
        self.update(False)

    def detach(self) -> None:
        """The connection is gone; the next one begins without the queue."""
        if self._consumer is not None:
            self._consumer.app.amqp.queues.deselect(self._queue)
        self._consumer = None
        self.open = False

    def update(self, allowed: bool) -> None:
        """Opens or closes, if that changes anything."""
        if self._consumer is None or allowed == self.open:
            return
        if allowed:
            self._consumer.add_task_queue(self._queue)
        else:
            self._consumer.cancel_task_queue(self._queue)
        self.open = allowed
        log.info("Gate opened" if allowed else "Gate closed", extra={"queue": self._queue})

    def close(self) -> None:
        self.update(False)
