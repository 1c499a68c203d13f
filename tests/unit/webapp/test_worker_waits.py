"""How many may wait for workers at once (issue 12, row 14)."""

from contextlib import ExitStack

import pytest

from webapp.threads import THREADS
from webapp.worker_waits import MOST, MOST_OF_ACCOUNT, MOST_VIEWERS, MOST_VIEWERS_OF_ACCOUNT, WorkerWaits
from whatsapp_tasks.errors import RequestRefused


def test_one_account_does_not_take_all_places_and_all_accounts_not_all_threads() -> None:
    waits = WorkerWaits()
    with ExitStack() as places:
        for _ in range(MOST_OF_ACCOUNT):
            places.enter_context(waits.slot("a", 10))
        with pytest.raises(RequestRefused) as refused:
            places.enter_context(waits.slot("a", 10))
        assert (refused.value.code, refused.value.http_status) == ("worker_busy", 503)
        for _ in range(MOST - MOST_OF_ACCOUNT):
            places.enter_context(waits.slot("b", 10))
        with pytest.raises(RequestRefused):
            places.enter_context(waits.slot("c", 10))
    assert MOST + MOST_VIEWERS < THREADS
    with waits.slot("a", 10), waits.slot("c", 10):
        pass


def test_a_place_is_given_back_when_the_wait_fails() -> None:
    waits = WorkerWaits()
    for _ in range(2 * MOST):
        with pytest.raises(ValueError, match="failed"), waits.slot("a", 10):
            raise ValueError("failed")


def test_a_viewer_has_a_place_for_a_picture_and_one_for_an_action() -> None:
    waits = WorkerWaits(MOST_VIEWERS_OF_ACCOUNT, MOST_VIEWERS)
    with ExitStack() as places:
        for account in ("a", "a", "b"):
            places.enter_context(waits.slot(account, 2))
        with pytest.raises(RequestRefused):
            places.enter_context(waits.slot("a", 2))
