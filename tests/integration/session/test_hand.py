"""A person has the page open: what the worker does meanwhile, and after it (issue 14, part 5)."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import Mock

import pytest

from tests.support.looks import LOADING, MAIN, PASSKEY, UNKNOWN, page
from tests.support.session_rig import SessionRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.hand import SENTENCES, Ended
from whatsapp_tasks.domain.memory_rules import TreeUse
from whatsapp_tasks.errors import (
    BrowserDied,
    BrowserTimeout,
    LeaseLost,
    PageChanged,
    RequestRefused,
    StoreUnavailable,
)
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.page_lending import PageLending, Picture
from whatsapp_tasks.session import hand
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.pauses import PauseReason

SECONDS = 20.0


class Scene:
    """A linked account and a viewer."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.it = SessionRig(database, settings)
        self.it.see(MAIN)
        self.lending: PageLending = Operations(database, settings, "default").page
        self.it.context.sessions.beat({"browser_running": True}, 60)
        self.view = ""

    @property
    def session(self) -> Any:
        return self.it.session

    def round(self) -> None:
        """As the worker's: it asks Redis at once whether somebody wants the page."""
        self.session._hand._next_ask = 0.0
        self.session.lend_hand()
        self.session.look_after()

    def open(self, author: str = "Ann") -> "Scene":
        self.view = self.lending.open(author)
        self.round()
        assert self.session._hand.has_page
        return self

    @contextmanager
    def working(self) -> Iterator[None]:
        """The worker makes its rounds while this thread is the viewer."""
        over = threading.Event()
        failed: list[BaseException] = []

        def rounds() -> None:
            try:
                while not over.is_set():
                    self.round()
                    time.sleep(0.01)  # so that a round that does nothing does not keep Redis busy
            except BaseException as error:  # noqa: BLE001 - passed to the test's thread
                failed.append(error)

        thread = threading.Thread(target=rounds)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(SECONDS)
        if failed:
            raise failed[0]

    def act(self, **fields: Any) -> None:
        with self.working():
            self.lending.act(self.view, fields, SECONDS)

    def see(self, seen: str = "") -> Picture | str:
        with self.working():
            return self.lending.see(self.view, seen, SECONDS)

    def how_ended(self) -> Ended:
        return self.it.context.hands.how_ended(self.view)

    @property
    def may_send(self) -> bool:
        allowed: bool = self.session.delivery.may_send
        return allowed


@pytest.fixture
def scene(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(hand, "ROUND_SECONDS", 0.02)
    return Scene(database, settings)


# what a person does


def test_a_person_sees_the_page_and_what_they_do_reaches_it(scene: Scene) -> None:
    scene.open()
    picture = scene.see()
    assert isinstance(picture, Picture)
    assert (picture.jpeg, picture.masked) == (b"a picture", True)
    scene.act(kind="click", x=0.5, y=1.0)
    scene.act(kind="scroll", x=0.25, y=0.5, down=-120)
    scene.act(kind="type", text="Grüße 👍")
    scene.act(kind="key", key="Escape")
    scene.act(kind="stay")
    assert scene.it.page.done == [
        ("click", 500, 499),
        ("scroll", 250, 250, -120),
        ("type", "Grüße 👍"),
        ("key", "Escape"),
    ]


@pytest.mark.parametrize(("setting", "masked"), [("masked", True), ("clear", False), ("off", True)])
def test_letters_are_covered_unless_the_setting_says_clear(
    database: Database, settings: Settings, setting: str, masked: bool
) -> None:
    scene = Scene(database, settings.model_copy(update={"evidence_pictures": setting})).open()
    picture = scene.see()
    assert isinstance(picture, Picture)
    assert picture.masked is masked
    covers = [script for script in scene.it.page.evaluated if "text-security" in script]
    assert len(covers) == (2 if masked else 0), "before the picture, and off after it"


def test_a_picture_that_the_viewer_has_is_not_sent_again(scene: Scene) -> None:
    scene.open()
    first = scene.see()
    assert isinstance(first, Picture)
    again = scene.see(first.digest)
    assert isinstance(again, Picture)
    assert (again.jpeg, again.digest) == (None, first.digest)
    scene.it.page.face = b"another picture"
    scene.act(kind="key", key="Enter")
    changed = scene.see(first.digest)
    assert isinstance(changed, Picture)
    assert changed.jpeg == b"another picture"


def test_many_who_ask_get_one_picture(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand, "PICTURE_EACH_SECONDS", 60.0)
    scene.open()
    for _ in range(5):
        scene.see()
    assert scene.it.page.pictures == 1


def test_the_log_has_every_action_and_its_author_but_nothing_that_was_typed(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        scene.open()
        scene.act(kind="type", text="hunter2")
        scene.act(kind="click", x=0.1, y=0.2)
        scene.act(kind="key", key="Control+a")
    acts = [record.__dict__ for record in caplog.records if record.message == "A person acts on the page"]
    assert [(act["by"], act["action"]) for act in acts] == [("Ann", "type"), ("Ann", "click"), ("Ann", "key")]
    assert "hunter2" not in str([record.__dict__ for record in caplog.records])
    assert "A person has the page open" in [record.message for record in caplog.records]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "reload"},
        {"kind": "click", "x": 1.01, "y": 0},
        {"kind": "click", "x": True, "y": 0},
        {"kind": "click", "x": float("nan"), "y": 0},
        {"kind": "scroll", "x": 0, "y": 0, "down": 1e9},
        {"kind": "type", "text": ""},
        {"kind": "type", "text": "a\nb"},
        {"kind": "type", "text": "x" * 201},
        {"kind": "key", "key": "Control+w"},
        {"kind": "key", "key": "F5"},
    ],
)
def test_an_action_that_is_none_reaches_nothing(scene: Scene, fields: dict[str, Any]) -> None:
    scene.open()
    with pytest.raises(RequestRefused) as refused:
        scene.lending.act(scene.view, fields, SECONDS)
    assert refused.value.code == "request_invalid"
    scene.round()
    assert scene.it.page.done == []


