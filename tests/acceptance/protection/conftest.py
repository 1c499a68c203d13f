"""Scenes: a stack with a worker whose account is linked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.protection.scene import Scene
from tests.acceptance.stack import Stack


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
