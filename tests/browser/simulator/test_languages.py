"""Pages in other languages, and what decides the language (issue 11, section D)."""

import pytest

from whatsapp_simulator.foreign_texts import ATTESTED, LANGUAGES, Invented
from whatsapp_simulator.skin_texts import texts

from .test_first_form import TICKS
from .test_full_form import follow, say
from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"
COOKIE = "wa_web_lang_pref"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_message_in_every_language(page: WhatsAppPage, lang: str) -> None:
    page.simulator.set(lang=lang, delivered_ms=None)
    page.link()
    words = texts("E3", lang)
    assert page.js("return document.documentElement.lang") == lang
    assert page.js("return document.documentElement.dir") == ("rtl" if lang == "ar" else "ltr")
    assert page.attribute("[role=grid]", "aria-label") == words["chat_list"]
    follow(page, "12025550101")
    page.wait("the error", lambda: "1 (202) 555-0101" in page.text("[role=dialog]"))
    page.click("[role=dialog] button")
    page.open_chat(ANNA)
    say(page, "hello")
    page.wait("the tick", lambda: page.js(TICKS) == ["wds-ic-delivered", words["sent"]])
    tail = "tail-in" if lang == "ar" else "tail-out"
    assert page.has(f"#main [data-icon={tail}]")
    assert page.errors() == []


def test_words_without_a_source_are_invented() -> None:
    for lang in LANGUAGES:
        words = texts("E3", lang)
        assert isinstance(words["offline_title"], Invented)
        assert words["offline_title"] != texts("E3", "en")["offline_title"]
        for key, attested in ATTESTED[lang].items():
            assert words[key] == attested


def language(page: WhatsAppPage) -> str:
    return str(page.js("return document.documentElement.lang"))


def test_cookie_decides_and_the_phone_wins_after_a_sync(page: WhatsAppPage) -> None:
    page.simulator.set(lang_by_cookie=True)
    page.open()
    page.browser.delete_all_cookies()
    page.js("localStorage.clear(); document.cookie = arguments[0]", f"{COOKIE}=pt_BR; path=/")
    page.link()
    assert language(page) == "pt"
    assert page.js("return localStorage.getItem('WALangPref')") == '"pt_BR"'
    page.simulator.set(phone_lang="de")
    page.wait("the page after its reload", lambda: page.js("return localStorage.getItem('WALangPhonePref')"))
    page.wait("the banner", lambda: texts("E3", "de")["language_title"] in page.text("#side"))
    assert language(page) == "pt"
    page.browser.delete_cookie(COOKIE)
    page.open()
    page.wait_for("#pane-side")
    page.simulator.set(lang_reload_ms=300)
    page.open()
    page.wait("the phone's language", lambda: language(page) == "de")
    page.wait_for("#pane-side")
    page.browser.delete_all_cookies()


def test_a_popup_of_news_in_a_language_nobody_knows(page: WhatsAppPage) -> None:
    page.link()
    page.simulator.scenario("whats_new", title="Mitä uutta", text="Uusi ilme.", button="Jatka", count=1)
    page.wait("the news", lambda: "Mitä uutta" in page.text("[role=dialog]"))
    assert page.has("[role=dialog] button[aria-label=Close]")
    page.click("[role=dialog] button[aria-label=Close]")
    page.wait_gone("[role=dialog]")
    page.open_chat(ANNA)
    assert page.has(COMPOSE)
