"""A page in a person's hands, with real processes that are busy, stopped or robbed of the account.

Issue 14, part 5. The viewer is this process; tests/browser/console has one with a browser.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.stack import Stack, eventually
from whatsapp_tasks.domain.hand import Ended
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.page_lending import PageLending, Picture
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.pauses import Pauses

PHONE = "+4915112345678"
SECONDS = 10.0


def lending(stack: Stack) -> PageLending:
    return Operations(stack.database, stack.settings, "default").page


def open_page(stack: Stack) -> str:
    """The view's id, once its viewer sees the page."""
    eventually(stack.simulator.pages, "the worker's page")
    page = lending(stack)
    view = page.open("Ann")
    eventually(lambda: isinstance(page.see(view, "", SECONDS), Picture), "a picture")
    return view


def how_ended(stack: Stack, view: str) -> Ended:
    hands = Hands(stack.database, "default")
    eventually(lambda: hands.held()[0] is None, "the view is over")
    assert Pauses(stack.database, "default").all() == {}
    return hands.how_ended(view)


def test_an_attempt_in_progress_ends_before_the_page_is_lent(new_stack: Callable[..., Stack]) -> None:
    """Then it is put back, and sent once when the page is given back."""
    stack = new_stack().start("worker", "web")
    stack.link()
    stack.hold("after_typing")
    message = stack.client().send(PHONE, "in the middle")["id"]
    stack.await_held("after_typing")
    page = lending(stack)
    view = page.open("Ann")
    eventually(lambda: "finishes the message" in str(page.see(view, "", 0.2)), "who waits is told so")
    with pytest.raises(RequestRefused, match="finishes the message"):
        page.act(view, {"kind": "key", "key": "Enter"}, 0.2)
    assert stack.simulator.messages() == []

    stack.let_go("after_typing")
    eventually(lambda: isinstance(page.see(view, "", SECONDS), Picture), "the page is theirs")
    assert stack.dispatcher.get(message).status == "queued"
    assert stack.dispatcher.get(message).timeline[-1].code == "paused"
    page.act(view, {"kind": "key", "key": "Enter"}, SECONDS)
    assert stack.simulator.messages() == [], "the box was emptied before"

    page.close(view, "Ann")
    stack.await_status(message, "sent", "delivered", "read")
    assert [each.text for each in stack.simulator.messages()] == ["in the middle"]


def test_a_worker_that_is_stopped_gives_the_page_back_first(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack().start("worker")
    view = open_page(stack)
    assert stack.terminate("worker") == 0
    assert how_ended(stack, view) is Ended.WORKER_STOPPED


def test_a_worker_that_loses_the_account_ends_the_view(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack().start("worker")
    view = open_page(stack)
    stack.database.do("HSET", keys.AccountKeys("default").lease, "token", "another worker's")
    assert how_ended(stack, view) is Ended.LEASE_LOST
    eventually(lambda: not stack.running("worker"), "the worker ends")


def test_a_passkey_ceremony_goes_on_while_a_person_looks_at_it(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack(environment={"WHATSAPP_ATTENTION_RELOAD_SECONDS": "1"}).start("worker")
    stack.simulator.scenario("passkey_required")
    eventually(lambda: any(page.get("screen") == "qr" for page in stack.simulator.pages()), "a QR code")
    stack.simulator.link()
    stack.await_state("ATTENTION")

    def shown() -> list[dict[str, Any]]:
        return [{key: page.get(key) for key in ("id", "screen", "step")} for page in stack.simulator.pages()]

    before = shown()
    assert before[0]["screen"] == "passkey"
    view = open_page(stack)
    page = lending(stack)
    for _ in range(5):
        page.act(view, {"kind": "stay"}, SECONDS)
        assert isinstance(page.see(view, "", SECONDS), Picture)
    assert shown() == before
    page.close(view, "Ann")
    assert how_ended(stack, view) is Ended.CLOSED
    beats = "wa:{default}:heartbeat"
    for _ in range(2):  # some looks later
        last = stack.database.text("GET", beats)
        eventually(lambda last=last: stack.database.text("GET", beats) != last, "another heartbeat")  # type: ignore[misc]
    assert shown() == before
