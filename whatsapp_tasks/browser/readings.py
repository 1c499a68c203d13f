"""Parsing the answers of a browser, its driver or our scripts."""

from collections.abc import Iterator
from contextlib import contextmanager

from whatsapp_tasks.errors import PageError

MISREAD = (LookupError, TypeError, ValueError, AttributeError)
"""The errors of Python for an answer of an unexpected shape; JSON and base64 raise ValueErrors."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Raises PageError if ``what`` has an unexpected shape. Use it only around the parsing, not around the
    command: an error in our own code must not look like one of the page.
    """
    try:
        yield
    except MISREAD as error:
        raise PageError(f"{what} cannot be read") from error
