"""What every task of this service has from its base class."""

from collections.abc import Callable

import pytest
from celery.worker.request import Request
from kombu.message import Message
from kombu.utils.imports import symbol_by_name

from whatsapp_tasks.celery import app
from whatsapp_tasks.queues import CONTROL_TASKS, DELIVER_TASK, SEND_TASK
from whatsapp_tasks.tasks.private_request import PrivateRequest

SECRET = "Your code is 482 913"


@pytest.fixture
def request_of() -> Callable[[str], Request]:
    """A request as a worker holds it while it waits for its turn."""
    app.loader.import_default_modules()

    def make(task: str) -> Request:
        headers = {"id": "1", "task": task, "lang": "py", "argsrepr": "(…)", "kwargsrepr": "{…}"}
        message = Message(
            body=f'[["{SECRET}"], {{"message": "{SECRET}"}}, {{}}]',
            content_type="application/json",
            content_encoding="utf-8",
            headers=headers,
            accept={"application/json"},
        )
        return PrivateRequest(message, app=app, task=app.tasks[task])

    return make


@pytest.mark.parametrize("task", sorted({SEND_TASK, DELIVER_TASK, *CONTROL_TASKS}))
def test_inspection_is_told_no_arguments_whatever_it_asks_for(
    request_of: Callable[[str], Request], task: str
) -> None:
    """Issue 12, row 16: `celery inspect reserved` and Flower's pages of workers."""
    request = request_of(task)
    assert symbol_by_name(app.tasks[task].Request) is PrivateRequest
    for safe in (True, False):
        told = request.info(safe=safe)
        assert SECRET not in repr(told)
        assert told["args"] == "(…)"
