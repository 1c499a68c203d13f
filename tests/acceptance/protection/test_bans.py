"""Bans, restrictions and logouts on real processes: what is held, for how long, and what lets it go.

The quarantine is 4 s here, 30 s by default.
"""

import time

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import eventually

pytestmark = pytest.mark.timeout(400)  # several browsers are started, on machines that do more

QUARANTINE_SECONDS = 4.0


def test_a_chat_that_quotes_a_ban_raises_no_suspicion(healthy: Scene) -> None:
    phone = "+12025550100"
    healthy.await_sent(healthy.send(phone))
    healthy.stack.simulator.scenario("quote_ban", phone=phone)
    healthy.await_sent(healthy.send(phone))  # in the very chat, the quote before its eyes
    time.sleep(2.5)
    assert healthy.states() in ([], ["AUTHENTICATED"])
    # Nor when the chat list goes away beside it: that is one signal, not two.
    healthy.stack.simulator.scenario("chat_list_gone")
    healthy.await_state("SUSPECTED_BAN", "chat_list_missing")
    healthy.await_state("ATTENTION", "chat_list_missing")


@pytest.mark.parametrize(
    ("scenario", "parameters"),
    [("ban_notice", {"where": "screen"}), ("chat_list_gone", {})],
    ids=["ban text on the whole screen", "chat list away"],
)
def test_a_flicker_goes_back_after_the_quarantine_and_nothing_is_sent_in_it(
    healthy: Scene, scenario: str, parameters: dict[str, object]
) -> None:
    healthy.stack.simulator.scenario(scenario, **parameters)
    healthy.await_state("SUSPECTED_BAN", seconds=10)
    began = time.monotonic()
    message = healthy.send()
    healthy.stack.simulator.clear_scenarios()
    healthy.stays_unsent(message, QUARANTINE_SECONDS - 1)
    healthy.await_state("AUTHENTICATED", "a_flicker")
    assert time.monotonic() - began > QUARANTINE_SECONDS - 0.5
    healthy.await_sent(message)
    assert healthy.states() == ["SUSPECTED_BAN", "AUTHENTICATED"]
    healthy.received_once_each()


@pytest.mark.parametrize("where", ["dialog", "banner"])
def test_a_ban_text_over_a_chat_list_that_is_there_holds_sends_and_is_no_ban(
    healthy: Scene, where: str
) -> None:
    healthy.stack.simulator.scenario("ban_notice", where=where)
    healthy.await_state("SUSPECTED_BAN", "ban_text", 10)
    message = healthy.send()
    healthy.stays_unsent(message, QUARANTINE_SECONDS + 3)
    assert healthy.session.state == "SUSPECTED_BAN"
    healthy.stack.simulator.clear_scenarios()
    healthy.await_sent(message)
    healthy.received_once_each()


def test_a_chat_list_that_stays_away_ends_in_attention_with_a_picture(healthy: Scene) -> None:
    healthy.stack.simulator.scenario("chat_list_gone")
    healthy.await_state("ATTENTION", "chat_list_missing")
    evidence = healthy.stack.folder / "data" / "evidence" / "default"
    eventually(lambda: list(evidence.glob("*.jpg")), "a picture of the page")
    healthy.stack.simulator.clear_scenarios()
    healthy.await_state("AUTHENTICATED")
    assert healthy.states() == ["SUSPECTED_BAN", "ATTENTION", "AUTHENTICATED"]


def test_a_temporary_ban_is_a_restriction_with_code_and_time(healthy: Scene) -> None:
    healthy.stack.simulator.scenario("temporary_ban", code=104, duration="23:59:59")
    healthy.await_state("RESTRICTED", "temporary_ban_104", 10)
    restriction = healthy.session.restriction
    assert restriction is not None
    assert restriction.code == "104"
    assert restriction.until_ms is not None
    assert abs(restriction.until_ms / 1000 - time.time() - 86399) < 10
    message = healthy.send()
    healthy.stays_unsent(message, 2)
    healthy.stack.simulator.clear_scenarios()
    healthy.await_sent(message)
    assert healthy.states() == ["RESTRICTED", "AUTHENTICATED"]


def test_the_new_chat_lock_holds_all_sends_unless_replies_are_allowed(healthy: Scene) -> None:
    healthy.stack.simulator.scenario("restricted")
    healthy.await_state("RESTRICTED", "new_chats_locked", 10)
    message = healthy.send()
    healthy.stays_unsent(message, 2)
    healthy.stack.simulator.clear_scenarios()
    healthy.await_sent(message)
    healthy.received_once_each()


def test_a_sudden_logout_holds_sends_until_a_phone_is_linked_again(healthy: Scene) -> None:
    healthy.stack.simulator.logout()
    healthy.await_state("QR_PENDING", "unexpected_logout", 10)
    message = healthy.send()
    healthy.stays_unsent(message, 2)
    healthy.stack.simulator.link()
    healthy.await_sent(message)
    assert healthy.states() == ["QR_PENDING", "AUTHENTICATED"]
    healthy.received_once_each()


def test_a_permanent_ban_as_web_shows_it_is_a_logout_that_cannot_be_undone(healthy: Scene) -> None:
    healthy.stack.simulator.scenario("permanent_ban")
    healthy.await_state("QR_PENDING", "unexpected_logout", 10)
    message = healthy.send()
    healthy.stays_unsent(message, 2)
    healthy.stack.simulator.clear_scenarios()
    healthy.stack.simulator.link()
    healthy.await_sent(message)


def test_a_real_ban_outlives_quarantine_restart_and_a_page_that_is_fine_again(healthy: Scene) -> None:
    stack = healthy.stack
    stack.simulator.scenario("ban_notice", where="screen")
    healthy.await_state("SUSPECTED_BAN", seconds=10)
    message = healthy.send()
    healthy.await_state("BANNED", "ban_text_and_chat_list_missing")
    assert healthy.await_pause("ban")["note"] == "ban_text_and_chat_list_missing"
    events = stack.database.do("XREVRANGE", "wa:{default}:events", "+", "-", "COUNT", 3)
    assert any(fields["type"] == "session.state" and fields["to"] == "BANNED" for _, fields in events)

    stack.terminate("worker")
    stack.simulator.clear_scenarios()
    stack.run("worker")
    eventually(lambda: any(p.get("screen") == "main" for p in stack.simulator.pages()), "the chat list")
    healthy.stays_unsent(message, 3)
    assert healthy.session.state == "BANNED"
    assert "still paused: ban" in healthy.cli("resume")
    healthy.stays_unsent(message, 1)

    healthy.cli("clear-ban", "--yes")
    healthy.await_sent(message)
    healthy.received_once_each()
