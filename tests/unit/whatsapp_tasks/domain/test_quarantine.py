"""Two signals, a quarantine, a second look."""

import pytest

from tests.support.looks import BAN_DIALOG, BAN_SCREEN, LOADING, MAIN, QR, UNKNOWN, page
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.quarantine import BanSignals, SecondLook, ban_signals, second_look

QUARANTINE = 30.0


@pytest.mark.parametrize(
    ("look", "ban_text", "missing"),
    [
        (MAIN, False, False),
        (UNKNOWN, False, True),
        (BAN_SCREEN, True, True),
        (BAN_DIALOG, True, False),
        (
            page("ban", qr="2@abc"),
            True,
            True,
        ),  # a ban text on the link page: the list is missing for that reason
        (QR, False, False),
        (LOADING, False, False),
        (page("use_here"), False, False),
        (page("offline"), False, False),
        (page("service_unavailable"), False, False),
        (page("client_expired"), False, False),
        (page("unsupported"), False, False),
        (page("logging_out"), False, False),
        (page("temporary_ban"), False, False),
        (page(link_code="A,B"), False, False),
        (page("restricted", chat_pane=True), False, False),
    ],
)
def test_signals(look: PageSnapshot, ban_text: bool, missing: bool) -> None:
    assert ban_signals(look) == BanSignals(ban_text, missing)


def test_a_chat_that_quotes_a_ban_is_no_signal() -> None:
    quote = "This account is not allowed to use WhatsApp due to spam"
    chat = {
        "title": "Mallory",
        "compose": None,
        "notice": "",
        "panel": True,
        "bubbles": [{"id": "1", "outgoing": False, "text": quote, "tick": None, "chat": None}],
    }
    assert not ban_signals(page(chat_pane=True, chat=chat)).any


@pytest.mark.parametrize(
    ("look", "verdict"),
    [
        (BAN_SCREEN, SecondLook.CONFIRMED),
        (BAN_DIALOG, SecondLook.SUSPICIOUS),
        (UNKNOWN, SecondLook.UNKNOWN),
        (MAIN, SecondLook.CLEARED),
        (QR, SecondLook.CLEARED),
        (LOADING, SecondLook.HOLD),
    ],
)
def test_what_the_second_look_makes_of_each_page(look: PageSnapshot, verdict: SecondLook) -> None:
    assert second_look(look, suspected_ms=0, now_ms=30_000, quarantine_seconds=QUARANTINE) is verdict


@pytest.mark.parametrize("look", [BAN_SCREEN, BAN_DIALOG, UNKNOWN, MAIN, QR, LOADING])
def test_nothing_shortens_the_quarantine(look: PageSnapshot) -> None:
    verdict = second_look(look, suspected_ms=1, now_ms=30_000, quarantine_seconds=QUARANTINE)
    assert verdict is SecondLook.HOLD
