"""What the world does when documents come and go, with a connection that answers as it is told."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.isolated_world import IsolatedWorld
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.errors import PageChanged, WaitTimeout

Answer = str | Exception


class Connection:
    """Each call of a function of ours takes the next answer; a name is given to each document."""

    browser_version = driver_version = "1.2.3.4"
    memory = alive = close = kill = navigate = None

    def __init__(self, *answers: Answer | Callable[["Connection"], Answer]) -> None:
        self.answers = list(answers)
        self.loader = 1
        self.worlds = 0
        self.calls: list[list[Any]] = []

    def send(self, method: str, params: Mapping[str, JSON], deadline: Deadline) -> dict[str, Any]:
        if method == "Page.getFrameTree":
            return {"frameTree": {"frame": {"id": "frame", "loaderId": f"loader-{self.loader}"}}}
        if method == "Page.createIsolatedWorld":
            self.worlds += 1
            return {"executionContextId": 2}
        if method == "Runtime.callFunctionOn":
            return {"result": {"value": self._call(params)}}
        return {}

    def _call(self, params: Mapping[str, Any]) -> str:
        args = [arg["value"] for arg in params["arguments"]]
        if not args:
            return f"name-{self.loader}"
        self.calls.append(args)
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer(self)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def new_document(self, answer: Answer) -> Answer:
        self.loader += 1
        return answer


def within(seconds: float = 2) -> Deadline:
    return Deadline.within(seconds)


def world_on(connection: Connection) -> IsolatedWorld:
    return IsolatedWorld(connection, within())  # type: ignore[arg-type]


def test_world_is_entered_once_per_document() -> None:
    connection = Connection(*['{"value": 1}'] * 3)
    world = world_on(connection)
    assert world.evaluate("() => 1", (), within()) == 1
    assert world.evaluate("() => 1", (), within()) == 1
    assert connection.worlds == 1
    connection.loader += 1
    assert world.evaluate("() => 1", (), within()) == 1
    assert connection.worlds == 2
    assert [call[0] for call in connection.calls] == ["name-1", "name-1", "name-2"]


def test_call_that_met_another_document_is_not_repeated() -> None:
    connection = Connection(lambda self: self.new_document("stale"), '{"value": 1}')
    world = world_on(connection)
    with pytest.raises(PageChanged):
        world.evaluate("() => 1", (), within())
    assert len(connection.calls) == 1
    assert world.evaluate("() => 1", (), within()) == 1


def test_wait_goes_on_in_the_new_document() -> None:
    connection = Connection(
        lambda self: self.new_document(PageChanged()),
        lambda self: self.new_document("stale"),
        '{"value": "there"}',
    )
    assert world_on(connection).wait_for("() => 1", (), within()) == "there"
    assert [call[0] for call in connection.calls] == ["name-1", "name-2", "name-3"]


def test_wait_ends_when_documents_never_stay() -> None:
    connection = Connection(*[lambda self: self.new_document(PageChanged())] * 1000)
    with pytest.raises(WaitTimeout):
        world_on(connection).wait_for("() => 1", (), within(0.1))


def test_late() -> None:
    with pytest.raises(WaitTimeout):
        world_on(Connection("late")).evaluate("() => 1", (), within())
