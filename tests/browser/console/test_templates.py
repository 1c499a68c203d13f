"""Templates at the console: issue 16, part 9. Written, tried, changed and deleted in a browser."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import Keys

from tests.browser.console.conftest import Scene
from tests.browser.console.console_browser import DESKTOP, NARROWEST, PHONE, ConsoleBrowser
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.templates import Templates

PAGE = "/console/templates"
ROW = "#templates li[data-key='order_ready/en']"
LOOKS = {"desktop-light": (DESKTOP, False), "phone-dark": (PHONE, True)}


def templates_of(scene: Scene) -> Templates:
    return Templates(scene.stack.database)


def put(scene: Scene, name: str, language: str, text: str) -> None:
    templates_of(scene).put(name, language, text, "test")


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, scene: Scene) -> Iterator[ConsoleBrowser]:
    """The page without templates, in one look and then in the other."""
    templates = templates_of(scene)
    for template in templates.page(None, 1000)[0]:
        templates.remove(template.name, template.language, "test")
    size, dark = LOOKS[request.param]
    scene.browser.look_like(size, dark=dark)
    scene.browser.go("/")
    scene.browser.messages_of_the_page()
    scene.browser.go(PAGE)
    scene.browser.await_text("#templates", "None yet")
    yield scene.browser
    scene.browser.look_like(DESKTOP)
    scene.browser.go("/")


def test_a_template_is_written_tried_changed_copied_and_deleted(page: ConsoleBrowser, scene: Scene) -> None:
    page.click("[data-action=new]")
    for field, text in (("name", "order_ready"), ("language", "en"), ("text", "Hi {{name}}: {{order}} <b>")):
        page.type(f"#{field}", text)
    page.await_text("#preview", "Hi {{name}}: {{order}} <b>")
    page.type("#value-name", "{{order}}")
    page.type("#value-order", "7")
    page.await_text("#preview", "Hi {{order}}: 7 <b>")
    page.click("#form [type=submit]")
    page.await_text("#notice", "order_ready en is created.")
    kept = scene.client.template("order_ready", "en")
    assert (kept["text"], kept["updated_by"]) == ("Hi {{name}}: {{order}} <b>", "Ann")

    page.click(f"{ROW} summary")
    page.await_text(f"{ROW} .text", "Hi {{name}}: {{order}} <b>")
    page.click(f"{ROW} [data-action=edit]")
    page.type("#name", "x")  # cannot be changed
    page.type("#text", " {{ wrong")
    page.await_text("#problem", "begins no variable")
    page.click("#form [type=submit]")
    page.await_text("#problem", "begins no variable")
    assert scene.client.template("order_ready", "en") == kept
    page.type("#text", Keys.BACKSPACE * len(" {{ wrong") + "!")
    page.until(lambda: not page.text("#problem"), "the problem goes away")
    page.click("#form [type=submit]")
    page.await_text("#notice", "order_ready en is changed.")
    assert scene.client.template("order_ready", "en")["text"] == "Hi {{name}}: {{order}} <b>!"

    page.click(f"{ROW} [data-action=copy]")
    page.type("#language", "pt_BR")
    page.click("#form [type=submit]")
    page.await_text("#notice", "order_ready pt_BR is created.")
    assert [each["language"] for each in scene.client.templates()] == ["en", "pt_BR"]

    page.click(f"{ROW} [data-action=delete]")
    page.agree()
    page.await_text("#notice", "order_ready en is deleted.")
    page.until(lambda: not page.all(ROW), "its row is gone")
    with pytest.raises(RequestRefused, match="it is there in: pt_BR"):
        scene.client.template("order_ready", "en")
    refused = [entry for entry in page.messages_of_the_page() if "422" not in entry]
    assert refused == [], "nothing that the page may not load or do"


def test_one_that_is_there_is_replaced_only_when_the_person_agrees(
    page: ConsoleBrowser, scene: Scene
) -> None:
    put(scene, "order_ready", "en", "first")
    page.go(PAGE)
    page.until(lambda: page.all(ROW), "the row")
    page.click("[data-action=new]")
    for field, text in (("name", "order_ready"), ("language", "en"), ("text", "second")):
        page.type(f"#{field}", text)
    page.click("#form [type=submit]")
    page.until(lambda: page.all("#dialog[open]"), "the question")
    page.click("#dialog[open] [data-close]")
    assert scene.client.template("order_ready", "en")["text"] == "first"
    page.click("#form [type=submit]")
    page.agree()
    page.await_text("#notice", "order_ready en is changed.")
    assert scene.client.template("order_ready", "en")["text"] == "second"


def test_it_is_accessible_and_fits(page: ConsoleBrowser, scene: Scene) -> None:
    assert page.violations() == []
    put(scene, "order_ready", "en", "Hi {{name}}, " + "long " * 50 + "x" * 200)
    put(scene, "a" * 64, "pt_BR", " ".join(f"{{{{{'v' * 31}{n}}}}}" for n in range(9)))
    page.go(PAGE)
    page.click(f"{ROW} summary")
    page.click(f"{ROW} [data-action=edit]")
    page.until(lambda: page.all("#value-name"), "the field of the variable")
    page.type("#text", " {{")
    page.until(lambda: page.text("#problem"), "the problem")
    assert page.violations() == []
    page.look_like(NARROWEST)
    assert page.overflow() == 0
    page.click(f"{ROW} [data-action=delete]")
    page.until(lambda: page.all("#dialog[open]"), "the question")
    assert page.violations() == []
