"""The judgement of every campaign."""

import pytest

from bench.verdicts import Reported, wrongs
from whatsapp_simulator.testing import ReceivedMessage

PHONE = "+4915112345678"


def got(text: str = "Hi", *, chat: str = PHONE[1:], status: str = "sent") -> ReceivedMessage:
    return ReceivedMessage(1, "id", chat, text, 0.0, status, {})


@pytest.mark.parametrize(
    ("status", "received", "wrong"),
    [
        ("sent", [got()], ()),
        ("sent", [got(status="read")], ()),  # the truth may be ahead
        ("read", [got(status="delivered")], ("lying",)),
        ("sent", [], ("lying",)),
        ("sent", [got("Ho")], ("lying",)),
        ("delivered", [got(status="read"), got()], ("doubled",)),
        ("queued", [], ("lost",)),
        ("sending", [got()], ("lost",)),
        ("unknown", [], ()),
        ("unknown", [got()], ()),
        ("failed", [], ("wrong failure",)),
        ("failed", [got()], ("lying", "wrong failure")),
        ("expired", [got()], ("lying",)),
        ("read", [got(chat="4930123456", status="read")], ("wrong chat",)),
    ],
)
def test_what_is_wrong(status: str, received: list[ReceivedMessage], wrong: tuple[str, ...]) -> None:
    assert wrongs(Reported(PHONE, "Hi", status), received) == wrong


def test_a_recipient_who_cannot_be_written_to_may_end_as_failed() -> None:
    assert wrongs(Reported(PHONE, "Hi", "failed", writable=False), []) == ()
