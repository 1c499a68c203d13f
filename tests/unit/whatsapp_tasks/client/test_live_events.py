"""A stream is read over as many connections as it takes, each event once."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest
import requests

from whatsapp_tasks.client import live_events
from whatsapp_tasks.client.transport import Transport
from whatsapp_tasks.client.views import LiveEvent
from whatsapp_tasks.errors import RequestRefused


def block(place: str, name: str = "message.sent") -> str:
    data = {"id": f"evt_{place}", "type": name, "timestamp": "t", "account": "a", "data": {"message_id": "m"}}
    return f"id: {place}\nevent: {name}\ndata: {json.dumps(data)}\n\n"


class Answer(requests.Response):
    """Has these lines, and then breaks if the last character is ``!``."""

    def __init__(self, text: str, closed: Callable[[], None]) -> None:
        super().__init__()
        self._text = text
        self.close = closed  # type: ignore[method-assign]

    def iter_lines(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield from self._text.removesuffix("!").encode().splitlines()
        if self._text.endswith("!"):
            raise requests.ConnectionError


class Script(Transport):
    """Answers in turn; a refusal is raised."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Mapping[str, str], str | None]] = []
        self.closed = 0

    def listen(self, path: str, query: Mapping[str, str], last_event_id: str | None) -> requests.Response:
        assert path == "/events"
        self.asked.append((query, last_event_id))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer, self._close)

    def _close(self) -> None:
        self.closed += 1


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    return waited


OVER = RequestRefused("api_key_invalid", "revoked", http_status=401)


def read(script: Script, after: str | None = None) -> list[LiveEvent]:
    """Until the key is revoked."""
    found: list[LiveEvent] = []
    with suppress(RequestRefused):
        found.extend(live_events.live_events(script, {"account": "a"}, after))
    assert not script.answers
    return found


def test_it_goes_on_after_the_last_whole_event(pauses: list[float]) -> None:
    script = Script(
        "retry: 2500\nid: 1-0\n\n" + block("2-0") + block("3-0")[:-1] + "!",
        block("3-0") + 'event: end\ndata: {"reason":"closing"}\n\n',
        ":\nid: 7-0\n\n",
        OVER,
    )
    assert [event["place"] for event in read(script)] == ["2-0", "3-0"]
    assert [last for _, last in script.asked] == [None, "2-0", "3-0", "7-0"]
    assert {tuple(query.items()) for query, _ in script.asked} == {(("account", "a"),)}
    assert pauses[0] == 2.5
    assert script.closed == 3


def test_what_is_missed_is_an_event_too(pauses: list[float]) -> None:
    missed = 'id: 4-0\nevent: missed\ndata: {"account":"a","after":"1-0"}\n\n'
    assert read(Script(missed, OVER), "1-0") == [
        {
            "place": "4-0",
            "id": None,
            "type": "missed",
            "timestamp": None,
            "account": "a",
            "data": {"after": "1-0"},
        }
    ]


def test_whoever_stops_reading_ends_the_connection() -> None:
    script = Script(block("1-0") + block("2-0"))
    events = live_events.live_events(script, {}, None)
    assert [event["place"] for event in islice(events, 1)] == ["1-0"]
    events.close()  # type: ignore[attr-defined]  # a generator's
    assert script.closed == 1
