"""Threads of the webhooks worker that work in rounds."""

import threading

import pytest

from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.tasks import rounds
from whatsapp_tasks.tasks.rounds import Rounds


class Failing(Rounds):
    """Fails in its first round."""

    def __init__(self, error: Exception) -> None:
        super().__init__("test", 0.0)
        self.error = error
        self.made = 0
        self.went_on = threading.Event()

    def round(self) -> None:
        self.made += 1
        if self.made == 1:
            raise self.error
        self.went_on.set()


@pytest.mark.parametrize("error", [StoreUnavailable(), RuntimeError("can't start new thread")])
def test_an_error_in_a_round_does_not_end_the_thread(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Nobody would notice: the process goes on, and messages wait for their files for ever."""
    monkeypatch.setattr(rounds, "AWAY_SECONDS", 0.0)
    thread = Failing(error)
    thread.start()
    try:
        assert thread.went_on.wait(30)
    finally:
        thread.ask_to_stop()
        thread.join()
