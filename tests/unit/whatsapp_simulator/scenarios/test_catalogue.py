"""All scenarios, and the numbers that play one."""

import re
from pathlib import Path
from typing import get_args

import whatsapp_simulator
from whatsapp_simulator.phones import FATES, MAGIC_NUMBERS, Notice
from whatsapp_simulator.scenarios.catalogue import SCENARIOS
from whatsapp_simulator.settings import Settings
from whatsapp_simulator.skin_texts import TEXTS

FOLDER = Path(whatsapp_simulator.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")


def test_every_magic_number_of_a_misbehaviour_has_its_scenario() -> None:
    without = {"ordinary", "not_on_whatsapp", "slow"}
    schema = SCENARIOS["chat_notice"].model_json_schema()
    notices = set(schema["properties"]["what"]["enum"])
    assert {number.fate for number in MAGIC_NUMBERS} - without - notices <= set(SCENARIOS)
    assert notices <= set(FATES.values())


def test_every_notice_has_its_words_and_is_drawn() -> None:
    script = (FOLDER / "static" / "js" / "notices.js").read_text("utf-8")
    kinds = re.search(r"const KINDS = \{(.*?)\};", script, re.DOTALL)
    assert kinds is not None
    drawn = re.findall(r"^  (\w+):", kinds[1], re.MULTILINE)
    assert {*drawn} == {*get_args(Notice)}, "KINDS of static/js/notices.js has other names than phones.Notice"
    missing = {f"notice_{name}" for name in get_args(Notice)} - {*TEXTS}
    assert not missing, f"add these to skin_texts.py: {missing}"


def test_the_readme_has_every_magic_number() -> None:
    table = README.partition("## Magic phone numbers")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| \+([\d ]+) \|", table, re.MULTILINE)
    known = [*(number.digits for number in MAGIC_NUMBERS), Settings().own_phone]
    assert [number.replace(" ", "") for number in listed] == known
