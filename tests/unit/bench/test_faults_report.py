"""The report of the campaign of faults."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from rich.console import Console

from bench.faults import Accepted, Campaign, Strike, report
from tests.support.stack import Stack
from whatsapp_simulator.testing import ReceivedMessage
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.stores.messages import Message, TimelineEntry

PHONE = "+4915112345678"


class World:
    """One message; its next tick comes, and is reported, just when the ledger is read."""

    def __init__(self, **changes: Any) -> None:
        self.status = "sent"
        self.changes = changes
        self.pressed: dict[str, int] = {}

    def get(self, message_id: str) -> Message:
        self.status = "delivered"
        fields: dict[str, Any] = {
            "id": message_id,
            "account": "default",
            "phone": PHONE,
            "text": "Hi",
            "status": Status.DELIVERED,
            "priority": Priority.NORMAL,
            "created_ms": 10_000,
            "updated_ms": 20_000,
            "timeline": (TimelineEntry(Status.QUEUED, 10_000), TimelineEntry(Status.DELIVERED, 20_000)),
        }
        return Message(**{**fields, **self.changes})

    def presses(self) -> dict[str, int]:
        return {"refresh_now": 1, **self.pressed}

    def messages(self) -> list[ReceivedMessage]:
        return [ReceivedMessage(1, "3EB0", PHONE[1:], "Hi", 15.0, self.status, {"sent": 15.0})]


def told(world: World, tmp_path: Path, *, named: str = "") -> tuple[int, str, str]:
    """Exit code, what is printed, what stands in the log."""
    campaign = Campaign(1, tmp_path / "strikes.log")
    campaign.named.add(named)
    campaign.accepted.append(Accepted("key", PHONE, "Hi", "4711"))
    campaign.strikes += [Strike("redis_killed", 5.0, 6.0), Strike("browser_killed", 16.0, 16.1, "at once")]
    out = io.StringIO()
    code = report(
        cast(Stack, SimpleNamespace(dispatcher=world, simulator=world)),
        campaign,
        1.0,
        Console(file=out, width=300),
    )
    return code, out.getvalue(), campaign.log.read_text("utf-8")


def test_a_tick_that_comes_while_the_report_is_made_is_no_lie(tmp_path: Path) -> None:
    """Issue 11, row C16: the truth was read before the ledger, so the ledger was ahead of it."""
    code, out, log = told(World(), tmp_path)
    assert (code, out.splitlines()[-1]) == (
        0,
        "lost: 0 doubled: 0 lying: 0 unknown: 0 wrong chat: 0 wrong failure: 0",
    )
    assert "right 4711" in log


def test_who_bears_the_number_of_somebody_else_may_end_as_wrong_chat(tmp_path: Path) -> None:
    world = World(status=Status.FAILED, error_code="wrong_chat")
    world.messages = list  # type: ignore[method-assign]  # it was not sent
    assert told(world, tmp_path)[0] == 1
    assert told(world, tmp_path, named=PHONE)[0] == 0


def test_a_press_of_what_does_harm_is_wrong(tmp_path: Path) -> None:
    world = World()
    assert told(world, tmp_path)[0] == 0
    world.pressed["log_out"] = 1
    code, out, _ = told(world, tmp_path)
    assert code == 1
    assert "('log_out', 1)" in out


def test_what_struck_a_message_that_is_reported_wrongly_stands_beside_it(tmp_path: Path) -> None:
    code, out, _ = told(World(status=Status.FAILED), tmp_path)
    assert code == 1
    assert "lying, wrong failure 4711 to" in out
    assert "received 1 times: seq 1 in 4915112345678 sent@15.000" in out
    assert "16.000 +0.100 s browser_killed at once" in out
    assert "redis_killed" not in out  # before it was accepted
    assert out.endswith("lost: 0 doubled: 0 lying: 1 unknown: 0 wrong chat: 0 wrong failure: 1\n")
