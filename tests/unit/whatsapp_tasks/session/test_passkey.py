"""A person steers the passkey ceremony: the page's own buttons, and nothing else."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from tests.support.looks import OK, QR, page
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.domain.page_controls import Button
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.passkey_screen import PasskeyStep
from whatsapp_tasks.errors import RequestRefused, WaitTimeout
from whatsapp_tasks.session.passkey import answer_passkey, look_at_passkey

T = TypeVar("T")


def at(step: str, code: str = "", **buttons: str) -> PageSnapshot:
    controls: dict[str, Any] = dict.fromkeys(("continue", "confirm", "cancel"))
    controls |= {name: {**OK, "label": label} for name, label in buttons.items()}
    return page(passkey={"step": step, "code": code, **controls})


class Page:
    """Shows these looks in turn, the last one for ever; ``pressed`` are the labels."""

    def __init__(self, *looks: PageSnapshot) -> None:
        self._looks: Iterator[PageSnapshot] = iter(looks)
        self._now = next(self._looks)
        self.pressed: list[str] = []

    def look(self, deadline: Deadline) -> PageSnapshot:
        return self._now

    def press(self, button: Button, deadline: Deadline) -> None:
        self.pressed.append(button.label)

    def until(self, wanted: Callable[[PageSnapshot], T | None], deadline: Deadline) -> T:
        for look in self._looks:
            self._now = look
            found = wanted(look)
            if found is not None:
                return found
        raise WaitTimeout


def answer(shown: Page, action: str) -> Any:
    return answer_passkey(shown, action, Deadline.within(1))  # type: ignore[arg-type]


def test_confirm_is_the_pages_own_button() -> None:
    shown = Page(at("code", "ABCD-1234", confirm="Same", cancel="No"), at("waiting"))
    assert answer(shown, "confirm").step is PasskeyStep.WAITING
    assert shown.pressed == ["Same"]


def test_after_cancel_there_is_no_ceremony() -> None:
    shown = Page(at("prompt", **{"continue": "Go"}, cancel="No"), QR)
    assert answer(shown, "cancel") is None
    assert shown.pressed == ["No"]


def test_what_the_page_does_on_its_way_is_waited_for() -> None:
    shown = Page(at("prompt", **{"continue": "Go"}), at("pending"), at("error", **{"continue": "Go"}))
    assert answer(shown, "continue").step is PasskeyStep.ERROR


def test_a_page_that_stays_where_it_is_is_reported_as_it_is() -> None:
    shown = Page(at("prompt", **{"continue": "Go"}), at("pending"))
    assert answer(shown, "continue").step is PasskeyStep.PENDING


@pytest.mark.parametrize(
    ("shows", "action", "code"),
    [
        (QR, "confirm", "passkey_not_asked"),
        (at("prompt", **{"continue": "Go"}), "confirm", "passkey_step"),
        (at("code", confirm="Same"), "press", "passkey_step"),
    ],
)
def test_what_is_not_there_is_not_pressed(shows: PageSnapshot, action: str, code: str) -> None:
    shown = Page(shows)
    with pytest.raises(RequestRefused) as refused:
        answer(shown, action)
    assert refused.value.code == code
    assert shown.pressed == []


def test_looking_presses_nothing() -> None:
    shown = Page(at("code", "ABCD-1234", confirm="Same"))
    assert look_at_passkey(shown, Deadline.within(1)).code == "ABCD-1234"  # type: ignore[arg-type]
    assert shown.pressed == []
