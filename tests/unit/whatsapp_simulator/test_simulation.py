"""The whole server: what pages say is answered, and a reset ends everything."""

from .doubles import ANNA, World


def test_timers_from_before_a_reset_do_nothing_after_it(world: World) -> None:
    page = world.open_linked()
    page.sends(ANNA)
    world.simulation.reset()
    assert page.all("reload")
    world.pass_time(60)
    assert world.simulation.memory.mailbox.received == []
    assert page.statuses == ["sent"]


def test_unknown_words_of_a_page_are_answered(world: World) -> None:
    page = world.open()
    page.says("nonsense")
    assert "nonsense" in page.last("error")["message"]