def test_what_the_page_refuses_is_reported_and_the_view_goes_on(scene: Scene) -> None:
    scene.open()
    scene.it.page.hand_fails = PageChanged("a new document")
    with pytest.raises(RequestRefused, match="was just changing"):
        scene.act(kind="key", key="Enter")
    assert scene.see() == hand.NO_PICTURE
    scene.it.page.hand_fails = None
    assert isinstance(scene.see(), Picture)


# before the page is theirs


def test_no_click_is_passed_before_the_worker_has_given_the_page(scene: Scene) -> None:
    """An attempt is in progress: the worker makes no round."""
    view = scene.lending.open("Ann")
    scene.it.context.sessions.beat({"browser_running": True, "busy_with": "m1"}, 60)
    assert scene.lending.see(view, "", 0.1) == (
        "The worker finishes the message it is at. Then you have the page."
    )
    with pytest.raises(RequestRefused, match="finishes the message"):
        scene.lending.act(view, {"kind": "click", "x": 0, "y": 0}, 0.1)
    scene.round()
    scene.round()
    assert scene.it.page.done == []


@pytest.mark.parametrize(
    ("beat", "says"),
    [
        (None, "The worker is away"),
        ({"browser_running": False}, "No browser runs now (linked and ready"),
        ({"browser_running": True}, "about to give you the page"),
    ],
)
def test_who_waits_is_told_for_what(scene: Scene, beat: dict[str, Any] | None, says: str) -> None:
    view = scene.lending.open("Ann")
    if beat is None:
        scene.it.rig.database.do("DEL", scene.it.rig.keys.heartbeat)
    else:
        scene.it.context.sessions.beat(beat, 60)
    answer = scene.lending.see(view, "", 0.1)
    assert isinstance(answer, str)
    assert says in answer


def test_a_browser_that_is_not_there_yet_is_started_and_then_lent(scene: Scene) -> None:
    scene.it.keeper.started = False
    scene.view = scene.lending.open("Ann")
    scene.round()
    assert not scene.session._hand.has_page
    scene.session._next_look = 0.0
    scene.session.look_after()
    scene.round()
    assert scene.session._hand.has_page


def test_an_order_whose_asker_has_gone_is_dropped(scene: Scene) -> None:
    scene.open()
    with pytest.raises(RequestRefused) as refused:
        scene.lending.act(scene.view, {"kind": "key", "key": "Enter"}, 0.0)
    assert refused.value.code == "worker_no_answer"
    scene.round()
    assert scene.it.page.done == []


def test_a_second_person_is_told_who_and_since_when(scene: Scene) -> None:
    scene.open("Ann")
    with pytest.raises(RequestRefused, match="Ann has had the page of 'default' open since") as refused:
        scene.lending.open("Bob")
    assert refused.value.code == "page_in_hand"


