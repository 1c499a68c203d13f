"""Linking a phone, in the terminal."""

import time

from rich.console import Console

from whatsapp_tasks.cli.qr_terminal import qr_text
from whatsapp_tasks.dispatch import worker_not_running
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.queues import PAIRING_CODE_TASK
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.requests import WorkerRequests
from whatsapp_tasks.stores.sessions import Sessions

POLL_SECONDS = 0.3
ANSWER_SECONDS = 20.0
CODE_VALID_SECONDS = 180
"""docs/whatsapp-web.md, 8."""


def show_pairing_code(console: Console, database: Database, account: str, phone: str) -> None:
    """Asks the worker for a code that links ``phone`` and prints it; raises RequestRefused saying why not."""
    number = parse_phone(phone)
    if Sessions(database, account).heartbeat() is None:
        raise worker_not_running(account)
    requests = WorkerRequests(database, account)
    asked = requests.ask(
        PAIRING_CODE_TASK, {"phone": number}, now_seconds=time.time(), valid_seconds=ANSWER_SECONDS
    )
    answer = requests.await_answer(asked, ANSWER_SECONDS)
    if answer is None:
        raise RequestRefused("worker_no_answer", "The worker did not answer; try again, or scan the QR code.")
    if not answer.ok:
        raise RequestRefused(str(answer.payload.get("code")), str(answer.payload.get("message")))
    code = str(answer.payload["code"])
    console.print("On the phone: WhatsApp › Linked devices › Link a device › Link with phone number instead:")
    console.print(f"\n    {code[:4]}-{code[4:]}\n", style="bold")
    console.print(f"It is valid for {CODE_VALID_SECONDS // 60} minutes.")


def show_until_linked(
    console: Console, sessions: Sessions, timeout_seconds: float, *, codes: bool = True
) -> bool:
    """Prints each new QR code, unless told not to; True once the account is linked."""
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
