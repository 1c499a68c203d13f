"""Messages of ours: received once, refused, with their ticks."""

import pytest

from whatsapp_simulator.phones import Fate

from ..doubles import ANNA, MAGIC, World


def test_ticks_come_with_their_delays(world: World) -> None:
    page = world.open_linked()
    page.sends(ANNA)
    assert page.statuses == ["sent"]
    world.pass_time(0.31)
    assert page.statuses == ["sent", "delivered"]
    world.pass_time(1.51)
    assert page.statuses == ["sent", "delivered", "read"]
    (message,) = world.simulation.memory.mailbox.received
    assert message.times["read"] - message.times["sent"] == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("fate", "expected"),
    [("never_delivered", ["sent"]), ("never_read", ["sent", "delivered"]), ("lost_acks", [])],
)
@pytest.mark.parametrize("by", ["magic number", "scenario"])
def test_fates_of_messages(world: World, fate: Fate, expected: list[str], by: str) -> None:
    page = world.open_linked()
    phone = MAGIC[fate] if by == "magic number" else ANNA
    if by == "scenario":
        world.simulation.switches.switch_on(fate, {})
    page.sends(phone)
    world.pass_time(60)
    assert page.statuses == expected
    assert len(world.simulation.memory.mailbox.received) == 1


def test_a_refused_message_is_no_ground_truth(world: World) -> None:
    page = world.open_linked()
    page.sends(MAGIC["failed_bubble"])
    assert page.last("nack")["id"] == "3EB0A"
    assert world.simulation.memory.mailbox.received == []
    assert world.simulation.sending.rejected[0]["chat"] == MAGIC["failed_bubble"]


def test_a_repeated_transmission_is_acknowledged_again_but_received_once(world: World) -> None:
    page = world.open_linked()
    page.sends(ANNA)
    page.sends(ANNA)
    assert page.statuses == ["sent", "sent"]
    assert len(world.simulation.memory.mailbox.received) == 1


def test_an_unlinked_page_sends_nothing(world: World) -> None:
    page = world.open()
    page.sends(ANNA)
    assert world.simulation.memory.mailbox.received == []
