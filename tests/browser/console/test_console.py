"""An operator at the console, with a real worker: each click has its effect, and the page shows it.

With ``CONSOLE_FULL=1`` (``make test-console``) all of it runs on a phone's screen too.
"""

import time
from pathlib import Path

import pytest
import requests

from tests.browser.console.conftest import FULL, STUCK, Scene
from tests.browser.console.console_browser import DESKTOP, NARROWEST, PHONE
from tests.browser.console.seeds import seed_dead_letter
from tests.support.pictures import picture
from tests.support.stack import eventually
from whatsapp_tasks.client import Client
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.webhook_deliveries import Deliveries

SCREENS = [DESKTOP, PHONE] if FULL else [DESKTOP]
AT_WHATSAPP = ("sent", "delivered", "read")


@pytest.fixture(params=SCREENS, ids=lambda size: f"{size[0]}px", autouse=True, scope="module")
def screen(request: pytest.FixtureRequest, scene: Scene) -> tuple[int, int]:
    """All tests of the module on one screen, then on the next."""
    size: tuple[int, int] = request.param
    scene.browser.look_like(size)
    return size


@pytest.fixture
def linked(scene: Scene) -> Scene:
    scene.ensure_linked()
    return scene


def test_a_phone_is_linked_by_the_code_that_the_page_shows(scene: Scene) -> None:
    browser = scene.browser
    scene.unlink()
    browser.until(lambda: browser.shown(".qr img"), "the QR code")
    browser.driver.execute_script("window.neverReloaded = true")
    scene.stack.link()
    browser.await_text("article.account .badge", "Authenticated")
    browser.until(lambda: not browser.all(".qr"), "the QR code goes away")
    assert browser.driver.execute_script("return window.neverReloaded") is True


@pytest.mark.skipif(not FULL, reason="a matter of `make test-console`")
def test_a_phone_is_linked_by_a_code_that_is_typed_on_it(scene: Scene) -> None:
    browser = scene.browser
    scene.unlink()
    browser.until(lambda: browser.shown(".qr img"), "the QR code")
    browser.click("[data-action=pairing-code]")
    browser.agree(phone="+4915112345678")
    code = browser.until(lambda: browser.text("#dialog[open] .code"), "the code")
    browser.click("#dialog[open] .primary")
    scene.stack.simulator.pair(code)
    browser.await_text("article.account .badge", "Authenticated")


def test_look_ups_of_numbers_show_on_the_card_once_there_are_some(linked: Scene) -> None:
    """Issue 16, part 6."""
    browser, today = linked.browser, "article.account [data-key=today]"
    stray = f"return [...document.querySelector('{today}').childNodes].some((node) => node.nodeType === 3)"
    assert browser.driver.execute_script(stray) is False
    linked.client.check_numbers(["+4915112349999"])  # a chat that was opened would be an answer
    browser.await_text(today, "of 20 look-ups", 90)  # they wait until the worker has nothing else to do
    assert browser.driver.execute_script(stray) is False


def test_a_message_is_seen_on_its_way_until_it_is_read(linked: Scene) -> None:
    browser = linked.browser
    message = linked.client.send("+4915112345678", "watched on its way", idempotency_key=_new_key())["id"]
    row = browser.open_row(message)
    browser.await_text(f"{row} summary .badge", "read")
    steps = [element.text for element in browser.all(f"{row} .timeline .badge")]
    # A tick that came and went between two looks of the worker is left out; nothing comes out of order.
    assert steps[:2] == ["queued", "sending"]
    assert steps[-1] == "read"
    order = ["queued", "sending", "sent", "delivered", "read"]
    assert steps == [step for step in order if step in steps]


def test_a_pause_stops_sending_and_names_its_author_until_someone_resumes(linked: Scene) -> None:
    browser, stack = linked.browser, linked.stack
    browser.click("[data-action=pause]")
    browser.agree(note="new phone on Monday")
    browser.await_text(".banner.warn", "Paused by an operator · Ann")
    assert "new phone on Monday" in browser.text(".banner.warn")
    assert Pauses(stack.database, "default").all()["operator"]["author"] == linked.key.label

    text = f"held back {time.time()}"
    message = linked.client.send("+4915112345678", text)["id"]
    row = browser.open_row(message)
    time.sleep(2)
    assert browser.text(f"{row} summary .badge") == "queued"
    assert text not in [each.text for each in stack.simulator.messages()]

    browser.click("[data-action=resume]")
    browser.until(lambda: browser.text(f"{row} summary .badge") in AT_WHATSAPP, "it is sent")
    assert [each.text for each in stack.simulator.messages()].count(text) == 1
    assert not browser.all(".banner.warn")


def test_a_message_in_doubt_has_its_picture_and_is_settled_by_a_person(linked: Scene) -> None:
    browser = linked.browser
    message = linked.client.send(STUCK, "never on its way", idempotency_key=_new_key())["id"]
    row = browser.open_row(message, "doubt")
    assert "still pending" in browser.text(f"{row} .why")
    browser.await_text("article.account .failure summary", "still pending")
    if not browser.all(".failure[open]"):
        browser.click(".failure summary")
    browser.until(lambda: browser.shown(".failure img"), "the picture of the failure")

    evidence = linked.stack.dispatcher.get(message).evidence_id
    path = f"/evidence/{evidence}.jpg"
    assert requests.get(linked.stack.api + path, timeout=5).status_code == 401
    admin = Client(linked.stack.api, linked.key.id, linked.key.secrets[0])
    assert admin.download(path)[:2] == b"\xff\xd8"

    browser.click(f"{row} [data-action=resolve]")
    browser.click("#dialog input[value=failed]")
    browser.agree(note="not in the chat")
    browser.until(lambda: not browser.all(row), "the doubt is settled")
    settled = linked.stack.dispatcher.get(message)
    assert (settled.status, settled.resolved_by, settled.resolution_note) == (
        "failed",
        linked.key.label,
        "not in the chat",
    )