@pytest.mark.parametrize(
    "disturbs",
    [
        lambda it: it.restart(),
        lambda it: it.log_out(),
        lambda it: it.pairing_code("+4915112345678", 0.1),
        lambda it: it.passkey(0.1, "cancel"),
    ],
)
def test_no_other_command_moves_the_page_in_a_persons_hands(
    scene: Scene, database: Database, settings: Settings, disturbs: Callable[[Operations], object]
) -> None:
    scene.open()
    with pytest.raises(RequestRefused) as refused:
        disturbs(Operations(database, settings, "default"))
    assert refused.value.code == "page_in_hand"


# meanwhile


def test_nothing_is_sent_and_no_upkeep_disturbs(scene: Scene) -> None:
    """Reload of a stuck or unknown page, healing, a restart for memory, looks that click, a saved session."""
    it = scene.open().it
    it.context.vault = Mock(saving=Mock(look=Mock(side_effect=AssertionError("the browser was held"))))
    cures = dict(it.keeper.cures)
    it.context.memory = TreeUse(10_000, 10_000, True, 10, 3)
    for shows in (LOADING, UNKNOWN, LOADING, MAIN):
        it.see(shows, later_seconds=3600)
        scene.round()
    assert not scene.may_send
    assert it.page.opened == 0
    assert dict(it.keeper.cures) == cures
    assert it.page.done == []
    assert it.pauses == {"operator_view"}
    assert it.keeper.started


def test_the_state_follows_what_the_person_brings_about(scene: Scene) -> None:
    it = scene.open().it
    assert it.see(PASSKEY) == "ATTENTION"
    assert it.see(MAIN) == "AUTHENTICATED"


def test_a_passkey_ceremony_is_not_broken_by_opening_the_view(scene: Scene) -> None:
    it = scene.it
    it.see(PASSKEY)
    opened, cures = it.page.opened, dict(it.keeper.cures)
    scene.open()
    scene.see()
    for _ in range(3):
        it.see(PASSKEY, later_seconds=600)
    scene.lending.close(scene.view, "Ann")
    scene.round()
    it.see(PASSKEY)
    assert (it.page.opened, dict(it.keeper.cures), it.page.done) == (opened, cures, [])


def test_an_operators_pause_during_the_view_stays(scene: Scene) -> None:
    scene.open()
    scene.it.context.pauses.set(PauseReason.OPERATOR, "Bob", 1)
    scene.lending.close(scene.view, "Ann")
    scene.round()
    scene.it.see(MAIN)
    assert scene.it.pauses == {"operator"}
    assert not scene.may_send


# the end


def _closes(scene: Scene) -> None:
    scene.lending.close(scene.view, "Ann")


def _idles(scene: Scene) -> None:
    scene.session._hand._lent.acted -= 301  # five minutes without an action


def _viewer_dies(scene: Scene) -> None:
    scene.it.rig.database.do("DEL", scene.it.rig.keys.viewer)


def _is_taken_away(scene: Scene) -> None:
    scene.lending.take_away("Bob")


def _browser_dies(scene: Scene) -> None:
    scene.it.keeper.started = False


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        (_closes, Ended.CLOSED),
        (_idles, Ended.IDLE),
        (_viewer_dies, Ended.VIEWER_GONE),
        (_is_taken_away, Ended.TAKEN_AWAY),
        (_browser_dies, Ended.PAGE_DEAD),
    ],
)
def test_the_pause_ends_with_the_view_and_sending_goes_on_after_a_look(
    scene: Scene, ends: Callable[[Scene], None], why: Ended
) -> None:
    it = scene.open().it
    assert not scene.may_send
    ends(scene)
    scene.round()
    scene.round()
    assert it.pauses == set()
    assert scene.how_ended() is why
    it.see(MAIN)
    assert scene.may_send
    with pytest.raises(RequestRefused) as refused:
        scene.lending.see(scene.view, "", 0.1)
    assert (refused.value.code, refused.value.http_status) == ("view_over", 410)


