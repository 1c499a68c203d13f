"""Webhooks: the endpoints that get events, and what a receiver's answer means."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum

from whatsapp_tasks.domain.accounts import SLUG, check_account_name
from whatsapp_tasks.domain.events import RECEIVED_VERSION, Event, types_of
from whatsapp_tasks.domain.outbound_urls import why_not_taken
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.errors import RequestRefused

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of all secrets, by Standard Webhooks
SECRETS_AT_ONCE = 2
LONGEST_RETRY_AFTER_SECONDS = 24 * 3600.0

_NAME = re.compile(SLUG)
MAIL_ADDRESS = re.compile(r"[^@\s,<>]{1,64}@[^@\s,<>]{1,255}")


@dataclass(frozen=True)
class Endpoint:
    """A receiver that the operator configured.

    ``url`` is ``https://…`` (``http://`` only with ``allow_private``), or for alerts ``mailto:address`` and
    ``whatsapp:+phone?account=name``. Empty ``events`` and ``accounts`` mean all.
    """

    name: str
    url: str
    secrets: tuple[str, ...] = field(repr=False, default=())
    events: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    allow_private: bool = False
    concurrency: int = 4
    """The maximum of concurrent requests, and so of threads that a slow receiver occupies."""
    received_version: int = RECEIVED_VERSION
    """The shape of ``message.received``: 1 or 2 (docs/receiving.md)."""
    created_ms: int = 0
    origin: str = "cli"
    """Where it was configured: ``cli``, ``file`` (WHATSAPP_WEBHOOKS) or ``settings`` (alerts)."""

    def __post_init__(self) -> None:
        _check(self)

    @property
    def scheme(self) -> str:
        return self.url.partition(":")[0]

    def wants(self, event: Event) -> bool:
        """Whether ``event`` has one of its types and accounts, and is not older than the endpoint."""
        kind = str(event.type)
        return (
            event.at_ms >= self.created_ms
            and (not self.accounts or event.account in self.accounts)
            and (not self.events or kind in self.events or f"{kind.partition('.')[0]}.*" in self.events)
        )


class Verdict(StrEnum):
    DELIVERED = "delivered"
    RETRY = "retry"
    GONE = "gone"  # 410: the receiver wants no more events


@dataclass(frozen=True)
class Answer:
    """The result of one attempt. ``status`` is None if there was no answer; ``problem`` then says why."""

    status: int | None = None
    problem: str = ""
    detail: str = ""
    retry_after_seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """By Standard Webhooks: 2xx is success, 410 disables, everything else is tried again.

        That includes the other 4xx: a 401, 404 or 413 is mostly a failed deployment of the receiver, repaired
        within the day. Giving up at once would lose events, and with them their order.
        """
        if self.status is None:
            return Verdict.RETRY
        if 200 <= self.status < 300:
            return Verdict.DELIVERED
        return Verdict.GONE if self.status == 410 else Verdict.RETRY

    @property
    def code(self) -> str:
        """One word for lists, logs and metrics: ``http_503``, ``timeout``, ``address_refused``, …"""
        return self.problem if self.status is None else f"http_{self.status}"

    @property
    def asks_for_quiet(self) -> bool:
        """Whether the receiver as a whole wants a pause, not only this event."""
        return self.status == 429 or (self.status == 503 and self.retry_after_seconds > 0)


def retry_after_seconds(header: str | None, now: float) -> float:
    """Seconds that a Retry-After header asks for: digits or an HTTP date; 0 for anything else."""
    if header is None:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_RETRY_AFTER_SECONDS)
    try:
        at = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(at - now, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def encode_secret(random_bytes: bytes) -> str:
    """``whsec_…`` of 24 to 64 random bytes."""
    return SECRET_PREFIX + base64.b64encode(random_bytes).decode()


def _check(endpoint: Endpoint) -> None:
    if not _NAME.fullmatch(endpoint.name):
        raise _invalid("name", "must be 1 to 32 of a-z, 0-9 and inner hyphens")
    if not 1 <= endpoint.concurrency <= 32:
        raise _invalid("concurrency", "must be from 1 to 32")
    if endpoint.received_version not in (1, RECEIVED_VERSION):
        raise _invalid("received_version", f"must be 1 or {RECEIVED_VERSION}")
    check_event_types(endpoint.events)
    for account in endpoint.accounts:
        check_account_name(account)
    match endpoint.scheme:
        case "https" | "http":
            _check_http(endpoint)
        case "mailto":
            if not MAIL_ADDRESS.fullmatch(endpoint.url[len("mailto:") :]):
                raise _invalid("url", "must be mailto: and one address")
        case "whatsapp":
            whatsapp_target(endpoint.url)
        case _:
            raise _invalid("url", "must begin with https://, mailto: or whatsapp:")


def check_event_types(kinds: Iterable[str]) -> None:
    """Raises RequestRefused for an unknown type; ``message.*`` means all of that kind."""
    try:
        types_of(kinds)
    except ValueError as error:
        raise _invalid("events", str(error)) from None


def _check_http(endpoint: Endpoint) -> None:
    problem = why_not_taken(endpoint.url, allow_private=endpoint.allow_private)
    if problem is not None:
        raise _invalid("url", problem)
    if not 1 <= len(endpoint.secrets) <= SECRETS_AT_ONCE:
        raise _invalid("secrets", f"must be one, or {SECRETS_AT_ONCE} during a rotation")
    for secret in endpoint.secrets:
        _check_secret(secret)


def _check_secret(secret: str) -> None:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not 24 <= len(key) <= 64:
        raise _invalid("secrets", "must be whsec_ and the base64 of 24 to 64 random bytes")


def whatsapp_target(url: str) -> tuple[str, str]:
    """Phone and sending account of ``whatsapp:+phone?account=name``; raises RequestRefused."""
    phone, separator, account = url[len("whatsapp:") :].partition("?account=")
    if not separator:
        raise _invalid("url", "must be whatsapp:+phone?account=the account that sends it")
    return parse_phone(phone), check_account_name(account)


def _invalid(field_name: str, problem: str) -> RequestRefused:
    return RequestRefused(
        "webhook_invalid",
        f"The webhook's {field_name} {problem}.",
        errors=[{"field": field_name, "message": problem}],
    )
