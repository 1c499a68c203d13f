"""What pages see when a scenario is switched."""

import pytest

from whatsapp_simulator.scenarios.active import UnknownScenario
from whatsapp_simulator.scenarios.catalogue import SCENARIOS

from .doubles import ANNA, World


def test_every_scenario_says_what_it_plays_and_can_be_switched(world: World) -> None:
    for name, kind in SCENARIOS.items():
        assert kind.__doc__, name
        world.simulation.switches.switch_on(name, {})
        world.simulation.switches.switch_off(name)
    with pytest.raises(UnknownScenario):
        world.simulation.switches.switch_on("no_such_thing", {})


def test_a_scenario_ends_by_itself_unless_it_was_switched_on_again(world: World) -> None:
    world.simulation.switches.switch_on("lookup_failures", {"for_ms": 2000})
    world.pass_time(1)
    world.simulation.switches.switch_on("lookup_failures", {"for_ms": 2000})
    world.pass_time(1.5)
    assert world.simulation.scenarios.as_json()
    world.pass_time(1)
    assert not world.simulation.scenarios.as_json()


def test_network_down_cuts_every_page(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("network_down", {})
    assert page.dropped


def test_quoted_ban_phrases_are_a_message(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("quote_ban", {"phone": ANNA})
    assert "temporarily banned" in page.last("message")["message"]["text"]
