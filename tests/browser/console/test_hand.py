"""A dialog that nobody knows is taken away by hand, at the console, and sending goes on.

Issue 14, must show 4: on a desktop and on a phone. The person finds its button in the picture.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Keys

from tests.browser.console.conftest import FULL, Scene
from tests.browser.console.console_browser import DESKTOP, NARROWEST, PHONE, ConsoleBrowser
from tests.support.stack import Stack, eventually, log_lines
from whatsapp_tasks.domain.hand import Ended
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.pauses import Pauses

PICTURES = os.environ.get("CONSOLE_PICTURES", "")
PAGE = "/console/hand/default"
SECRET_WORD = "hunter2"

# The middle of the green button in the picture, in shares; null while there is none.
_BUTTON = """
  const canvas = document.getElementById("picture");
  if (!canvas.width || !canvas.height) return null;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [count, left, top] = [0, 0, 0];
  for (let y = Math.round(canvas.height * .2); y < canvas.height * .8; y++) {
    for (let x = Math.round(canvas.width * .3); x < canvas.width * .7; x++) {
      const at = 4 * (y * canvas.width + x);
      if (Math.abs(data[at] - 29) + Math.abs(data[at + 1] - 170) + Math.abs(data[at + 2] - 97) > 40) continue;
      count += 1; left += x; top += y;
    }
  }
  return count < 200 ? null : { x: left / count / canvas.width, y: top / count / canvas.height };
"""

_PLACE = """
  const [x, y] = arguments;
  const [stage, picture] = ["stage", "picture"].map((id) => document.getElementById(id));
  stage.scrollLeft = x * picture.offsetWidth - stage.clientWidth / 2;
  stage.scrollTop = y * picture.offsetHeight - stage.clientHeight / 2;
  stage.scrollIntoView({ block: "center" });
  const box = picture.getBoundingClientRect();
  return { x: box.left + x * box.width, y: box.top + y * box.height };
"""
_OPACITY = """
  const picture = document.getElementById("picture");
  return picture.getContext("2d").getImageData(5, 5, 1, 1).data[3];
"""
_LARGER = """
  const stage = document.getElementById("stage");
  return stage.scrollWidth >= 1100 && stage.clientWidth <= innerWidth;
