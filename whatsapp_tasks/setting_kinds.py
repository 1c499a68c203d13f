"""Kinds of values that settings have, each with what is no such value: it says so in a few words."""

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
"""Of any number: seconds, bytes, messages. Above it something was mistyped, and sums run over."""
Positive = Annotated[float, Field(gt=0, le=MOST)]
NotNegative = Annotated[float, Field(ge=0, le=MOST)]
Count = Annotated[int, Field(ge=0, le=MOST)]
_TIMES = r"[1-9]\d{0,8}\s*(?:/|per)\s*(?:[1-9]\d{0,8}\s*)?(?:second|minute|hour|day|month|year)s?"
_RATES = re.compile(rf"\s*{_TIMES}(?:\s*[,;|]\s*{_TIMES})*\s*", re.ASCII | re.IGNORECASE)
"""A part of what the library `limits` reads."""
_HOST_NAME = re.compile(r"(?=.{1,253}$)(?!.*\.\d+$)\w(?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)*", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/\S*)?")


def matching(pattern: re.Pattern[str], problem: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(problem)
        return value

    return AfterValidator(check)


def ruled(rule: Callable[[str], object]) -> AfterValidator:
    """What ``rule`` refuses (RequestRefused) is a wrong value, but for an empty one, which says nothing."""

    def check(value: str) -> str:
        try:
            if value:
                rule(value)
        except RequestRefused as error:
            raise ValueError(str(error)) from error
        return value

    return AfterValidator(check)


def url_of(*schemes: str) -> AfterValidator:
    """A URL with a host; an empty one says nothing."""

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
    """An address as the system writes it, or a name; brackets as in URLs are taken off."""
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    try:
        return str(ip_address(bare))
    except ValueError:
        if not _HOST_NAME.fullmatch(value):
            raise ValueError("must be an address such as 127.0.0.1 or ::1, or a host's name") from None
        return value


def _named(value: object) -> object:
    """An empty path would be the current folder."""
    if value == "":
        raise ValueError("must not be empty")
    return value


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def parts_of(text: str) -> tuple[str, ...]:
    """What commas separate in a setting, without blanks around it."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


Rates = Annotated[str, matching(_RATES, "must be like 600/minute, or several: 10/second, 600/minute")]
Address = Annotated[str, AfterValidator(_listening_address)]
_MAIL = re.compile(f"(?:{MAIL_ADDRESS.pattern})?")
Mail = Annotated[str, matching(_MAIL, "must be one mail address")]
Place = Annotated[Path, BeforeValidator(_named)]
MaybePlace = Annotated[Path | None, BeforeValidator(_none_if_empty)]
