"""Fetching a file from a URL: what an answer means, when it is tried again, and the name of the file."""

from collections.abc import Iterable
from urllib.parse import unquote, urljoin, urlsplit

from whatsapp_tasks.domain.faults import FAULTS, MAX_ATTEMPTS, consequence_of
from whatsapp_tasks.domain.file_names import clean_name, extension_of
from whatsapp_tasks.domain.file_requests import check_redirected_url
from whatsapp_tasks.domain.file_types import extension_for
from whatsapp_tasks.domain.files import UNKNOWN_TYPE
from whatsapp_tasks.errors import FetchFailed, RequestRefused

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 600.0
MOST_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NEEDS_A_LOGIN = frozenset({401, 403, 407})
_NOT_THERE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_PAGE = "text/html"


def breaks_off(begun: int) -> bool:
    """Whether so many attempts were begun that a further one would end like most of them: without a result,
    because it ends its worker.
    """
    return begun > MAX_ATTEMPTS


def next_pause_seconds(
    code: str, before: Iterable[str | None], *, jitter: float, at_least_seconds: float = 0.0
) -> float | None:
    """The pause after an attempt failed with ``code``; None to give up. ``before`` are the codes of earlier
    ones. Only those of the same fault count: an outage of our store uses up no attempt at the URL.

    ``jitter`` in [0, 1) varies it by a fifth; ``at_least_seconds`` is what the server asked for.
    """
    caused = consequence_of(code)
    same = sum(earlier in FAULTS and FAULTS[earlier].fault is caused.fault for earlier in before if earlier)
    if same + 1 >= caused.attempts:
        return None
    pause: float = FIRST_PAUSE_SECONDS * 3**same * (0.8 + 0.4 * jitter)
    return min(max(pause, at_least_seconds), LONGEST_PAUSE_SECONDS)


def redirect_target(status: int, url: str, location: str | None, *, allow_private: bool) -> str | None:
    """Where a redirect leads, if the answer is one; raises FetchFailed if it may not be followed. The address
    is checked like that of the first URL, when its name is resolved.
    """
    if status not in _REDIRECTS or location is None:
        return None
    try:
        target = urlsplit(urljoin(url, location))._replace(fragment="").geturl()
        return check_redirected_url(target, allow_private=allow_private)
    except RequestRefused as refused:
        problem = refused.errors[0]["message"]
    except ValueError:
        problem = "is malformed"
    raise FetchFailed("file_url_redirected", f"The URL redirects to one that {problem}.")


def check_status(status: int, retry_after_seconds: float = 0.0) -> None:
    """Raises FetchFailed unless the answer is a whole file."""
    if status == 200:
        return
    if status in _NEEDS_A_LOGIN:
        raise FetchFailed("file_url_forbidden", f"The URL needs a login: it answered {status}.")
    if status in _NOT_THERE:
        raise FetchFailed("file_url_not_found", f"There is no file at the URL: it answered {status}.")
    raise FetchFailed(
        "file_url_failed",
        f"The URL answered {status}.",
        again=status >= 500 or status in _LATER,
        at_least_seconds=retry_after_seconds,
    )


def check_length(length: str | None, most_bytes: int) -> int | None:
    """The declared length; raises FetchFailed if it is too large, or is no number."""
    if length is None:
        return None
    if not (length.isascii() and length.isdigit() and len(length) <= 18):
        raise FetchFailed("file_url_failed", "The URL's answer declares a length that is no number.")
    if int(length) > most_bytes:
        raise too_large(most_bytes)
    return int(length)


def too_large(most_bytes: int) -> FetchFailed:
    """The error for a file of more bytes."""
    return FetchFailed("file_too_large", f"The file is larger than the limit of {most_bytes} bytes.")


def fetched_name(disposition: str | None, url: str, media_type: str) -> str | None:
    """The name of a fetched file: by its Content-Disposition, else the last part of the URL's path, with the
    usual extension if it has none. None if neither is a name.
    """
    path = urlsplit(url).path
    name = clean_name(disposition or "") or clean_name(unquote(path.rpartition("/")[2]))
    if name and not extension_of(name) and media_type not in (UNKNOWN_TYPE, _PAGE):
        return clean_name(f"{name}.{extension_for(media_type)}")
    return name


def check_is_no_page(media_type: str, name: str | None) -> None:
    """Raises FetchFailed for a web page that is not named as one: a login form, or a message for people."""
    if media_type == _PAGE and extension_of(name or "") not in ("html", "htm"):
        raise FetchFailed(
            "file_url_is_page", "There is a web page at the URL, not a file: it may need a login."
        )
