"""Requests to a worker that need an answer: put on its control queue, answered through a Redis key.

The caller uses ``ask`` and then ``await_answer``. The worker's task is called with the keyword arguments
``account`` and ``request_id``, and ends with ``give_answer``.
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from whatsapp_tasks.queues import control_queue, task_envelope
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

ANSWER_KEPT_SECONDS = 60
"""Long enough for a waiting caller; an answer that nobody fetches expires."""

FIRST_LOOK_SECONDS = 0.02
LONGEST_LOOK_SECONDS = 0.25
"""Polling slows down with time. A blocking pop is not used: its timeout must stay below the socket's."""


@dataclass(frozen=True)
class Answer:
    """``payload`` holds the result, or, if not ``ok``, ``code`` and ``message``."""

    ok: bool
    payload: Mapping[str, Any]


class WorkerRequests:
    """The requests to the worker of one account."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._account = account
        self._keys = keys.AccountKeys(account)

    def put(
        self, task: str, arguments: Mapping[str, Any], *, now_seconds: float, valid_seconds: float
    ) -> str:
        """Puts ``task`` on the account's control queue and returns its id.

        The task is called with ``account`` and ``arguments``. A worker that reads it after ``valid_seconds``
        drops it: nobody waits for it any more.
        """
        request_id = secrets.token_hex(16)
        self._put(task, request_id, arguments, now_seconds + valid_seconds)
        return request_id

    def ask(
        self, task: str, arguments: Mapping[str, Any], *, now_seconds: float, valid_seconds: float
    ) -> str:
        """Like ``put``, for a task that answers: it also gets its own id as ``request_id``."""
        request_id = secrets.token_hex(16)
        self._put(task, request_id, {**arguments, "request_id": request_id}, now_seconds + valid_seconds)
        return request_id

    def _put(self, task: str, request_id: str, arguments: Mapping[str, Any], until: float) -> None:
        queue = control_queue(self._account)
        kwargs = {"account": self._account, **arguments}
        fields = json.loads(task_envelope(task, request_id, [], kwargs, queue, 0))
        fields["headers"]["expires"] = datetime.fromtimestamp(until, UTC).isoformat()
        self._db.do("LPUSH", queue, json.dumps(fields, separators=(",", ":")))

    def give_answer(self, request_id: str, ok: bool, payload: Mapping[str, Any]) -> None:
        """Called by the worker: ``payload`` must be JSON; if not ``ok`` it holds ``code`` and ``message``."""
        text = json.dumps({"ok": ok, "payload": payload})
        self._db.do("SET", self._keys.answer(request_id), text, "EX", ANSWER_KEPT_SECONDS)

    def await_answer(
        self,
        request_id: str,
        timeout_seconds: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Answer | None:
        """The answer, or None if none came in time. It can be fetched once."""
        deadline = clock() + timeout_seconds
        pause = FIRST_LOOK_SECONDS
        while True:
            text = self._db.text("GETDEL", self._keys.answer(request_id))
            if text is not None:
                fields = json.loads(text)
                return Answer(fields["ok"], fields["payload"])
            left = deadline - clock()
            if left <= 0:
                return None
            sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)