@pytest.mark.parametrize("error", [BrowserDied("gone"), BrowserTimeout("hangs")])
@pytest.mark.parametrize("doing", ["look", "act"])
def test_a_page_that_dies_under_the_person_ends_the_view(scene: Scene, error: Exception, doing: str) -> None:
    scene.open()
    scene.it.page.hand_fails = error  # type: ignore[assignment]
    with scene.working():
        if doing == "look":
            assert scene.lending.see(scene.view, "", SECONDS) == SENTENCES[Ended.PAGE_DEAD]
        else:
            with pytest.raises(RequestRefused, match="is being started again"):
                scene.lending.act(scene.view, {"kind": "key", "key": "Enter"}, SECONDS)
    assert scene.how_ended() is Ended.PAGE_DEAD
    assert "operator_view" not in scene.it.pauses


def test_a_line_that_broke_is_taken_up_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis was away for a moment, and the viewer still asks."""
    scene.open()
    with monkeypatch.context() as patch:
        patch.setattr(hand, "ROUND_SECONDS", SECONDS)
        patch.setattr(scene.session._hand._lent.desk, "next", Mock(side_effect=StoreUnavailable))
        with pytest.raises(StoreUnavailable):
            scene.round()
    assert not scene.may_send
    assert isinstance(scene.see(), Picture)
    scene.act(kind="key", key="Enter")
    assert scene.it.page.done == [("key", "Enter")]


def test_every_action_begins_the_idle_time_again(scene: Scene) -> None:
    scene.open()
    lent = scene.session._hand._lent
    lent.acted -= 200
    first = scene.see()
    assert isinstance(first, Picture)
    assert first.idle_left_seconds <= 100
    scene.act(kind="stay")
    second = scene.see()
    assert isinstance(second, Picture)
    assert second.idle_left_seconds > 250


def test_a_lost_lease_ends_the_view_before_another_click(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.open()
    scene.it.context.lease._valid_until = 0.0
    with pytest.raises((LeaseLost, RequestRefused)), scene.working():
        scene.lending.act(scene.view, {"kind": "key", "key": "Enter"}, 1.0)
    assert scene.it.page.done == []
    scene.session.lease_lost()
    assert scene.how_ended() is Ended.LEASE_LOST
    assert scene.it.pauses == set()


@pytest.mark.parametrize("has_vault", [False, True])
def test_a_lost_lease_ends_the_copy_of_the_session(scene: Scene, has_vault: bool) -> None:
    """Issue 14, 4: another host may have run the session before the lease is taken anew."""
    scene.it.context.vault = Mock() if has_vault else None
    scene.session.lease_lost()
    assert scene.it.keeper.ended == has_vault


def test_what_a_person_did_on_the_page_is_saved_soon(scene: Scene) -> None:
    scene.open()
    scene.it.context.vault = Mock()
    scene.lending.close(scene.view, "Ann")
    scene.session._hand._next_ask = 0.0
    scene.session.lend_hand()
    scene.it.context.vault.saving.changed_by_a_person.assert_called_once_with()


def test_a_new_worker_ends_what_its_predecessor_lent(
    scene: Scene, database: Database, settings: Settings
) -> None:
    scene.open()
    scene.session._hand.start()  # as the next worker does
    assert scene.how_ended() is Ended.WORKER_STOPPED
    assert scene.it.pauses == set()


def test_a_worker_that_stops_gives_the_page_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.open()
    monkeypatch.setattr(scene.it.keeper, "close", lambda: None, raising=False)
    scene.session.close()
    assert scene.how_ended() is Ended.WORKER_STOPPED


# after it


def test_nothing_is_sent_before_the_page_was_looked_at_again(scene: Scene) -> None:
    it = scene.open().it
    scene.lending.close(scene.view, "Ann")
    scene.session._hand._next_ask = 0.0
    scene.session.lend_hand()
    assert it.pauses == set()
    assert not scene.may_send, "nobody knows what the person left open"
    it.see(PageChanged("not now"))
    assert not scene.may_send, "that was no look"
    it.see(MAIN)
    assert scene.may_send


def test_the_next_chat_is_opened_by_a_full_load(scene: Scene) -> None:
    """What a person clicked last may open at any time, and would be taken for the chat that we ask for."""
    it = scene.it
    it.context.enter_sends = False
    scene.open()
    assert it.context.opened is None
    it.page.shows = page(chat_pane=True, document="this load")
    scene.lending.close(scene.view, "Ann")
    scene.round()
    assert it.context.unanswered == "this load"
    assert it.context.enter_sends, "the person may have changed WhatsApp's settings"


def test_a_view_that_was_never_taken_up_changes_nothing(scene: Scene) -> None:
    view = scene.lending.open("Ann")
    scene.lending.close(view, "Ann")
    scene.round()
    assert scene.may_send
