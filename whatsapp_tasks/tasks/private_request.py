"""The arguments of a task, phone and text among them, stay out of Celery's own reports."""

from typing import Any

from celery.worker.request import Request


class PrivateRequest(Request):
    """A task in a worker. ``celery inspect`` and Flower get no arguments, whatever they ask for."""

    def info(self, safe: bool = False) -> Any:  # noqa: ARG002 - Celery's signature
        return super().info(safe=True)
