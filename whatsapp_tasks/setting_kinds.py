"""Types of setting values, each with its check; a wrong value gets a short error."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from whatsapp_tasks.domain.webhooks import MAIL_ADDRESS
from whatsapp_tasks.errors import RequestRefused

MOST = 10**9
"""The largest number allowed (seconds, bytes, messages): larger ones are typing errors, and sums would
overflow."""
Positive = Annotated[float, Field(gt=0, le=MOST)]
NotNegative = Annotated[float, Field(ge=0, le=MOST)]
Count = Annotated[int, Field(ge=0, le=MOST)]
_TIMES = r"[1-9]\d{0,8}\s*(?:/|per)\s*(?:[1-9]\d{0,8}\s*)?(?:second|minute|hour|day|month|year)s?"
_RATES = re.compile(rf"\s*{_TIMES}(?:\s*[,;|]\s*{_TIMES})*\s*", re.ASCII | re.IGNORECASE)
"""A subset of the format of the library `limits`."""
_HOST_NAME = re.compile(r"(?=.{1,253}$)(?!.*\.\d+$)\w(?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)*", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
VAULT_KEY = re.compile(r"\s*(?:AGE-SECRET-KEY-1[0-9A-Z]{20,100}\s*)*", re.ASCII)
"""One or several; whether they are sound, the worker sees."""
TOKEN = re.compile("(?:[!-~]{32,255})?")
"""A secret that a caller sends in a header; nobody can guess one of this length."""
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/\S*)?")


_HOST_HEADER = r"[\w.-]+(?::(?:\d{1,5}|\*))?"


def several(one: str) -> re.Pattern[str]:
    """Values that match ``one``, separated by commas; none is allowed too."""
    return re.compile(rf"\s*(?:{one}\s*(?:,\s*{one}\s*)*)?", re.ASCII)


HOST_HEADERS = several(_HOST_HEADER)
ORIGINS = several(f"https?://{_HOST_HEADER}")


def matching(pattern: re.Pattern[str], problem: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(problem)
        return value

    return AfterValidator(check)


def ruled(rule: Callable[[str], object]) -> AfterValidator:
    """A value that ``rule`` refuses (RequestRefused) is wrong. An empty value means "not set" and is
    accepted.
    """

    def check(value: str) -> str:
        try:
            if value:
                rule(value)
        except RequestRefused as error:
            raise ValueError(str(error)) from error
        return value

    return AfterValidator(check)


def url_of(*schemes: str) -> AfterValidator:
    """A URL with a host. An empty value means "not set" and is accepted."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            sound = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if value and (not sound or re.search(r"\s", value)):
            raise ValueError(f"must be like {schemes[0]}://host:port")
        return value

    return AfterValidator(check)


def _listening_address(value: str) -> str:
    """A normalised IP address, or a host name; brackets as in URLs are removed."""
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    try:
        return str(ip_address(bare))
    except ValueError:
        if not _HOST_NAME.fullmatch(value):
            raise ValueError("must be an address such as 127.0.0.1 or ::1, or a host's name") from None
        return value


def _not_empty(value: object) -> object:
    """An empty path would mean the current folder."""
    if value == "":
        raise ValueError("must not be empty")
    return value


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated setting, without surrounding spaces."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


Rates = Annotated[str, matching(_RATES, "must be like 600/minute, or several: 10/second, 600/minute")]
Address = Annotated[str, AfterValidator(_listening_address)]
_MAIL = re.compile(f"(?:{MAIL_ADDRESS.pattern})?")
Mail = Annotated[str, matching(_MAIL, "must be one mail address")]
RequiredPath = Annotated[Path, BeforeValidator(_not_empty)]
OptionalPath = Annotated[Path | None, BeforeValidator(_none_if_empty)]
