"""Files handed to the page: to the input that its chooser was opened for, or to one that a script names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from whatsapp_tasks.browser.page import Page

from .conftest import within

BUTTON = """(kind) => {
  document.body.replaceChildren();
  const button = document.createElement("button");
  button.style.cssText = "position:fixed;left:0;top:0;width:200px;height:200px";
  button.onclick = () => {
    if (kind === "nothing") return;
    const input = document.createElement("input");
    [input.type, input.accept] = ["file", kind];
    input.onchange = async () => {
      const file = input.files[0];
      globalThis.chosen = { name: file.name, text: await file.text() };
      input.remove();
    };
    document.body.append(input);
    input.click();
  };
  document.body.append(button);
}"""
BY_PAGE = """(source) => {
  const script = document.createElement("script");
  script.textContent = source;
  document.head.append(script);
  script.remove();
}"""
TAKES_ANYTHING = '(node, kind) => node.isConnected && node.type === "file" && node.accept === kind'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Bericht 'für' 日本.txt"
    path.write_text("its content", "utf-8")
    return path


def set_up(page: Page, kind: str) -> Callable[[], None]:
    """What presses the button of a page that asks for a file of this kind then."""
    page.evaluate(BY_PAGE, f"({BUTTON})({kind!r})", deadline=within())
    return lambda: page.click(50, 50, within())


def chosen(page: Page) -> object:
    """What the page has read of the file, by an attribute that both worlds see."""
    page.evaluate(
        BY_PAGE, "document.body.dataset.chosen = JSON.stringify(globalThis.chosen || null)", deadline=within()
    )
    return page.evaluate("() => JSON.parse(document.body.dataset.chosen)", deadline=within())


def test_the_page_reads_the_file_that_its_chooser_was_opened_for(page: Page, file: Path) -> None:
    press, open_choosers = set_up(page, "*"), []
    taken = page.choose_file(
        file, press, TAKES_ANYTHING, "*", deadline=within(), chosen=lambda: open_choosers.append(1)
    )
    assert (taken, open_choosers) == (True, [1])
    assert page.wait_for("() => !document.querySelector('input')", deadline=within()) is True
    assert chosen(page) == {"name": file.name, "text": "its content"}


def test_an_input_that_is_not_wanted_gets_nothing(page: Page, file: Path) -> None:
    press = set_up(page, "image/*")
    taken = page.choose_file(file, press, TAKES_ANYTHING, "*", deadline=within(), chosen=lambda: None)
    assert taken is False
    assert page.evaluate("() => document.querySelector('input').files.length", deadline=within()) == 0


def test_a_press_that_opens_no_chooser_is_reported(page: Page, file: Path) -> None:
    press, open_choosers = set_up(page, "nothing"), []
    taken = page.choose_file(
        file, press, TAKES_ANYTHING, "*", deadline=within(), chosen=lambda: open_choosers.append(1)
    )
    assert (taken, open_choosers) == (False, [])


def test_a_chooser_of_before_is_not_the_one_of_this_press(page: Page, file: Path) -> None:
    press = set_up(page, "image/*")
    assert not page.choose_file(file, press, TAKES_ANYTHING, "*", deadline=within(), chosen=lambda: None)
    press = set_up(page, "nothing")
    assert not page.choose_file(
        file, press, TAKES_ANYTHING, "image/*", deadline=within(), chosen=lambda: None
    )


def test_a_script_names_the_input(page: Page, file: Path) -> None:
    page.evaluate(
        "() => document.body.append(Object.assign(document.createElement('input'), { type: 'file' }))",
        deadline=within(),
    )
    find = "(css) => document.querySelector(css)"
    assert page.give_file(file, find, "input[type=file]", deadline=within()) is True
    name = "() => document.querySelector('input[type=file]').files[0].name"
    assert page.evaluate(name, deadline=within()) == file.name
    assert page.give_file(file, find, "#none", deadline=within()) is False
