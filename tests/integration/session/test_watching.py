"""What the watcher presses between messages, and how often, as plays: only what a person would press without
a thought.
"""

import pytest

from tests.integration.session.stage import Stage, sending
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.session.watching import CROSS_EACH_SECONDS

NEWS = ">> chats | dialog with cross: Mitä uutta"


def test_a_dialog_in_unknown_words_is_closed_by_its_cross_and_the_account_goes_on(stage: Stage) -> None:
    """Issue 11, D4."""
    stage.play(f"{NEWS}\n<< press Close\n>> chats")
    stage.look()
    stage.look()
    stage.page.end()
    assert stage.context.sessions.get().state is SessionState.AUTHENTICATED
    message = stage.accept("Hello")
    stage.play(sending())
    assert stage.deliver(message) == (Status.SENT, None)
    stage.page.end()


def test_a_dialog_that_stays_in_spite_of_its_cross_is_left_alone_for_a_while(stage: Stage) -> None:
    stage.play(f"{NEWS}\n<< press Close")
    stage.look()
    stage.page.end()
    stage.clock.sleep(CROSS_EACH_SECONDS - 1)
    stage.look()  # a press would not be in the play
    stage.clock.sleep(2)
    stage.play("<< press Close")
    stage.look()
    stage.page.end()


def test_another_dialog_meanwhile_has_its_own_cross_pressed(stage: Stage) -> None:
    stage.play(f"{NEWS}\n<< press Close\n>> chats | dialog with cross: Kysely\n<< press Close\n>> chats")
    stage.look()
    stage.look()
    stage.page.end()


@pytest.mark.parametrize(
    ("shows", "presses"), [("qr | used up", 1), ("qr | used up | cut off", 0), ("qr", 0)]
)
def test_new_codes_are_asked_for_only_where_they_are_used_up(stage: Stage, shows: str, presses: int) -> None:
    """Issue 11, C10: what lies over a code while the page is offline is a button too, and is not pressed."""
    stage.play(f">> {shows}" + presses * "\n<< press Reload\n>> qr")
    for _ in range(3):
        stage.look()
    stage.page.end()
    assert stage.page.done == presses * ["press Reload"]
