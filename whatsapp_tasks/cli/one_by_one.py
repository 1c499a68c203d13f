"""Several things in one command: each is done, whatever happens to the others."""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeVar

import click

from whatsapp_tasks.errors import RequestRefused

_ABOUT_IT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
"""Codes about one thing; any other error would also happen for the next one."""

T = TypeVar("T")
R = TypeVar("R")


def one_by_one(things: Iterable[tuple[str, T]], do: Callable[[T], None]) -> tuple[int, int]:
    """Does each of ``things`` and prints the name of each refused one, with the reason. Returns the numbers
    of done and refused ones.

    Raises RequestRefused if the refusal is not about the thing itself. Waits when the request limit is
    reached.
    """
    done = refused = 0
    for name, thing in things:
        try:
            patiently(do, thing)
        except RequestRefused as error:
            if error.http_status not in _ABOUT_IT:
                raise
            refused += 1
            click.echo(f"{name}: {error}", err=True)
        else:
            done += 1
    return done, refused


def patiently(do: Callable[[T], R], thing: T) -> R:
    """Does it, and again after each wait that the request limit asks for."""
    while True:
        try:
            return do(thing)
        except RequestRefused as error:
            if error.code != "rate_limited":
                raise
            time.sleep(error.retry_after_seconds or 1.0)
