"""What a page that opens a chat changes."""

from ..doubles import ANNA, World


def test_seeing_a_chat_clears_its_badge_on_all_pages(world: World) -> None:
    page = world.open_linked()
    world.simulation.incoming.receive(ANNA, "one")
    assert page.last("message")["chat"]["unread"] == 1
    page.says("seen", phone=ANNA)
    assert page.last("chat")["chat"]["unread"] == 0
