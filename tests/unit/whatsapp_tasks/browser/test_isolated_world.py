"""What the world does when documents come and go, with a connection that gives prepared answers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from whatsapp_tasks.browser.chrome_page import ChromePage
from whatsapp_tasks.browser.connection import Answer
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.isolated_world import IsolatedWorld
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.errors import BrowserError, PageChanged, PageError, WaitTimeout

Outcome = str | Exception


class Connection:
    """Each call of a function of ours takes the next answer; a name is given to each document."""

    browser_version = driver_version = "1.2.3.4"
    memory = alive = close = kill = None

    def __init__(self, *answers: Outcome | Callable[["Connection"], Outcome]) -> None:
        self.answers = list(answers)
        self.loader = 1
        self.worlds = 0
        self.calls: list[list[Any]] = []
        self.functions: list[str] = []
        self.instead: dict[str, list[Mapping[str, Any]]] = {}
        """What commands answer at first; `{}` is what ChromeDriver says when the page opened a dialog."""

    def send(self, method: str, params: Mapping[str, JSON], deadline: Deadline) -> Answer:
        if self.instead.get(method):
            return Answer.of(self.instead[method].pop(0))
        return Answer.of(self._usual(method, params))

    def navigate(self, url: str, deadline: Deadline) -> None:
        self.loader += 1

    def _usual(self, method: str, params: Mapping[str, JSON]) -> dict[str, Any]:
        if method == "Page.getFrameTree":
            frame = {"id": "frame", "loaderId": f"loader-{self.loader}", "url": "http://a/"}
            return {"frameTree": {"frame": frame}}
        if method == "Page.createIsolatedWorld":
            self.worlds += 1
            return {"executionContextId": 2}
        if method == "Runtime.callFunctionOn":
            return {"result": {"value": self._call(params)}}
        return {"identifier": "1"}

    def _call(self, params: Mapping[str, Any]) -> str:
        args = [arg["value"] for arg in params["arguments"]]
        if not args:
            return f"name-{self.loader}"
        self.calls.append(args)
        self.functions.append(params["functionDeclaration"])
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer(self)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def new_document(self, answer: Outcome) -> Outcome:
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


def test_a_long_function_travels_once_per_document() -> None:
    long = f"() => 1 /* {'long ' * 1000} */"
    connection = Connection(PageError("thrown"), '{"value": 1}', '{"value": 1}', '{"value": 1}')
    world = world_on(connection)
    with pytest.raises(PageError):
        world.evaluate(long, (), within())
    world.evaluate(long, (), within())
    world.wait_for(long, (), within())
    connection.loader += 1
    world.evaluate(long, (), within())
    assert [long in function for function in connection.functions] == [True, True, False, True]


def test_late() -> None:
    with pytest.raises(WaitTimeout):
        world_on(Connection("late")).evaluate("() => 1", (), within())


LOOKS = ["Page.getFrameTree", "Page.createIsolatedWorld", "Runtime.callFunctionOn"]


@pytest.mark.parametrize("method", LOOKS)
def test_dialog_during_a_look_is_waited_out_before_the_script_runs(method: str) -> None:
    """Issue 13, defect 3: `KeyError: 'frameTree'` left the browser."""
    connection = Connection('{"value": 1}')
    world = world_on(connection)
    connection.instead = {method: [{}, {}]}
    assert world.evaluate("() => 1", (), within()) == 1
    assert len(connection.calls) == 1


def test_dialog_while_the_script_runs_is_reported() -> None:
    connection = Connection('{"value": 1}')
    world = world_on(connection)
    assert world.evaluate("() => 1", (), within()) == 1
    connection.instead = {"Runtime.callFunctionOn": [{}]}
    with pytest.raises(PageChanged):
        world.evaluate("() => 1", (), within())


def test_look_ends_when_dialogs_never_end() -> None:
    connection = Connection()
    world = world_on(connection)
    connection.instead = {"Page.getFrameTree": [{}] * 1000}
    with pytest.raises(WaitTimeout):
        world.evaluate("() => 1", (), within(0.1))


def test_dialog_during_a_navigation_is_waited_out() -> None:
    connection = Connection('{"value": true}', '{"value": true}')
    page = ChromePage(connection, within())  # type: ignore[arg-type]
    for url in ("http://a/", "http://a/#b"):
        connection.instead = {"Page.getFrameTree": [{}, {}]}
        page.goto(url, within())


STRANGE: Sequence[Mapping[str, Any]] = (
    {},
    {"other": 1},
    {"frameTree": {"other": 1}},
    {"frameTree": "a word"},
    {"frameTree": {"frame": ["a", "list"]}},
    {"executionContextId": "a word"},
    {"executionContextId": None},
    {"result": {"value": "x"}},
    {"result": "a word"},
    {"exceptionDetails": "a word"},
    {"exceptionDetails": {"exception": None}},
    {"cssVisualViewport": None},
    {"data": None},
    {"data": "no base64"},
)


@pytest.mark.parametrize("answer", STRANGE, ids=str)
@pytest.mark.parametrize("method", [*LOOKS, "Page.getLayoutMetrics", "Page.captureScreenshot"])
def test_strange_answers_are_errors_of_ours(method: str, answer: Mapping[str, Any]) -> None:
    """Issue 13, defect 3: nothing but a BrowserError leaves the seam, whatever the browser answers."""
    connection = Connection()
    page = ChromePage(connection, within())  # type: ignore[arg-type]
    connection.answers = ['{"value": 1}'] * 3
    connection.instead = {method: [answer] * 1000}
    acts: tuple[Callable[[], object], ...] = (
        lambda: page.evaluate("() => 1", deadline=within(0.05)),
        lambda: page.screenshot(within(0.05), scale=0.5),
    )
    for act in acts:
        connection.loader += 1
        try:
            act()
        except BrowserError:
            continue
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            pytest.fail(f"{error!r} left the seam")


def test_answer_that_is_no_json_is_an_error_of_ours() -> None:
    with pytest.raises(PageError):
        world_on(Connection("None")).evaluate("() => 1", (), within())
