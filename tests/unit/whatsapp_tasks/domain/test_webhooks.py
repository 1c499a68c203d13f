"""Endpoints: what the operator may set, which events they want, and what an answer means."""

from typing import Any

import pytest

from whatsapp_tasks.domain.events import Event, EventType
from whatsapp_tasks.domain.webhooks import (
    LONGEST_RETRY_AFTER_SECONDS,
    Answer,
    Endpoint,
    Verdict,
    encode_secret,
    retry_after_seconds,
    whatsapp_target,
)
from whatsapp_tasks.errors import RequestRefused

SECRET = encode_secret(bytes(range(32)))


def endpoint(**changes: Any) -> Endpoint:
    return Endpoint(**{"name": "orders", "url": "https://example.org/hook", "secrets": (SECRET,), **changes})


def event(kind: EventType = EventType.SENT, account: str = "default", at_ms: int = 1000) -> Event:
    return Event(account, "1-0", kind, "m", at_ms)


def test_an_endpoint_is_told_of_everything_unless_it_says_otherwise() -> None:
    assert all(endpoint().wants(event(kind)) for kind in EventType)


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        (("message.sent",), {EventType.SENT}),
        (("session.*",), {EventType.SESSION_STATE, EventType.SESSION_ATTENTION}),
        (("message.failed", "session.attention"), {EventType.FAILED, EventType.SESSION_ATTENTION}),
    ],
)
def test_it_is_told_of_the_types_it_names(events: tuple[str, ...], wanted: set[EventType]) -> None:
    filtered = endpoint(events=events)
    assert {kind for kind in EventType if filtered.wants(event(kind))} == wanted


def test_it_is_told_of_its_accounts_and_of_nothing_from_before_it_was_set() -> None:
    assert not endpoint(accounts=("sales",)).wants(event(account="default"))
    assert endpoint(accounts=("sales",)).wants(event(account="sales"))
    assert not endpoint(created_ms=1001).wants(event(at_ms=1000))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Orders"}, "name"),
        ({"name": ""}, "name"),
        ({"url": "http://example.org"}, "url"),
        ({"url": "https://user:pw@example.org"}, "url"),
        ({"url": "https://example.org/#part"}, "url"),
        ({"url": "https:///path"}, "url"),
        ({"url": "https://example.org:99999"}, "url"),
        ({"url": "https://example.org/a b"}, "url"),
        ({"url": "https://exämple.org/"}, "url"),
        ({"url": "https://example.org/\r\nX: y"}, "url"),
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "mailto:nobody"}, "url"),
        ({"url": "mailto:a@b.c,d@e.f"}, "url"),
        ({"url": "whatsapp:+4915112345678"}, "url"),
        ({"secrets": ()}, "secrets"),
        ({"secrets": (SECRET,) * 3}, "secrets"),
        ({"secrets": ("whsec_c2hvcnQ=",)}, "secrets"),
        ({"secrets": (SECRET.removeprefix("whsec_"),)}, "secrets"),
        ({"events": ("message.danced",)}, "events"),
        ({"concurrency": 0}, "concurrency"),
    ],
)
def test_what_is_wrong_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        endpoint(**changes)
    assert refused.value.errors[0]["field"] == field


def test_http_is_for_private_networks() -> None:
    assert endpoint(url="http://127.0.0.1:8000/hook", allow_private=True).scheme == "http"


def test_a_secret_is_not_shown_when_the_endpoint_is() -> None:
    assert SECRET not in repr(endpoint())


def test_alerts_need_no_secret() -> None:
    assert endpoint(url="mailto:ops@example.org", secrets=()).scheme == "mailto"
    assert whatsapp_target("whatsapp:+49 151 12345678?account=sales") == ("+4915112345678", "sales")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED), (204, Verdict.DELIVERED), (299, Verdict.DELIVERED), (301, Verdict.RETRY),
        (308, Verdict.RETRY), (400, Verdict.RETRY), (401, Verdict.RETRY), (404, Verdict.RETRY),
        (408, Verdict.RETRY), (410, Verdict.GONE), (413, Verdict.RETRY), (429, Verdict.RETRY),
        (500, Verdict.RETRY), (503, Verdict.RETRY), (None, Verdict.RETRY), (100, Verdict.RETRY),
    ],
)  # fmt: skip
def test_what_an_answer_means(status: int | None, verdict: Verdict) -> None:
    assert Answer(status, problem="timeout").verdict is verdict


def test_an_answer_has_one_word() -> None:
    assert Answer(503).code == "http_503"
    assert Answer(problem="timeout").code == "timeout"


def test_who_asks_for_quiet_gets_it_as_a_whole() -> None:
    assert Answer(429).asks_for_quiet
    assert Answer(503, retry_after_seconds=5).asks_for_quiet
    assert not Answer(503).asks_for_quiet


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0), ("120", 120), (" 7 ", 7), ("-5", 0), ("soon", 0), ("", 0),
        ("9" * 40, LONGEST_RETRY_AFTER_SECONDS),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 60), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("١٢", 0),
        ("Fri, 99 Jan 1970 00:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_in_seconds_or_as_a_date(header: str | None, seconds: float) -> None:
    assert retry_after_seconds(header, now=60) == seconds
