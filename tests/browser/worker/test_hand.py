"""A person had the page: whatever they left there, messages go on unmixed (issue 14, part 5)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.worker.conftest import ERAS, SENT, LifeMaker, settled
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.page_lending import PageLending, Picture

pytestmark = pytest.mark.timeout(600)  # generous: a busy machine is slow, not wrong

ADA, BO = "+4915112345678", "+4915112345679"
COMPOSE = "#main footer [contenteditable=true]"
SECONDS = 30.0

# The middle of the first such element, in shares of the viewport: where a person would click.
_PLACE = """(css) => {
  const box = document.querySelector(css)?.getBoundingClientRect();
  return box && { x: (box.left + box.width / 2) / innerWidth, y: (box.top + box.height / 2) / innerHeight };
}"""


class Person:
    """Has the page of ``life`` in their hands, in a thread of their own."""

    def __init__(self, life: Life) -> None:
        self._life = life
        context = life.session.context
        context.sessions.beat({"browser_running": True}, 600)
        self._lending: PageLending = Operations(life.database, context.settings, "default").page
        self._view = ""

    def does(self, *steps: Callable[["Person"], object]) -> None:
        """Opens the page, takes these steps and gives it back; the worker makes its rounds meanwhile."""
        self._view = self._lending.open("Ann")
        over, failed = threading.Event(), []

        def act() -> None:
            try:
                while not isinstance(self._lending.see(self._view, "", SECONDS), Picture):
                    pass
                for step in steps:
                    step(self)
                self._lending.close(self._view, "Ann")
            except BaseException as error:  # noqa: BLE001 - passed to the test's thread
                failed.append(error)
            finally:
                over.set()

        thread = threading.Thread(target=act)
        thread.start()
        while not over.is_set():
            self._life.session.lend_hand()
            self._life.session.look_after()
        thread.join(SECONDS)
        if failed:
            raise failed[0]

    def acts(self, **fields: Any) -> None:
        self._lending.act(self._view, fields, SECONDS)


def place(life: Life, css: str) -> dict[str, Any]:
    page = life.session.context.keeper.ensure().page
    found = page.wait_for(_PLACE, css, deadline=Deadline.within(SECONDS))
    assert isinstance(found, dict)
    return found


def in_box(life: Life) -> object:
    page = life.session.context.keeper.ensure().page
    return page.evaluate(
        f"() => document.querySelector('{COMPOSE}').innerText.trim()", deadline=Deadline.within(SECONDS)
    )


def sent(world: OneWorker) -> list[tuple[str, str]]:
    return [(message.chat, message.text) for message in world.simulator.messages()]


def finish(life: Life, *messages: str) -> None:
    assert life.rounds(lambda: settled(life), 300), [(m.status, m.error_code) for m in life.messages()]
    assert [life.message(message).status in SENT for message in messages] == [True] * len(messages)


@pytest.mark.parametrize("era", ERAS)
def test_what_a_person_half_typed_is_never_sent_as_part_of_a_message(
    world: OneWorker, linked: LifeMaker, era: str
) -> None:
    life = linked(era)
    first = life.accept(ADA, "first")
    finish(life, first)
    box = place(life, COMPOSE)

    Person(life).does(
        lambda it: it.acts(kind="click", **box),
        lambda it: it.acts(kind="type", text="half a thought"),
    )
    assert in_box(life) == "half a thought"

    same = life.accept(ADA, "second")
    finish(life, same)
    assert sent(world) == [(ADA[1:], "first"), (ADA[1:], "second")]

    box = place(life, COMPOSE)
    Person(life).does(
        lambda it: it.acts(kind="click", **box),
        lambda it: it.acts(kind="type", text="another half"),
    )
    finish(life, life.accept(BO, "third"), life.accept(ADA, "fourth"))
    assert sent(world)[2:] == [(BO[1:], "third"), (ADA[1:], "fourth")]
    assert life.state is SessionState.AUTHENTICATED


def test_another_chat_that_a_person_left_open_gets_no_message_of_ours(
    world: OneWorker, linked: LifeMaker
) -> None:
    """Nor does half a text, a word in the search, or a menu that stays open change anything."""
    life = linked()
    finish(life, life.accept(BO, "to Bo"), life.accept(ADA, "to Ada"))
    bo, box = place(life, "[data-testid=list-item-1]"), place(life, COMPOSE)
    search, plus = place(life, "#side input"), place(life, "#main footer [aria-label=Attach]")
    Person(life).does(
        lambda it: it.acts(kind="click", **bo),
        lambda it: it.acts(kind="click", **box),
        lambda it: it.acts(kind="type", text="half a text for Bo"),
        lambda it: it.acts(kind="click", **search),
        lambda it: it.acts(kind="type", text="nobody"),
        lambda it: it.acts(kind="click", **plus),
    )
    finish(life, life.accept(ADA, "to Ada again"), life.accept(BO, "to Bo again"))
    assert sent(world)[2:] == [(ADA[1:], "to Ada again"), (BO[1:], "to Bo again")]


def test_a_dialog_that_nobody_knows_is_clicked_away_and_sending_goes_on(
    world: OneWorker, linked: LifeMaker
) -> None:
    life = linked()
    finish(life, life.accept(ADA, "before"))
    world.simulator.scenario("unforeseen_dialog")
    assert not life.rounds(lambda: False, 60)
    assert (life.state, life.reason) == (SessionState.ATTENTION, "unknown_dialog")
    waiting = life.accept(ADA, "after")
    button = place(life, "[role=dialog] button")

    Person(life).does(lambda it: it.acts(kind="click", **button))

    life.session.look_after(at_once=True)
    assert life.state is SessionState.AUTHENTICATED
    finish(life, waiting)
    assert sent(world) == [(ADA[1:], "before"), (ADA[1:], "after")]
