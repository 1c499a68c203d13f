"""Alerts: an event as a text for a person."""

from whatsapp_tasks.domain.alerts import alert_text
from whatsapp_tasks.domain.events import NEEDS_A_PERSON


def test_an_alert_says_what_happened_and_what_to_do() -> None:
    for state in NEEDS_A_PERSON:
        subject, text = alert_text(
            {
                "type": "session.attention",
                "account": "sales",
                "timestamp": "2026-01-31T08:00:00.000Z",
                "data": {"state": str(state), "previous_state": "AUTHENTICATED", "reason": "why"},
            }
        )
        assert subject == f"WhatsApp account 'sales': {state}"
        assert "Before: AUTHENTICATED." in text
        assert "Reason: why." in text
        assert len(text.splitlines()) == 5, "the last line says what to do"


def test_another_event_is_reported_as_what_it_is() -> None:
    subject, text = alert_text(
        {"type": "message.failed", "account": "sales", "timestamp": "T", "data": {"status": "failed"}}
    )
    assert "message.failed" in subject
    assert "message.failed" in text
    check = {"type": "contacts.checked", "account": "sales", "timestamp": "T", "data": {"status": "done"}}
    assert alert_text(check)[0] == "WhatsApp account 'sales': contacts.checked"
