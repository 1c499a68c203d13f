"""Many things in one command: each is done, whatever became of the others."""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeVar

import click

from whatsapp_tasks.errors import RequestRefused

_ABOUT_IT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
"""What the API says of the one thing; anything else it would say of the next one too."""

T = TypeVar("T")


def one_by_one(things: Iterable[tuple[str, T]], do: Callable[[T], None]) -> tuple[int, int]:
    """Does each of ``things``, each under its name, and says which were refused, and why. Returns
    how many were done, and how many refused.

    Raises RequestRefused where the refusal is not about the thing itself. A limit of requests is waited for.
    """
    done = refused = 0
    for name, thing in things:
        try:
            _patiently(do, thing)
        except RequestRefused as error:
            if error.http_status not in _ABOUT_IT:
                raise
            refused += 1
            click.echo(f"{name}: {error}", err=True)
        else:
            done += 1
    return done, refused


def _patiently(do: Callable[[T], None], thing: T) -> None:
    while True:
        try:
            do(thing)
        except RequestRefused as error:
            if error.code != "rate_limited":
                raise
            time.sleep(error.retry_after_seconds or 1.0)
        else:
            return
