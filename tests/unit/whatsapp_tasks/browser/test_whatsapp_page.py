"""What a page answers that a look cannot read is an error of ours: issue 13, defect 3."""

import json
import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from tests.support.looks import RAW
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.browser.page_capture import capture_page
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.open_chat import ChatMark
from whatsapp_tasks.errors import BrowserError


class Page:
    """Answers the same to everything."""

    def __init__(self, answer: JSON) -> None:
        self.answer = answer

    def evaluate(self, function: str, *args: JSON, deadline: Deadline) -> JSON:
        return self.answer

    wait_for = evaluate

    def run_at_start(self, script: str, deadline: Deadline) -> str:
        return "1"

    def forget_at_start(self, name: str, deadline: Deadline) -> None:
        pass

    def press_enter(self, deadline: Deadline) -> None:
        pass

    def click(self, x: float, y: float, deadline: Deadline, **_: object) -> None:
        pass


MARK = ChatMark("load", (1, 2, 3), "Ada")
ACTS: dict[str, Callable[[WhatsAppPage, Deadline], object]] = {
    "look": lambda page, d: page.look(d),
    "until": lambda page, d: page.until(lambda s: True, d),
    "parts": lambda page, d: page.parts(d),
    "until_control": lambda page, d: page.until_control("compose", None, d),
    "focus": lambda page, d: page.focus(MARK, d),
    "press_enter": lambda page, d: page.press_enter(MARK, "Hi", d),
    "reveal": lambda page, d: page.chats.reveal("3EB0", "", d),
    "chats shown": lambda page, d: page.chats.shown(d),
    "press_row": lambda page, d: page.chats.press_row("Ada", d),
    "open_message_menu": lambda page, d: page.open_message_menu(MARK, "3EB0", d),
    "portrait": lambda page, d: capture_page(page.page, d, picture=False),
}
ANSWERS: list[JSON] = [None, 5, "a word", "{}", "null", [], {}, {"stopped": None}, {"x": 1}]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
def test_nothing_but_errors_of_ours_leaves_the_page(act: str, answer: JSON) -> None:
    page = WhatsAppPage(cast("Any", Page(answer)), "http://127.0.0.1", load_selectors())
    try:
        ACTS[act](page, Deadline.within(60))
    except BrowserError:
        return
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        pytest.fail(f"{error!r} left the page")


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("Ada \ud83d", "Ada \ufffd"),
        ("\ude00 Ada", "\ufffd Ada"),
        ("Ada \U0001f600", "Ada \U0001f600"),
        ("Ada \\ud83d", "Ada \\ud83d"),
        ("Ada \\\ud83d", "Ada \\\ufffd"),
    ],
    ids=ascii,
)
def test_half_a_surrogate_pair_is_read_as_a_sign_that_can_be_written(shown: str, read: str) -> None:
    """A contact chooses its name; one that no store takes would end each round of the worker."""
    chat: dict[str, Any] = {"title": shown, "compose": None, "notice": "", "bubbles": [], "panel": True}
    answer = _as_the_page_writes_it(json.dumps({**RAW, "chat": chat}, ensure_ascii=False))
    snapshot = WhatsAppPage(cast("Any", Page(answer)), "http://127.0.0.1", load_selectors()).look(
        Deadline.within(60)
    )
    assert snapshot.chat is not None
    assert snapshot.chat.title == read


def _as_the_page_writes_it(text: str) -> str:
    """JSON.stringify escapes halves of pairs alone."""
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)
