"""A lock that shows in one chat only: found by opening that chat, and held as a restriction."""

from collections.abc import Callable

from tests.acceptance.protection.scene import Scene
from whatsapp_tasks.stores.circuits import Circuits


def test_a_chat_without_a_compose_box_restricts_the_account_and_opens_no_circuit(
    scene: Callable[..., Scene],
) -> None:
    it = scene(WHATSAPP_CIRCUIT_FAILURES="0", WHATSAPP_RESTRICTION_HELD_SECONDS="3")
    it.stack.simulator.scenario("monthly_cap")
    message = it.send()
    it.await_state("RESTRICTED", "new_chats_used_up")
    assert Circuits(it.stack.database, it.account).get().failures == 0
    it.stack.simulator.clear_scenarios()
    it.await_sent(message)
    it.received_once_each()
