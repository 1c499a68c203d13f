"""The new-chat lock where the setting lets chats that exist go on."""

from collections.abc import Callable

from tests.acceptance.protection.scene import Scene


def test_replies_go_on_and_new_chats_wait(scene: Callable[..., Scene]) -> None:
    it = scene(WHATSAPP_RESTRICTED_REPLIES="true", WHATSAPP_RESTRICTION_HELD_SECONDS="3")
    known, stranger = "+4915112345678", "+4915112345679"
    it.await_sent(it.send(known))
    it.stack.simulator.scenario("restricted")
    it.await_state("RESTRICTED", "new_chats_locked")
    to_stranger = it.send(stranger)
    it.await_sent(it.send(known))
    it.stays_unsent(to_stranger, 2)
    it.stack.simulator.clear_scenarios()
    it.await_sent(to_stranger)
    it.received_once_each()
