"""Reading what a browser, its driver or a script of ours answered."""

from collections.abc import Iterator
from contextlib import contextmanager

from whatsapp_tasks.errors import PageError

MISREAD = (LookupError, TypeError, ValueError, AttributeError)
"""What Python raises on an answer of another shape than expected; JSON and base64 raise ValueErrors."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Raises PageError where ``what`` has another shape than expected. For the reading alone, not for the
    asking: an error in our own code must not look like one of the page.
    """
    try:
        yield
    except MISREAD as error:
        raise PageError(f"{what} cannot be read") from error
