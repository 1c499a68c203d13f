"""The skins as data: what each era must and must not have."""

import re
from pathlib import Path
from typing import get_args

import pytest

import whatsapp_simulator
from whatsapp_simulator.boot_html import boot_html, unsupported_html
from whatsapp_simulator.languages import localized, phone_banner
from whatsapp_simulator.phones import MAGIC_NUMBERS, digits_of, printed
from whatsapp_simulator.qr import matrix
from whatsapp_simulator.scenarios.renderer import BreakSelector
from whatsapp_simulator.settings import Era, Lang, Settings
from whatsapp_simulator.skin_icons import ICONS
from whatsapp_simulator.skin_parts.catalogue import PARTS
from whatsapp_simulator.skin_texts import TEXTS, guesses
from whatsapp_simulator.skins import skin
from whatsapp_simulator.user_agents import is_supported

SCRIPTS = Path(whatsapp_simulator.__file__).parent / "static" / "js"
ERAS: list[Era] = ["E1", "E2", "E3"]
LANGS: tuple[Lang, ...] = get_args(Lang)
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_skin_is_complete(era: Era, lang: Lang) -> None:
    made = skin(Settings(era=era, lang=lang))
    assert set(made["texts"]) == set(TEXTS)
    assert made["invalid_text"] in made["texts"]
    assert all(icon for icon in made["icons"].values())


def test_the_page_asks_only_for_what_the_skin_has_and_uses_every_part() -> None:
    script = "".join(file.read_text(encoding="utf-8") for file in SCRIPTS.glob("*.js"))
    asked = set(re.findall(r'\bpart(?:As)?\(\s*"(\w+)"', script))
    assert asked == set(PARTS)
    assert set(re.findall(r'\bicon\("(\w+)"', script)) <= set(ICONS)
    words = set(re.findall(r"\b(?:skin\.texts|t)\.([a-z]\w*)", script)) | set(
        re.findall(r'\btext\("(\w+)"', script)
    )
    assert words <= set(TEXTS)


def test_e2_has_no_test_ids_at_all_and_e3_no_direction() -> None:
    parts = skin(Settings(era="E2"))["parts"]
    assert not [name for name, part in parts.items() if "data-testid" in part["attributes"]]
    assert "class" not in skin(Settings(era="E3"))["parts"]["direction"]["attributes"]
    assert "message-{direction}" in parts["direction"]["attributes"]["class"]


def test_the_search_box_became_an_input() -> None:
    assert skin(Settings(era="E2"))["parts"]["search"]["attributes"]["contenteditable"] == "true"
    search = skin(Settings(era="E3"))["parts"]["search"]
    assert search["tag"] == "input"
    assert "contenteditable" not in search["attributes"]


def test_send_icon_and_wording_can_be_chosen() -> None:
    assert skin(Settings(era="E2", send_icon="wds-ic-send-filled"))["icons"]["send"] == "wds-ic-send-filled"
    assert skin(Settings(era="E2"))["icons"]["send"] == "send"
    assert skin(Settings(era="E3", invalid_text="url"))["invalid_text"] == "invalid_url"


def test_a_broken_selector_is_renamed_or_gone() -> None:
    renamed = skin(Settings(), BreakSelector(part="compose", attribute="role", to="data-role"))
    assert "role" not in renamed["parts"]["compose"]["attributes"]
    assert renamed["parts"]["compose"]["attributes"]["data-role"] == "textbox"
    removed = skin(Settings(), BreakSelector(part="compose", attribute="role"))
    assert "textbox" not in removed["parts"]["compose"]["attributes"].values()
    assert skin(Settings())["parts"]["compose"]["attributes"]["role"] == "textbox", "the table is untouched"


def test_words_in_the_sources_are_not_marked_as_guesses() -> None:
    known = {
        "invalid_url",
        "invalid_number",
        "starting_chat",
        "send",
        "type_a_message_to",
        "ban_101",
        "use_here",
    }
    assert not known & set(guesses("en"))


def test_the_language_of_a_page() -> None:
    settings = Settings(lang="es", lang_by_cookie=True)
    assert localized(settings, "pt_BR", "de-DE,de;q=0.9").lang == "pt"
    assert localized(settings, None, "xx, de-DE;q=0.9").lang == "de"
    assert localized(settings, "xx_XX", "").lang == "es"
    assert localized(Settings(lang="es"), "pt_BR", "de").lang == "es"
    assert phone_banner(Settings()) is None
    banner = phone_banner(Settings(phone_lang="ar"))
    assert banner is not None
    assert banner["dir"] == "rtl"


def test_boot_html_by_era() -> None:
    assert 'id="initial_startup"' in boot_html(Settings(era="E1"))
    assert 'id="wa_web_initial_startup"' in boot_html(Settings(era="E2"))
    assert "has-finished-comet-page" in boot_html(Settings(era="E3"))
    for era in ERAS:
        assert "isn't on WhatsApp" not in boot_html(Settings(era=era)), "texts would be found by a scan"
    assert "WhatsApp works with Google Chrome 100+" in unsupported_html(Settings())


@pytest.mark.parametrize(
    ("agent", "supported"),
    [
        (CHROME, True),
        (CHROME + " Edg/140.0.0.0", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", True),
        (CHROME.replace("Chrome/", "HeadlessChrome/"), False),
        (CHROME + " Electron/30.0.0", False),
        ("WhatsApp/2.24 " + CHROME, False),
        ("curl/8.0", False),
        ("", False),
    ],
)
def test_user_agents(agent: str, supported: bool) -> None:
    assert is_supported(agent) is supported


def test_numbers_are_printed_as_whatsapp_does() -> None:
    assert printed("12025550100") == "+1 (202) 555-0100"
    assert printed("4915112345678") == "+49 1511 2345678"
    assert printed("5511912345678") == "+55 11 91234-5678"
    assert digits_of("+49 (1511) 234-5678") == "4915112345678"
    assert len({number.digits for number in MAGIC_NUMBERS}) == len(MAGIC_NUMBERS)


def test_a_reference_fits_into_a_qr_code() -> None:
    rows = matrix("https://wa.me/settings/linked_devices#2@" + "a" * 88 + ("," + "b" * 44) * 3 + ",1")
    assert {len(row) for row in rows} == {len(rows)}
    assert rows[0][:7] == "1111111"
