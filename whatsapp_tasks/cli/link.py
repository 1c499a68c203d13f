"""Linking a phone in the terminal."""

import time

from rich.console import Console

from whatsapp_tasks.cli.qr_terminal import qr_text
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.stores.sessions import Sessions

POLL_SECONDS = 0.3
ANSWER_SECONDS = 20.0
CODE_VALID_SECONDS = 180
"""docs/whatsapp-web.md, 8."""


def show_pairing_code(console: Console, operations: Operations, phone: str) -> None:
    """Asks the worker for a code that links ``phone`` and prints it; raises RequestRefused with the
    reason.
    """
    code = operations.pairing_code(phone, ANSWER_SECONDS)
    console.print("On the phone: WhatsApp › Linked devices › Link a device › Link with phone number instead:")
    console.print(f"\n    {code[:4]}-{code[4:]}\n", style="bold")
    console.print(f"It is valid for {CODE_VALID_SECONDS // 60} minutes.")


_NEXT = {
    "prompt": "WhatsApp wants a passkey. `passkey continue` asks this browser for it; servers have none.",
    "pending": "The page has asked its browser for the passkey, and waits.",
    "waiting": "WhatsApp waits for the phone: look at its screen.",
    "code": "Compare this code with the phone's. Only when both are the same: `passkey confirm`.",
    "error": "There was no passkey, or it was refused or too late. `passkey cancel` brings the QR code.",
    "": "The passkey ceremony is over.",
}


def show_passkey(console: Console, operations: Operations, action: str) -> None:
    """Prints where the passkey ceremony is, after ``action`` unless it is ``show``; raises RequestRefused."""
    step, code = operations.passkey(ANSWER_SECONDS, "" if action == "show" else action)
    if code:
        console.print(f"\n    {code}\n", style="bold")
    console.print(_NEXT.get(step, "WhatsApp shows a step that is not known: look at the screenshot."))


def show_until_linked(
    console: Console, sessions: Sessions, timeout_seconds: float, *, codes: bool = True
) -> bool:
    """Prints each new QR code, unless switched off; returns True when the account is linked."""
    deadline = time.monotonic() + timeout_seconds
    shown: str | None = None
    while time.monotonic() < deadline:
        if sessions.get().state is SessionState.AUTHENTICATED:
            console.print("✔ The phone is linked.", style="green")
            return True
        ref = sessions.qr() if codes else None
        if ref is not None and ref != shown:
            show_qr(console, ref)
            shown = ref
        time.sleep(POLL_SECONDS)
    console.print("✘ No phone was linked in time.", style="red")
    return False


def show_qr(console: Console, ref: str) -> None:
    console.print("On the phone: WhatsApp › Linked devices › Link a device, then scan:")
    console.print(qr_text(ref), highlight=False, soft_wrap=True)
