"""A phone is linked by a code: over HTTP and in the terminal; and logged out again."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.support.stack import Stack, eventually
from whatsapp_tasks.errors import RequestRefused

PHONE = "+12025550199"


def shows_qr(stack: Stack) -> bool:
    return any(page.get("screen") == "qr" for page in stack.simulator.pages())


def test_by_a_code_over_http_and_out_again(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack(era="E2").start("worker", "web")
    eventually(lambda: shows_qr(stack), "a QR code")
    admin = stack.client("send", "read", "admin")

    stack.simulator.scenario("pairing_error", kind="too_many_attempts")
    with pytest.raises(RequestRefused) as refused:
        admin.call("POST", "/accounts/default/pairing-code", {"phone": PHONE})
    assert "no more attempts" in str(refused.value)
    stack.simulator.clear_scenarios()

    code = admin.call("POST", "/accounts/default/pairing-code", {"phone": PHONE})["code"]
    assert re.fullmatch(r"[A-Z0-9]{8}", code)
    stack.simulator.pair(code)
    stack.await_state("AUTHENTICATED")
    message_id = admin.send("+4915112345678", "linked by a code")["id"]
    stack.await_status(message_id, "sent", "delivered", "read")

    admin.call("POST", "/accounts/default/logout", {})
    stack.await_state("QR_PENDING")
    eventually(lambda: shows_qr(stack), "a QR code")
    stack.link()


def test_by_a_code_in_the_terminal(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack(era="E3").start("worker")
    eventually(lambda: shows_qr(stack), "a QR code")
    with subprocess.Popen(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "link", "--phone", PHONE],
        env=stack.environment | {"COLUMNS": "120"},
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        shown = ""
        while not (found := re.search(r"\b([A-Z0-9]{4})-([A-Z0-9]{4})\b", shown)):
            line = command.stdout.readline()
            assert line, shown
            shown += line
        stack.simulator.pair(found[1] + found[2])
        rest = command.stdout.read()
    assert command.returncode == 0
    assert "linked" in rest
