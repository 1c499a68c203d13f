"""Scenes: a stack with a worker whose account is linked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.protection.scene import Scene
from tests.support.stack import Stack


@pytest.fixture
def scene(new_stack: Callable[..., Stack]) -> Callable[..., Scene]:
    """``scene(WHATSAPP_…="…")``: a linked worker with these settings, for one test."""

    def make(**environment: str) -> Scene:
        stack = new_stack(environment=environment).start("worker")
        stack.link(flushed=True)
        found = Scene(stack)
        found.await_state("AUTHENTICATED")
        return found

    return make


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One scene for the tests of a module, each of which leaves it in AUTHENTICATED."""
    stack = Stack(
        tmp_path_factory.mktemp("shared"),
        environment={
            "WHATSAPP_QUARANTINE_SECONDS": "4",
            "WHATSAPP_RESTRICTION_HELD_SECONDS": "2",
            "WHATSAPP_ATTENTION_RELOAD_SECONDS": "5",
        },
    )
    try:
        stack.start("worker")
        stack.link(flushed=True)
        yield Scene(stack)
    finally:
        stack.stop()


@pytest.fixture
def healthy(shared: Scene, tmp_path: Path) -> Scene:
    """The shared scene with no scenario on, in AUTHENTICATED, its history forgotten."""
    shared.stack.simulator.clear_scenarios()
    shared.await_state("AUTHENTICATED")
    shared.stack.database.do("DEL", "wa:{default}:history")
    shared.texts.clear()
    return shared


# The short form, inside `make test`: one scene of each kind. All of them: `make test-protection` (minutes).
SHORT = (
    "test_a_chat_that_quotes_a_ban_raises_no_suspicion",
    "test_a_flicker_goes_back_after_the_quarantine",
    "test_a_temporary_ban_is_a_restriction",
    "test_failures_open_it_a_restart_leaves_it_open",
    "test_over_the_cap_a_request_is_refused",
    "test_a_pause_holds_through_a_restart_of_redis",
    "test_flowers_cancel_consumer_is_a_durable_pause",
    "test_a_redis_with_older_data_holds_sends",
    "test_a_leaking_page_is_restarted",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents and not item.name.startswith(SHORT):
            item.add_marker(pytest.mark.long)