def test_a_number_and_a_text_are_in_the_browser_only_once_they_are_asked_for(linked: Scene) -> None:
    browser, phone = linked.browser, "+4915199988877"
    text = f"between us {time.time()}"
    message = linked.client.send(phone, text)["id"]
    row = browser.open_row(message)
    assert browser.text(f"{row} .phone") == "+49•••••••••77"
    state = browser.driver.execute_async_script(
        "const done = arguments[0]; fetch('/console/state').then((r) => r.text()).then(done)"
    )
    assert message in state
    assert phone not in state + browser.driver.page_source
    assert text not in state + browser.driver.page_source

    browser.click(f"{row} [data-action=reveal-phone]")
    browser.await_text(f"{row} .phone", phone)
    browser.click(f"{row} [data-action=reveal-text]")
    browser.await_text(f"{row} .text", text)
    revealed = [line for line in linked.stack.log("web").splitlines() if "Revealed at the console" in line]
    assert [message in line and linked.key.label in line for line in revealed[-2:]] == [True, True]
    assert phone[1:] not in linked.stack.log("web")


def test_a_file_is_shown_by_kind_and_size_and_its_name_and_picture_once_they_are_asked_for(
    linked: Scene, tmp_path: Path
) -> None:
    """issue 15, "Must show" 5: each reveal is in the log."""
    browser, path = linked.browser, tmp_path / "Passport of A. Person.png"
    path.write_bytes(picture("PNG", size=(800, 400)))
    message = linked.client.send("+4915199988866", "with a file", file=path, send_at=time.time() + 3600)["id"]
    row = browser.open_row(message)
    browser.await_text(f"{row} .facts", "image, ")
    assert "Passport" not in browser.driver.page_source
    browser.click(f"{row} [data-action=reveal-file]")
    browser.await_text(f"{row} .text", path.name)
    browser.click(f"{row} [data-action=reveal-thumbnail]")
    width = f"return document.querySelector({f'{row} .thumbnail'!r})?.naturalWidth"
    browser.until(lambda: browser.driver.execute_script(width) == 320, "the small picture")
    told = [line for line in linked.stack.log("web").splitlines() if "Revealed at the console" in line]
    assert [what in line for what, line in zip(("file", "thumbnail"), told[-2:], strict=True)] == [True, True]
    assert "Passport" not in linked.stack.log("web")


def test_dead_letters_are_put_in_line_again(linked: Scene) -> None:
    browser, database = linked.browser, linked.stack.database
    seed_dead_letter(database, "orders", int(time.time() * 1000))
    before = Deliveries(database, "orders").counts()
    browser.await_text(".webhook", f"{before['dead']} dead letter")
    browser.click(".webhook .head [data-action=redrive]")
    browser.agree()
    browser.await_text(".webhook", "0 dead letters.")
    assert Deliveries(database, "orders").counts() == {
        "waiting": before["waiting"] + before["dead"],
        "running": 0,
        "dead": 0,
    }


@pytest.mark.skipif(not FULL, reason="a matter of `make test-console`")
def test_the_browser_is_restarted_when_asked(linked: Scene) -> None:
    pid = linked.stack.browsers()[0].pid
    linked.browser.click("[data-action=restart]")
    linked.browser.agree()
    eventually(lambda: pid not in [p.pid for p in linked.stack.browsers()], "the old browser ends")
    linked.browser.await_text("article.account .facts", "asked")
    linked.browser.await_text("article.account .badge", "Authenticated")


@pytest.mark.skipif(not FULL, reason="a matter of `make test-console`")
def test_the_phone_is_unlinked_when_asked(linked: Scene) -> None:
    linked.browser.click("[data-action=logout]")
    linked.browser.agree()
    linked.browser.await_text("article.account .badge", "Link a phone", 60)
    linked.stack.simulator.wait_for_screen("qr")


def test_nothing_is_wider_than_the_screen_and_the_page_complains_of_nothing(linked: Scene) -> None:
    browser = linked.browser
    for size in (DESKTOP, PHONE, NARROWEST):
        browser.look_like(size)
        assert browser.overflow() == 0, size
    assert [line for line in browser.messages_of_the_page() if "401" not in line] == []


def test_after_signing_out_the_cookie_opens_nothing(linked: Scene, screen: tuple[int, int]) -> None:
    browser = linked.browser
    browser.look_like(screen)
    browser.go("/")
    cookie = browser.driver.get_cookie("whatsapp-console")
    assert cookie is not None
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    state = f"{linked.stack.api}/console/state"
    cookies = {cookie["name"]: cookie["value"]}
    assert requests.get(state, cookies=cookies, timeout=5).status_code == 200
    browser.click(".top form button")
    browser.until(lambda: browser.all("#secret"), "the login form")
    assert requests.get(state, cookies=cookies, timeout=5).status_code == 401
    linked.log_in()


def _new_key() -> str:
    return f"console-{time.time()}"