"""
ONLY_WIDE = pytest.mark.parametrize("person", [DESKTOP], indirect=True, ids=["1280px"])
"""For what does not depend on the width."""
WIDE_AND_NARROW = pytest.mark.parametrize(
    "person", [DESKTOP, PHONE] if FULL else [DESKTOP], indirect=True, ids=lambda size: f"{size[0]}px"
)
ONLY_LONG = pytest.mark.skipif(not FULL, reason="a matter of `make test-console`")


@pytest.fixture(params=[DESKTOP, PHONE] if FULL else [PHONE], ids=lambda size: f"{size[0]}px")
def person(request: pytest.FixtureRequest, scene: Scene) -> Iterator[ConsoleBrowser]:
    browser = scene.browser
    browser.look_like(request.param)
    browser.go("/")
    scene.ensure_linked()
    yield browser
    browser.go("/")  # which gives the page back
    browser.look_like(DESKTOP)
    scene.stack.simulator.clear_scenarios()
    eventually(lambda: not pauses(scene.stack), "no pause is left")


def pauses(stack: Stack) -> dict[str, Any]:
    return Pauses(stack.database, "default").all()


def open_page(browser: ConsoleBrowser) -> None:
    browser.go(PAGE)
    browser.click("#open")
    browser.await_text("#live-text", "Live")


def click_in_picture(browser: ConsoleBrowser, share: dict[str, float]) -> None:
    """A click where the person sees that point, scrolled to if need be."""
    place = browser.driver.execute_script(_PLACE, share["x"], share["y"])
    held = {**place, "button": "left", "clickCount": 1}
    for kind in ("mousePressed", "mouseReleased"):
        browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, **held})


def picture(browser: ConsoleBrowser, name: str) -> None:
    """For docs/hand.md, where one is wanted."""
    if PICTURES:
        browser.driver.execute_script("scrollTo(0, 0)")
        browser.picture(Path(PICTURES) / f"hand-{name}.jpg", whole=name == "desktop", quality=72)


def test_a_dialog_that_nobody_knows_is_clicked_away_and_sending_goes_on(
    person: ConsoleBrowser, scene: Scene
) -> None:
    stack = scene.stack
    stack.simulator.scenario("unforeseen_dialog")
    person.await_text("article.account .badge", "Needs a person")
    text = f"behind the dialog {time.time()}"
    message = scene.client.send("+4915112345678", text)["id"]
    person.click("article.account a.button.primary")
    person.await_text("h1", "The page of default")
    assert not pauses(stack), "looking at the link lends nothing"
    assert person.overflow() == 0
    assert person.violations() == []

    person.click("#open")
    button = person.until(lambda: person.driver.execute_script(_BUTTON), "the button in the picture")
    assert pauses(stack)["operator_view"]["author"] == scene.key.label
    assert person.overflow() == 0
    assert person.violations() == []
    if person.driver.execute_script("return innerWidth") == PHONE[0]:
        person.click("#zoom")  # so that the dialog can be read
        picture(person, "phone")
    else:
        picture(person, "desktop")
    click_in_picture(person, button)
    person.until(lambda: not person.driver.execute_script(_BUTTON), "the dialog is gone from the picture")
    stack.await_state("AUTHENTICATED")
    assert stack.dispatcher.get(message).status == "queued", "not while a person has the page"

    person.click("#close")
    person.await_text("#problem", "You gave the page back. Sending goes on")
    stack.await_status(message, "sent", "delivered", "read")
    assert [each.text for each in stack.simulator.messages()].count(text) == 1
    assert not pauses(stack)
    acts = [line for line in log_lines(stack.log("worker")) if line["event"] == "A person acts on the page"]
    assert (acts[-1]["action"], acts[-1]["by"]) == ("click", scene.key.label)


@WIDE_AND_NARROW
def test_keys_go_to_the_page_and_tab_leaves_it(person: ConsoleBrowser, scene: Scene) -> None:
    """What is typed is in no log, of the worker or of the web."""
    stack = scene.stack
    open_page(person)
    assert person.driver.execute_script("return document.activeElement.id") == "stage"
    click_in_picture(person, {"x": 0.15, "y": 0.12})  # the search of the chat list
    before = len(log_lines(stack.log("worker")))
    ActionChains(person.driver).send_keys(SECRET_WORD).perform()
    person.type("#text", SECRET_WORD)
    person.click("#typing button")
    person.click("[data-key-name=Escape]")

    def acts() -> list[dict[str, Any]]:
        lines = log_lines(stack.log("worker"))[before:]
        return [line for line in lines if line["event"] == "A person acts on the page"]

    eventually(lambda: any(act["action"] == "key" for act in acts()), "the key arrives")
    assert {act["action"] for act in acts()} >= {"type", "key"}
    assert SECRET_WORD not in stack.log("worker") + stack.log("web")
    person.driver.execute_script("document.getElementById('stage').focus()")
    ActionChains(person.driver).send_keys(Keys.TAB).perform()
    assert person.driver.execute_script("return document.activeElement.dataset.keyName") == "Tab"
    person.click("[data-scroll='400']")
    person.click("#zoom")
    assert person.driver.execute_script(_LARGER), "larger than a phone, and moved within its frame"
    assert person.overflow() == 0
    eventually(lambda: any(act["action"] == "scroll" for act in acts()), "the wheel turns")
    person.look_like(NARROWEST, dark=True)
    assert person.overflow() == 0
    assert person.violations() == []


@ONLY_WIDE
def test_the_second_person_is_told_who_has_the_page_and_may_end_the_view(
    person: ConsoleBrowser, scene: Scene
) -> None:
    open_page(person)
    first = person.driver.current_window_handle
    person.driver.switch_to.new_window("tab")
    try:
        person.go(PAGE)
        person.click("#open")
        person.await_text("#problem", f"{scene.key.label} has had the page of 'default' open since")
        assert "Ask them to close it, or end their view in the console." in person.text("#problem")
        person.click("#back")
        person.await_text(".banner.warn", f"Paused while a person has the page open · {scene.key.label}")
        person.click("[data-reason=operator_view]")
        person.agree()
        person.until(lambda: not person.all(".banner.warn"), "the pause is over")
    finally:
        person.driver.close()
        person.driver.switch_to.window(first)
    person.await_text(
        "#problem", "Another operator ended your view. Ask them before you open the page again."
    )


@ONLY_WIDE
def test_a_closed_tab_gives_the_page_back_at_once(person: ConsoleBrowser, scene: Scene) -> None:
    first = person.driver.current_window_handle
    person.driver.switch_to.new_window("tab")
    open_page(person)
    person.driver.close()
    person.driver.switch_to.window(first)
    eventually(lambda: not pauses(scene.stack), "the pause is over", 10)


@WIDE_AND_NARROW
@pytest.mark.parametrize("why", [Ended.IDLE, Ended.PAGE_DEAD] if FULL else [Ended.IDLE])
def test_an_end_says_why_and_what_to_do_and_shows_nothing_any_more(
    person: ConsoleBrowser, scene: Scene, why: Ended
) -> None:
    open_page(person)
    hands = Hands(scene.stack.database, "default")
    view, _ = hands.held()
    assert view is not None
    hands.end(view.id, why, "the test", 1)
    person.await_text("#problem", "pen")
    assert person.text("#open") == "Open it again"
    assert person.driver.execute_script("return document.activeElement.id") == "open"
    assert person.driver.execute_script(_OPACITY) == 0
    for size in (DESKTOP, PHONE, NARROWEST):
        person.look_like(size)
        assert person.overflow() == 0, size


@ONLY_LONG
@ONLY_WIDE
def test_the_last_minute_without_an_action_is_counted_down(person: ConsoleBrowser, scene: Scene) -> None:
    stack = scene.stack
    restart_worker(stack, WHATSAPP_HAND_IDLE_SECONDS="64")
    try:
        open_page(person)
        person.await_text("#says", "Without an action the page is given back in 60 s.")
        assert person.violations() == []
        person.click("#stay")
        person.await_text("#says", "Sending is paused while you have the page.")
        assert person.driver.execute_script("return document.activeElement.id") == "stage"
        assert not person.all("#stay:not([hidden])")
    finally:
        restart_worker(stack)


def restart_worker(stack: Stack, **settings: str) -> None:
    stack.terminate("worker")
    stack.run("worker", extra=settings)
    stack.await_state("INIT")
    stack.await_state("AUTHENTICATED")


@ONLY_LONG
@ONLY_WIDE
def test_a_worker_that_dies_ends_the_view_and_the_next_one_sends(
    person: ConsoleBrowser, scene: Scene
) -> None:
    stack = scene.stack
    open_page(person)
    stack.kill("worker")
    person.await_text("#says", "The worker is away.")
    stack.run("worker")
    person.await_text("#problem", "The worker was stopped or restarted.", 60)
    eventually(lambda: not pauses(stack), "the pause is over")
    stack.await_state("AUTHENTICATED")


@ONLY_LONG
@ONLY_WIDE
def test_a_web_process_that_dies_ends_the_view(person: ConsoleBrowser, scene: Scene) -> None:
    """Its viewer asks no longer, and 20 s later nobody has the page."""
    stack = scene.stack
    open_page(person)
    stack.kill("web")
    try:
        person.await_text("#says", "The service does not answer. Trying again.")
        eventually(lambda: not pauses(stack), "the pause is over")
    finally:
        stack.run("web")
    person.await_text("#problem", "Your browser was not heard of for a while")
    person.go("/")
