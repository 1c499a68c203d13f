"""Stacks of real processes for the acceptance tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.stack import Stack


@pytest.fixture(scope="module")
def module_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One linked account in E3, with web and worker, for the tests of a module that break nothing."""
    stack = Stack(tmp_path_factory.mktemp("stack")).start("worker", "web")
    try:
        stack.link()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def new_stack(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Makes stacks that the test may break; not started yet."""
    stacks: list[Stack] = []

    def make(**options: object) -> Stack:
        folder = tmp_path / f"stack-{len(stacks)}"
        stacks.append(Stack(folder, **options))  # type: ignore[arg-type]
        return stacks[-1]

    yield make
    for stack in stacks:
        stack.stop()
