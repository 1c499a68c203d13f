"""Is this number on WhatsApp: fates of numbers, and scenarios."""

import pytest

from ..doubles import ANNA, MAGIC, World


@pytest.mark.parametrize(
    ("phone", "result"),
    [
        (ANNA, "hit"),
        (MAGIC["not_on_whatsapp"], "miss"),
        (MAGIC["query_error"], "error"),
        ("12", "miss"),
        (MAGIC["stuck_pending"], "hit"),
    ],
)
def test_queries(world: World, phone: str, result: str) -> None:
    page = world.open_linked()
    page.says("exists", query="q1", phone=phone)
    assert not page.all("exists")
    world.pass_time(0.05)
    assert page.last("exists")["result"] == result
    assert page.last("exists")["query"] == "q1"


def test_a_counted_scenario_for_one_phone(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("invalid_number", {"count": 1, "phone": "+" + ANNA})
    results = []
    for phone in ("12025550100", ANNA, ANNA):
        page.says("exists", query="q", phone=phone)
        world.pass_time(0.05)
        results.append(page.last("exists")["result"])
    assert results == ["hit", "miss", "hit"]
    assert world.simulation.scenarios.as_json() == {}


def test_every_nth_look_up_fails_in_a_spell(world: World) -> None:
    page = world.open_linked()
    world.simulation.switches.switch_on("lookup_failures", {"every": 3})
    for number in range(6):
        page.says("exists", query=str(number), phone=f"491511234000{number}")
    world.pass_time(5)
    assert [each["result"] for each in page.all("exists")] == ["hit", "hit", "error"] * 2


def test_numbers_of_a_prefix_are_unknown_and_all_that_was_asked_is_reported_until_a_reset(
    world: World,
) -> None:
    page = world.open_linked()
    simulation = world.simulation
    simulation.change_settings(simulation.settings.now.model_copy(update={"unknown_prefix": "4930"}))
    for phone in (ANNA, "4930123456"):
        page.says("exists", query=phone, phone=phone)
    assert simulation.lookups.asked == [
        {"phone": ANNA, "result": "hit"},
        {"phone": "4930123456", "result": "miss"},
    ]
    simulation.reset()
    assert simulation.lookups.asked == []
