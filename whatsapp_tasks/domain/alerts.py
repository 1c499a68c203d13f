"""Alerts: the text for a person about an event of a session."""

from collections.abc import Mapping
from typing import Any

from whatsapp_tasks.domain.states import SessionState, meaning_of

_WHAT_TO_DO: dict[str, str] = {
    SessionState.QR_PENDING: "Link a phone: whatsapp-tasks link --account {account}",
    SessionState.SUSPECTED_BAN: "Nothing yet: the page is checked again after the quarantine.",
    SessionState.BANNED: "Check the account on its phone; then clear the state by hand.",
    SessionState.CIRCUIT_OPEN: "See the last failures; one message is tried when the time is over.",
    SessionState.RESTRICTED: "Check the account on its phone; it may show how long this lasts.",
    SessionState.ATTENTION: "Look at the screenshot of the account's page.",
}


def alert_text(envelope: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of the alert about a ``session.*`` event; for other events, only its kind."""
    account, data, kind = envelope["account"], envelope["data"], str(envelope["type"])
    if not kind.startswith("session."):
        sentence = f"Event {kind} of the WhatsApp account '{account}' at {envelope['timestamp']}."
        return f"WhatsApp account '{account}': {kind}", sentence
    state = str(data.get("state", ""))
    subject = f"WhatsApp account '{account}': {state}"
    lines = [f"The WhatsApp account '{account}' is {state} since {envelope['timestamp']}."]
    if state in set(SessionState):
        lines.append(f"Meaning: {meaning_of(SessionState(state), str(data.get('reason', '')))}.")
    if data.get("previous_state"):
        lines.append(f"Before: {data['previous_state']}.")
    if data.get("reason"):
        lines.append(f"Reason: {data['reason']}.")
    if state in _WHAT_TO_DO:
        lines.append(_WHAT_TO_DO[state].format(account=account))
    return subject, "\n".join(lines)
