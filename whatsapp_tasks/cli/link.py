"""Linking a phone, in the terminal."""

import time

from rich.console import Console

from whatsapp_tasks.cli.qr_terminal import qr_text
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.stores.sessions import Sessions

POLL_SECONDS = 0.3


def show_until_linked(console: Console, sessions: Sessions, timeout_seconds: float) -> bool:
    """Prints each new code; True once the account is linked."""
    deadline = time.monotonic() + timeout_seconds
    shown: str | None = None
    while time.monotonic() < deadline:
        if sessions.get().state is SessionState.AUTHENTICATED:
            console.print("[green]✔ The phone is linked.[/]")
            return True
        ref = sessions.qr()
        if ref is not None and ref != shown:
            show_qr(console, ref)
            shown = ref
        time.sleep(POLL_SECONDS)
    console.print("[red]✘ No phone was linked in time.[/]")
    return False


def show_qr(console: Console, ref: str) -> None:
    console.print("On the phone: WhatsApp › Linked devices › Link a device, then scan:")
    console.print(qr_text(ref), markup=False, highlight=False, soft_wrap=True)
