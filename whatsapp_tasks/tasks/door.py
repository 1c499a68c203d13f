"""The door: every queue entry is checked before Celery gets it, whoever put it there.

Celery and kombu die of an entry that is no task, and write the arguments of those that are into events,
Flower and the log. So each entry that a worker takes is read by the rules of ``queues.read_entry``: it is
rewritten without readable arguments, or dropped, counted and logged.
"""

import logging
from collections.abc import Callable, Collection
from inspect import signature
from queue import Empty
from typing import Any

import redis
from celery import Celery
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.redis import Channel, Transport

from whatsapp_tasks.domain.identity import is_message_id
from whatsapp_tasks.errors import EntryRefused, StoreUnavailable
from whatsapp_tasks.queues import DELIVER_TASK, read_entry
from whatsapp_tasks.stores.metrics import Metrics

log = logging.getLogger(__name__)


class Door:
    """Lets the ``tasks`` of one worker in, which are registered with ``app``."""

    def __init__(self, app: Celery, tasks: Collection[str], metrics: Metrics) -> None:
        self._app = app
        self._tasks = tasks
        self._metrics = metrics

    def admit(self, queue: str, raw: bytes) -> str | None:
        """The entry as Celery is to have it; None when it was dropped."""
        try:
            entry = read_entry(raw)
            self._insist_on_task(entry.task, entry.args, entry.kwargs)
        except EntryRefused as refused:
            self._tell(queue, raw, refused)
            return None
        if entry.linked:
            log.warning(
                "Callbacks and chains of a task from the queue are not followed; webhooks report what became",
                extra={"task": entry.task, "task_id": entry.task_id},
            )
        return entry.envelope(queue)

    def _insist_on_task(self, task: str, args: list[Any], kwargs: dict[str, Any]) -> None:
        if task not in self._tasks:
            raise EntryRefused("task_unknown", "Its task is none of those that this worker runs.")
        try:
            signature(self._app.tasks[task].run).bind(*args, **kwargs)
        except TypeError:  # its text names the arguments
            raise EntryRefused("arguments", "Its arguments are not those of the task.") from None
        if task == DELIVER_TASK and not is_message_id(args[0] if args else kwargs["message_id"]):
            raise EntryRefused("arguments", "It names no message.")

    def _tell(self, queue: str, raw: bytes, refused: EntryRefused) -> None:
        log.error(
            "An entry of a queue was dropped",
            extra={"queue": queue, "reason": refused.reason, "detail": str(refused), "bytes": len(raw)},
        )
        try:
            self._metrics.count("queue_entries_dropped", reason=refused.reason)
        except StoreUnavailable as error:
            log.warning("A dropped entry is not counted: Redis does not answer", extra={"detail": str(error)})


def guard(app: Celery, tasks: Collection[str], metrics: Metrics) -> None:
    """From now on this process takes entries only through a door. Before it connects to its broker."""
    transport = _transport(Door(app, tasks, metrics).admit)
    for name in ("redis", "rediss"):
        TRANSPORT_ALIASES[name] = lambda: transport  # type: ignore[assignment]  # kombu calls what is callable


def _transport(admit: Callable[[str, bytes], str | None]) -> type[Transport]:
    """kombu's transport with the door in it. kombu is pinned; tests hold it to what is used here."""

    class DoorClient(redis.Redis):
        def parse_response(self, connection: Any, command_name: str, **options: Any) -> Any:
            answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
            if command_name != "BRPOP" or not answer:
                return answer
            name, raw = answer
            entry = admit(name.decode().partition(Channel.sep)[0], raw)
            return None if entry is None else (name, entry)  # None: as if the wait had ended without one

    class DoorChannel(Channel):
        def _get_client(self) -> type[redis.Redis]:
            return DoorClient

        def _deliver_fanout_message(self, message: Any, exchange: str) -> Any:
            """Remote control comes this way."""
            try:
                sound = isinstance(self.Message(message, channel=self).payload, dict)
            except Exception:  # noqa: BLE001 - what is no message of kombu's fails in many ways
                sound = False
            if not sound:
                log.error("A remote control message was dropped", extra={"exchange": exchange})
                raise Empty
            return super()._deliver_fanout_message(message, exchange)  # type: ignore[misc]  # not in its stubs

    class DoorTransport(Transport):
        Channel = DoorChannel

    return DoorTransport
