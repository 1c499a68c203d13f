"""What a page that opens a chat changes."""

from ..doubles import ANNA, FakePage, World


def test_seeing_a_chat_clears_its_badge_on_all_pages(world: World) -> None:
    page = world.open_linked()
    world.simulation.incoming.receive(ANNA, "one")
    assert page.last("message")["chat"]["unread"] == 1
    page.says("seen", phone=ANNA)
    assert page.last("chat")["chat"]["unread"] == 0


def test_an_older_copy_of_the_profile_may_miss_what_was_sent_since(world: World) -> None:
    """Scenario `own_messages_local`: the page that sent it shows it, and a copy that has kept it too."""
    world.simulation.switches.switch_on("own_messages_local", {})
    page = world.open_linked()
    page.sends(ANNA, "3EB0A")

    def shown(page: FakePage) -> list[str]:
        page.says("history", phone=ANNA)
        return [message["id"] for message in page.last("history")["messages"]]

    assert shown(page) == ["3EB0A"]
    world.pass_time(1)
    assert shown(world.open(page.token, own_kept=["3EB0A"])) == ["3EB0A"]
    assert shown(world.open(page.token)) == []
    world.simulation.switches.switch_off("own_messages_local")
    assert shown(world.open(page.token)) == ["3EB0A"]
