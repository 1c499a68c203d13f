"""The hub: each listener is told everything after its place, once, and costs a bounded amount of memory."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import event_hub
from webapp.event_hub import MOST_WAITING, Hub, Listener
from webapp.listening import Selection, Wanted
from whatsapp_tasks.domain.event_places import BEGIN
from whatsapp_tasks.domain.events import EventType, follows
from whatsapp_tasks.errors import RequestRefused, StoreUnavailable
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.event_tail import Entry, EventTail

ALL = Selection()
NOT_REACHED = 0.02


class FakeTail(EventTail):
    """Streams in memory; ``away`` is Redis that does not answer."""

    def __init__(self) -> None:
        self.streams: dict[str, list[Entry]] = {}
        self.keys = {"k"}
        self.sessions: set[str] = set()
        self.away = False
        self.broken = False

    def add(self, account: str, position: int, kind: str = "message.sent") -> None:
        fields = ["type", kind, "subject", f"m{position}", "at_ms", "1", "code", ""]
        self.streams.setdefault(account, []).append(Entry(account, f"{position}-0", fields))

    async def after(self, places: Mapping[str, str], most: int) -> dict[str, list[Entry]]:
        await asyncio.sleep(0)
        if self.broken:
            raise RuntimeError("a defect")
        if self.away:
            raise StoreUnavailable
        found = {
            account: [entry for entry in self.streams.get(account, []) if follows(entry.position, place)]
            for account, place in places.items()
        }
        return {account: entries[:most] for account, entries in found.items() if entries}

    async def first(self, account: str) -> str | None:
        return self.streams[account][0].position

    async def accounts(self) -> frozenset[str]:
        return frozenset(self.streams)

    async def allowed(self, key_ids: Any, scope: str) -> frozenset[str]:
        return frozenset(self.keys & set(key_ids))

    async def present(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset(self.sessions & set(names))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_hub, "ROUND_SECONDS", 0.0)
    monkeypatch.setattr(event_hub, "CHECK_SECONDS", 0.0)


def wanted(places: Mapping[str, str], selection: Selection = ALL, **rest: Any) -> Wanted:
    newest = rest.pop("newest", places)
    key = ApiKey(rest.pop("key_id", "k"), "a reader", ("read",), 1)
    return Wanted(selection, dict(places), {}, newest, key, **rest)


def run(
    scene: Callable[[FakeTail, Hub], Coroutine[Any, Any, None]], most: int = 10, of_key: int = 10
) -> None:
    async def played() -> None:
        tail = FakeTail()
        hub = Hub(tail, most=most, most_of_key=of_key)
        await scene(tail, hub)
        for listener in list(hub._listeners):
            hub.part(listener)
        await rounds(5)
        assert hub._reader is None or hub._reader.done()
        assert not hub._places

    asyncio.run(played())


async def rounds(many: int = 30) -> None:
    for _ in range(many):
        await asyncio.sleep(0)


async def listening(hub: Hub, asked: Wanted) -> Listener:
    """A listener that has nothing to read by itself."""
    listener = hub.admit(asked)
    await hub.reach(listener)
    assert hub.subscribe(listener) == asked.places
    listener.catches_up = False
    return listener


def subjects(text: bytes) -> list[str]:
    data = [line for line in text.decode().splitlines() if line.startswith("data: ")]
    found = [json.loads(line[6:]) for line in data]
    return [one["data"]["message_id"] if "data" in one else json.dumps(one) for one in found]


def test_what_is_new_is_reported_with_the_place_after_it() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        tail.add("b", 1)
        of_all = await listening(hub, wanted({"a": "1-0", "b": "1-0"}))
        of_a = await listening(hub, wanted({"a": "1-0"}, Selection(("a",))))
        tail.add("a", 2)
        tail.add("b", 2)
        await rounds()
        text = of_all.take()
        assert subjects(text) == ["m2", "m2"]
        assert b"id: a:2-0,b:1-0\nevent: message.sent" in text
        assert b"id: a:2-0,b:2-0\nevent: message.sent" in text
        assert of_a.take().startswith(b"id: 2-0\nevent: message.sent\ndata: ")

    run(scene)


def test_a_type_that_is_not_wanted_moves_the_place_only() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        selection = Selection(("a",), frozenset({EventType.FAILED}))
        listener = await listening(hub, wanted({"a": "1-0"}, selection))
        tail.add("a", 2)
        tail.add("a", 3, "message.failed")
        tail.add("a", 4, "message.of-a-newer-version")
        await rounds()
        assert subjects(listener.take()) == ["m3"]
        assert hub.place_of(selection) == "4-0"

    run(scene)


def test_a_listener_that_is_behind_reads_up_to_the_place_after_which_it_is_told() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        for position in range(1, 6):
            tail.add("a", position)
        await listening(hub, wanted({"a": "5-0"}))
        behind = hub.admit(wanted({"a": "2-0"}))
        await hub.reach(behind)
        assert hub.subscribe(behind) == {"a": "5-0"}
        tail.add("a", 6)
        await rounds()
        assert subjects(behind.take()) == ["m6"]

    run(scene)


def test_a_listener_that_another_process_served_before_waits_for_this_one_to_be_as_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        first = await listening(hub, wanted({"a": "1-0"}))
        tail.away = True
        await rounds(2)
        tail.add("a", 2)
        ahead = hub.admit(wanted({"a": "2-0"}))
        with monkeypatch.context() as patch:
            patch.setattr(event_hub, "REACH_SECONDS", NOT_REACHED)
            with pytest.raises(StoreUnavailable):
                await hub.reach(ahead)
        tail.away = False
        await hub.reach(ahead)
        assert hub.subscribe(ahead) == {"a": "2-0"}
        tail.add("a", 3)
        await rounds()
        assert subjects(first.take()) == ["m2", "m3"]
        assert subjects(ahead.take()) == ["m3"]

    run(scene)


def test_an_account_that_is_added_later_is_told_from_its_first_event() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        listener = await listening(hub, wanted({"a": "1-0"}))
        tail.add("b", 1)
        await rounds()
        assert subjects(listener.take()) == ["m1"]
        assert hub.place_of(ALL) == "a:1-0,b:1-0"
        tail.streams.pop("b")
        await rounds()
        assert hub.place_of(ALL) == "a:1-0"

    run(scene)


def test_an_account_that_only_another_listener_knows_yet_is_told_from_its_first_event_too() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        of_all = await listening(hub, wanted({"a": "1-0"}))
        tail.add("b", 1)
        tail.add("b", 2)
        of_b = hub.admit(wanted({"b": "2-0"}, Selection(("b",))))
        await hub.reach(of_b)
        assert hub.subscribe(of_b) == {"b": "2-0"}
        await rounds()
        assert subjects(of_all.take()) == ["m1", "m2"]
        assert of_b.take() == b""

    run(scene)


def test_a_slow_listener_is_ended_with_a_reason_and_the_others_are_not() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        slow = await listening(hub, wanted({"a": "1-0"}))
        quick = await listening(hub, wanted({"a": "1-0"}))
        told = 0
        for position in range(2, MOST_WAITING + 4):
            tail.add("a", position)
            if position % 200 == 0:
                await rounds()
                told += len(subjects(quick.take()))
        await rounds(100)
        assert told + len(subjects(quick.take())) == MOST_WAITING + 2
        assert (slow.ended, quick.ended) == (True, False)
        assert slow.take() == b'event: end\ndata: {"reason":"too_slow"}\n\n'

    run(scene)


def test_one_that_catches_up_is_not_ended_but_reads_again() -> None:
    listener = Listener(wanted({"a": BEGIN}))
    for _ in range(MOST_WAITING + 5):
        listener.add(b"x")
    assert (listener.overflowed, listener.ended, listener.take()) == (True, False, b"")


def test_what_was_trimmed_before_it_was_read_is_reported() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        listener = await listening(hub, wanted({"a": "1-0"}))
        tail.away = True
        await rounds(3)
        del tail.streams["a"]
        for position in range(5000, 5000 + event_hub.MOST_AT_ONCE):
            tail.add("a", position)
        tail.away = False
        await rounds()
        text = listener.take()
        assert text.startswith(
            b'id: a:4999-18446744073709551615\nevent: missed\ndata: {"account":"a","after":"1-0"}\n\n'
        )
        assert len(subjects(text)) == 1 + event_hub.MOST_AT_ONCE

    run(scene)


@pytest.mark.parametrize("gone", ["key", "session"])
def test_who_may_not_listen_any_more_is_ended_without_another_event(gone: str) -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        tail.sessions = {"s"}
        listener = await listening(hub, wanted({"a": "1-0"}, Selection(is_console=True), session_key="s"))
        other = await listening(hub, wanted({"a": "1-0"}))
        await rounds()
        assert not listener.ended
        if gone == "key":
            tail.keys.clear()
        else:
            tail.sessions.clear()
        tail.add("a", 2)
        await rounds()
        assert listener.take() == b'event: end\ndata: {"reason":"key_revoked"}\n\n'
        assert other.ended is (gone == "key")

    run(scene)


def test_the_console_is_told_that_there_is_something_and_has_no_place() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        selection = Selection(is_console=True)
        listener = await listening(hub, wanted({"a": "1-0"}, selection))
        tail.add("a", 2)
        await rounds()
        assert listener.take() == b'event: changed\ndata: {"account":"a"}\n\n'
        assert hub.place_of(selection) == ""

    run(scene)


def test_there_are_limits_for_a_key_and_for_the_process() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        tail.keys = {"k", "l", "m"}
        first = hub.admit(wanted({"a": "1-0"}))
        hub.admit(wanted({"a": "1-0"}))
        with pytest.raises(RequestRefused) as refusal:
            hub.admit(wanted({"a": "1-0"}))
        assert (refusal.value.code, refusal.value.http_status) == ("listeners_of_key", 429)
        hub.admit(wanted({"a": "1-0"}, key_id="l"))
        with pytest.raises(RequestRefused) as refusal:
            hub.admit(wanted({"a": "1-0"}, key_id="m"))
        assert (refusal.value.code, refusal.value.http_status) == ("listeners_busy", 503)
        assert refusal.value.retry_after_seconds
        hub.part(first)
        hub.admit(wanted({"a": "1-0"}))
        assert len(hub) == 3

    run(scene, most=3, of_key=2)


def test_the_end_of_the_process_ends_all_and_takes_nobody() -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        listener = await listening(hub, wanted({"a": "1-0"}))
        hub.end_all()
        assert listener.take() == b'event: end\ndata: {"reason":"closing"}\n\n'
        with pytest.raises(RequestRefused):
            hub.admit(wanted({"a": "1-0"}))

    run(scene)


def test_a_defect_in_reading_ends_listeners_instead_of_leaving_them_without_events(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.add("a", 1)
        listener = await listening(hub, wanted({"a": "1-0"}))
        tail.broken = True
        await rounds()
        assert listener.take() == b'event: end\ndata: {"reason":"unavailable"}\n\n'
        assert "Events cannot be read" in caplog.text

    run(scene)


def since(tail: FakeTail, account: str, place: str) -> list[str]:
    """The subjects of what happened after a place."""
    return [entry.fields[3] for entry in tail.streams[account] if follows(entry.position, place)]


STEP = st.tuples(
    st.sampled_from(["event", "join", "leave", "away", "back", "rounds"]), st.integers(0, 4), st.booleans()
)


@given(st.lists(STEP, max_size=40))
def test_whoever_comes_and_goes_gets_each_event_after_its_place_once(
    steps: list[tuple[str, int, bool]],
) -> None:
    """Reads by itself what is before ``tell``, as the stream does."""

    async def scene(tail: FakeTail, hub: Hub) -> None:
        tail.streams = {"a": [], "b": []}
        here: list[tuple[Listener, dict[str, str], list[str]]] = []
        position = 0
        for step, number, of_all in steps:
            if step == "event":
                position += 1
                tail.add("ab"[number % 2], position)
            elif step == "join":
                names = ["a", "b"] if of_all else ["ab"[number % 2]]
                places = {
                    name: next((e.position for e in reversed(tail.streams[name][: -number or None])), BEGIN)
                    for name in names
                }
                selection = ALL if of_all else Selection(tuple(names))
                newest = {
                    name: next((e.position for e in reversed(tail.streams[name])), BEGIN) for name in names
                }
                listener = hub.admit(wanted(places, selection, newest=newest))
                tail.away = False
                await hub.reach(listener)
                untold = [
                    subject
                    for name, until in hub.subscribe(listener).items()
                    for subject in since(tail, name, places[name])
                    if subject not in since(tail, name, until)
                ]
                here.append((listener, places, untold))
            elif step == "leave" and here:
                hub.part(here.pop(number % len(here))[0])
            elif step in ("away", "back"):
                tail.away = step == "away"
            else:
                await rounds(number)
        tail.away = False
        await rounds()
        for listener, places, read in here:
            told = read + subjects(listener.take())
            assert sorted(told) == sorted(m for a in places for m in since(tail, a, places[a]))

    run(scene, most=100, of_key=100)
