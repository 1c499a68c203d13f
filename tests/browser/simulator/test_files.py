"""Files on the simulated page, from the menu to the server (docs/whatsapp-web.md, 10.8, 12.4, 12.6)."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from tests.support.files import PNG, WEBP
from whatsapp_simulator.testing import ReceivedMessage

from .whatsapp_page import COMPOSE, WhatsAppPage

ANNA = "4915112345678"
AT_REST = "return [...document.querySelectorAll('input[type=file]')].map((each) => each.accept)"
LABELS = "return [...document.querySelectorAll('footer li')].map((each) => each.innerText)"
DRAWER = ".ws-media-drawer"
CAPTION = f"{DRAWER} [contenteditable=true][role=textbox]"
SEND = ".ws-media-send:not([aria-disabled])"
LAST = "[...document.querySelectorAll('#main [data-id]')].at(-1)"
ITEMS = {
    "en": "Document|Photos & videos|Camera|Audio|Contact|Poll|Event|New sticker",
    "pt": "Documento|Fotos e vídeos|Câmera|Áudio|Contato|Enquete|Evento|Nova figurinha",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "report.pdf"
    made.write_bytes(b"figures" * 1000)
    return made


def open_chat(page: WhatsAppPage, era: str = "E3", phone: str = ANNA, **settings: object) -> WhatsAppPage:
    page.simulator.set(era=era, **settings)
    page.link()
    page.open_chat(phone)
    return page


def choose(page: WhatsAppPage, label: str, *files: Path) -> None:
    """Through the menu, as a person would."""
    page.click("#main footer button[aria-haspopup=menu]")
    item = next(
        each for each in page.browser.find_elements(By.CSS_SELECTOR, "footer li") if each.text == label
    )
    inside = item.find_elements(By.CSS_SELECTOR, "input[type=file]")
    paths = "\n".join(map(str, files))
    if inside:
        inside[0].send_keys(paths)
        return
    page.browser.execute_cdp_cmd("Page.setInterceptFileChooserDialog", {"enabled": True})
    item.click()
    page.browser.find_element(By.CSS_SELECTOR, "body > input[type=file]").send_keys(paths)
    page.browser.execute_cdp_cmd("Page.setInterceptFileChooserDialog", {"enabled": False})


def send(page: WhatsAppPage, caption: str = "") -> ReceivedMessage:
    page.wait_for(SEND)
    if caption:
        page.insert(caption)
    page.click(SEND)
    return page.simulator.wait_for_messages(1)[-1]


def sent_file(message: ReceivedMessage) -> Mapping[str, Any]:
    (one,) = message.attachments
    return one


@pytest.mark.parametrize("era", ["E1", "E2", "E3"])
def test_a_document_is_received_byte_for_byte_with_its_caption(
    page: WhatsAppPage, file: Path, era: str
) -> None:
    open_chat(page, era)
    assert page.js(AT_REST) == (["image/*"] if era == "E3" else [])
    choose(page, "Document", file)
    message = send(page, "see page 3 😀")
    assert message.text == "see page 3 😀"
    received = sent_file(message)
    assert (received["name"], received["size"], received["kind"]) == ("report.pdf", 7000, "document")
    assert received["sha256"] == hashlib.sha256(b"figures" * 1000).hexdigest()
    page.wait_gone(DRAWER)
    assert page.js(AT_REST) == (["image/*"] if era == "E3" else [])
    page.wait("its parts", lambda: "7 kB" in str(page.js(f"return {LAST}.innerText")))
    assert "report.pdf" in str(page.js(f"return {LAST}.innerText"))
    assert page.errors() == []


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_the_menu_has_these_items_in_this_order_and_is_a_toggle(page: WhatsAppPage, lang: str) -> None:
    open_chat(page, lang=lang)
    page.click("#main footer button[aria-haspopup=menu]")
    assert "|".join(page.js(LABELS)) == ITEMS[lang]
    ids = "return [...document.querySelectorAll('footer li')].map((each) => each.dataset.testid)"
    assert page.js(ids)[1] == page.js(ids)[3] == "mi-attach-media"
    page.click("#main footer button[aria-haspopup=menu]")
    assert page.js(LABELS) == []
    page.play("menu_without_test_ids")
    page.click("#main footer button[aria-haspopup=menu]")
    assert set(page.js(ids)) == {None}


def test_a_picture_is_one_only_where_it_is_chosen_as_one(page: WhatsAppPage, tmp_path: Path) -> None:
    """A WebP picture becomes a sticker, and the input at rest makes one of any picture."""
    png, webp = tmp_path / "a.png", tmp_path / "a.webp"
    png.write_bytes(PNG)
    webp.write_bytes(WEBP)
    open_chat(page)
    choose(page, "Photos & videos", png)
    page.wait_for("[data-testid=media-editor-canvas] img")
    assert sent_file(send(page))["kind"] == "image"
    page.wait_for("[data-testid=image-thumb] [data-testid=media-url-provider] img")
    choose(page, "Document", png)
    page.wait_for(SEND)
    page.click(SEND)
    assert sent_file(page.simulator.wait_for_messages(2)[-1])["kind"] == "document"
    choose(page, "Photos & videos", webp)
    page.wait_for(SEND)
    page.click(SEND)
    assert sent_file(page.simulator.wait_for_messages(3)[-1])["kind"] == "sticker"
    page.browser.find_element(By.CSS_SELECTOR, "footer input[type=file]").send_keys(str(png))
    assert sent_file(page.simulator.wait_for_messages(4)[-1])["kind"] == "sticker"
    assert not page.has(DRAWER)


@pytest.mark.parametrize("by", ["cross", "escape"])
def test_a_preview_is_left_by_a_question_that_escape_does_not_answer(
    page: WhatsAppPage, file: Path, by: str
) -> None:
    open_chat(page)
    choose(page, "Document", file)
    page.wait_for(SEND)
    if by == "cross":
        page.click(".ws-preview-close")
    else:
        page.press("Escape")
    page.wait("the question", lambda: "Discard selection?" in page.text("[role=dialog]"))
    page.press("Escape")
    assert page.has("[role=dialog]")
    page.click("[data-testid=popup-cancel], .ws-popup-cancel")
    assert page.has(DRAWER)
    page.click(".ws-preview-close")
    page.click(".ws-popup-ok")
    page.wait_gone(DRAWER)
    assert page.simulator.messages() == []


def test_the_other_cross_empties_the_caption_and_what_stood_in_the_box_becomes_it(
    page: WhatsAppPage, file: Path
) -> None:
    open_chat(page)
    page.click(COMPOSE)
    page.insert("a draft")
    choose(page, "Document", file)
    page.wait_for(CAPTION)
    assert page.text(CAPTION) == "a draft"
    page.click(".ws-caption-clear")
    assert page.text(CAPTION) == ""
    assert page.has(DRAWER)


def test_a_caption_has_1024_code_points_at_most(page: WhatsAppPage, file: Path) -> None:
    open_chat(page)
    choose(page, "Document", file)
    page.wait_for(SEND)
    page.insert("x" * 1024)
    page.insert("y")
    assert page.text(CAPTION) == "x" * 1024


def test_a_preview_comes_back_with_its_chat(page: WhatsAppPage, file: Path) -> None:
    open_chat(page)
    choose(page, "Document", file)
    page.wait_for(SEND)
    page.insert("kept")
    page.open_chat("4915112345679")
    assert not page.has(DRAWER)
    page.open_chat(ANNA)
    page.wait("the caption", lambda: page.text(CAPTION) == "kept")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("not_supported", "1 file you tried adding is not supported."),
        ("too_large", "1 file you tried adding is larger than the 16 MB limit."),
        ("empty", "1 file you tried adding has no content."),
        ("failed_to_load", "The item you tried adding failed to load."),
        ("not_added", "1 file could not be added."),
    ],
)
def test_a_refusal_is_said_and_nothing_else_is_shown(
    page: WhatsAppPage, file: Path, why: str, words: str
) -> None:
    open_chat(page)
    page.play("file_refused", why=why, count=1)
    choose(page, "Document", file)
    page.wait("the words", lambda: page.text(".ws-toast") == words)
    assert not page.has(DRAWER)


def test_an_empty_file_and_a_large_picture_are_refused_by_themselves(
    page: WhatsAppPage, tmp_path: Path
) -> None:
    empty, large = tmp_path / "empty.txt", tmp_path / "large.png"
    empty.touch()
    large.write_bytes(PNG + bytes(2 * 1024 * 1024))
    open_chat(page, media_limit_mb=1)
    choose(page, "Document", empty)
    page.wait("the words", lambda: "has no content" in page.text(".ws-toast"))
    page.wait_gone(".ws-toast")
    choose(page, "Photos & videos", large)
    page.wait(
        "the words", lambda: "1 image you tried adding is larger than the 1 MB" in page.text(".ws-toast")
    )


def test_while_it_is_prepared_the_button_is_disabled_or_not_there(page: WhatsAppPage, file: Path) -> None:
    open_chat(page)
    page.play("slow_preview", ms=600)
    choose(page, "Document", file)
    page.wait_for(DRAWER)
    assert not page.has(SEND)
    page.wait_for(SEND)


def test_an_upload_shows_its_progress_and_a_page_that_goes_has_sent_nothing(
    page: WhatsAppPage, file: Path
) -> None:
    open_chat(page)
    page.play("upload_never_ends", percent=40)
    choose(page, "Document", file)
    page.wait_for(SEND)
    page.click(SEND)
    page.wait("40 %", lambda: page.attribute("[role=progressbar]", "aria-valuenow") == "40")
    assert "wds-ic-status-pending" in str(page.js(f"return {LAST}.innerHTML"))
    page.open()
    page.wait_for("#pane-side")
    assert page.simulator.messages() == []


@pytest.mark.parametrize("mark", [True, False])
def test_a_failed_upload_offers_to_try_again(page: WhatsAppPage, file: Path, mark: bool) -> None:
    open_chat(page)
    page.play("upload_fails", mark=mark)
    choose(page, "Document", file)
    page.wait_for(SEND)
    page.click(SEND)
    page.wait_for("[data-testid=media-state-upload]")
    assert page.has("[data-testid=fail-container]") is mark
    assert page.simulator.messages() == []


@pytest.mark.parametrize("album", [True, False])
def test_several_pictures_are_one_row_or_several(page: WhatsAppPage, tmp_path: Path, album: bool) -> None:
    pictures = [tmp_path / f"{number}.png" for number in range(3)]
    for each in pictures:
        each.write_bytes(PNG)
    open_chat(page)
    if album:
        page.play("album")
    choose(page, "Photos & videos", *pictures)
    page.wait_for(SEND)
    assert page.attribute(SEND, "aria-label") == "Send 3 selected"
    page.insert("all of them")
    page.click(SEND)
    messages = page.simulator.wait_for_messages(1 if album else 3)
    assert [len(each.attachments) for each in messages] == ([3] if album else [1, 1, 1])
    texts = sorted((each.text for each in messages), reverse=True)  # uploads end in any order
    assert texts == ["all of them", *([] if album else ["", ""])]


def test_audio_has_no_caption(page: WhatsAppPage, tmp_path: Path) -> None:
    sound = tmp_path / "sound.mp3"
    sound.write_bytes(b"ID3" + bytes(500))
    open_chat(page)
    choose(page, "Audio", sound)
    assert not page.has(CAPTION)
    assert sent_file(send(page))["kind"] == "audio"
    page.wait_for("[data-testid=audio-play]")


def test_a_dialog_lies_over_the_preview(page: WhatsAppPage, file: Path) -> None:
    open_chat(page)
    page.play("dialog_over_preview", what="news")
    choose(page, "Document", file)
    page.wait_for("[role=dialog]")
    assert page.has(DRAWER)
