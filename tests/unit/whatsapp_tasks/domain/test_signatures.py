"""Signed requests: the window's edges, both secrets, and everything that can be wrong."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.signatures import _NO_SECRET, MOST_SECRETS, check_signature, sign, signature_digest
from whatsapp_tasks.errors import RequestRefused

NOW = 1_764_000_000
BODY = '{"phone":"+4915112345678","message":"Grüße 👋"}'.encode()


def request(**changes: Any) -> dict[str, Any]:
    """A well signed request, and what is changed of it after it was signed."""
    fields = {"timestamp": str(NOW), "method": "POST", "target": "/send?a=1", "body": BODY}
    signature = sign("old", fields["timestamp"], "POST", "/send?a=1", BODY)  # type: ignore[arg-type]
    return {"secrets": ["new", "old"], "now": NOW, "signature": signature, **fields, **changes}


def check(fields: dict[str, Any]) -> None:
    fields = dict(fields)
    check_signature(fields.pop("secrets"), **fields)


def code_of(fields: dict[str, Any]) -> str:
    with pytest.raises(RequestRefused) as refused:
        check(fields)
    assert refused.value.http_status == 401
    return refused.value.code


def test_a_signature_is_what_the_documentation_says() -> None:
    by_hand = hmac.new(b"secret", b"1764000000\nPOST\n/send?a=1\n" + BODY, hashlib.sha256).hexdigest()
    assert sign("secret", "1764000000", "post", "/send?a=1", BODY) == f"sha256={by_hand}"


@pytest.mark.parametrize("secrets", [["old"], ["new", "old"], ["old", "new"], ("new", "old")])
def test_any_secret_of_the_key_will_do(secrets: Any) -> None:
    check(request(secrets=secrets))


@pytest.mark.parametrize("secrets", [[], ["new"], ["new", "newer"]])
def test_a_refusal_costs_as_many_macs_whatever_secrets_there_are(
    secrets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 12, row 20: the time does not reveal which keys exist."""
    made: list[str] = []

    def counted(secret: str, *rest: Any) -> str:
        made.append(secret)
        return sign(secret, *rest)

    monkeypatch.setattr("whatsapp_tasks.domain.signatures.sign", counted)
    assert code_of(request(secrets=secrets)) == "signature_invalid"
    assert len(made) == MOST_SECRETS


def test_what_stands_in_for_a_secret_signs_nothing() -> None:
    fields = request(secrets=[])
    fields["signature"] = sign(_NO_SECRET, fields["timestamp"], "POST", "/send?a=1", BODY)
    assert code_of(fields) == "signature_invalid"


@pytest.mark.parametrize("age", [-5, -4.9, 0, 29.9, 30])
def test_the_window_includes_its_edges(age: float) -> None:
    check(request(now=NOW + age))


@pytest.mark.parametrize(("age", "word"), [(-5.01, "ahead"), (-3600, "ahead"), (30.01, "old"), (1e6, "old")])
def test_outside_the_window_the_answer_tells_which_way_the_clock_is_wrong(age: float, word: str) -> None:
    with pytest.raises(RequestRefused, match=word) as refused:
        check(request(now=NOW + age))
    assert refused.value.code == "timestamp_expired"


def test_the_window_is_a_setting() -> None:
    check(request(now=NOW + 100, past_seconds=100))
    assert code_of(request(now=NOW - 1, future_seconds=0)) == "timestamp_expired"


@pytest.mark.parametrize(
    "missing", [{"signature": None}, {"signature": ""}, {"timestamp": None}, {"timestamp": ""}]
)
def test_an_unsigned_request_is_told_how_to_sign(missing: dict[str, Any]) -> None:
    assert code_of(request(**missing)) == "signature_missing"


@pytest.mark.parametrize(
    "timestamp",
    ["now", "1764000000.5", "-5", "+5", "1e9", " 1764000000", "١٧٦٤٠٠٠٠٠٠", "9" * 13, "0x10", "²"],
)
def test_a_timestamp_that_is_no_plain_whole_number_is_refused(timestamp: str) -> None:
    assert code_of(request(timestamp=timestamp)) == "timestamp_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"secrets": []},
        {"secrets": ["other"]},
        {"secrets": [""]},
        {"method": "PUT"},
        {"target": "/send"},
        {"target": "/send?a=2"},
        {"target": "/Send?a=1"},
        {"body": b""},
        {"body": BODY + b"\n"},
        {"body": BODY.replace(b"5678", b"5679")},
        {"timestamp": str(NOW + 1)},
        {"timestamp": f"0{NOW}"},
    ],
)
def test_whatever_is_changed_after_signing_breaks_the_signature(changes: dict[str, Any]) -> None:
    assert code_of(request(**changes)) == "signature_invalid"


@pytest.mark.parametrize(
    "spoil",
    [
        str.upper,
        lambda s: s.removeprefix("sha256="),
        lambda s: s[:-1],
        lambda s: s + "0",
        lambda s: f" {s}",
        lambda s: "sha256=",
        lambda s: s.replace("sha256", "sha1"),
        lambda s: "sha256=" + "ü" * 64,
        lambda s: "\ud800" + s,
        lambda s: s + "\x00",
    ],
)
def test_no_other_spelling_of_a_signature_passes(spoil: Any) -> None:
    # One spelling only: the replay store keeps the header's digest.
    assert code_of(request(signature=spoil(request()["signature"]))) == "signature_invalid"


@given(
    signature=st.text(min_size=1),
    timestamp=st.text(min_size=1),
    target=st.text(st.characters(exclude_categories=())),
)
def test_nonsense_is_refused_and_never_an_error_of_ours(signature: str, timestamp: str, target: str) -> None:
    code = code_of(request(signature=signature, timestamp=timestamp, target=target))
    assert code in {"signature_invalid", "timestamp_invalid", "timestamp_expired"}


def test_a_signature_of_any_characters_has_a_digest() -> None:
    assert len({signature_digest(s) for s in ("a", "ü", "\udc80", "")}) == 4
