"""All scenarios, and the numbers that play one."""

from whatsapp_simulator.phones import FATES, MAGIC_NUMBERS
from whatsapp_simulator.scenarios.catalogue import SCENARIOS


def test_every_magic_number_of_a_misbehaviour_has_its_scenario() -> None:
    without = {"ordinary", "not_on_whatsapp", "slow"}
    schema = SCENARIOS["chat_notice"].model_json_schema()
    notices = set(schema["properties"]["what"]["enum"])
    assert {number.fate for number in MAGIC_NUMBERS} - without - notices <= set(SCENARIOS)
    assert notices <= set(FATES.values())
