"""Issue 16, points 1 to 3: chats with news are read whole, once and in order, on a page that is late."""

from random import Random

import pytest

from tests.support.chats_page import ChatsPage
from tests.support.plays import Clock
from tests.support.session_rig import SessionRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.opt_outs import OptOuts

ADA, BO, CY = "+4915112345678", "+4915112345679", "+4915112345680"


class Reading:
    """An account in the mode ``full``, on a page of the model, in a time of its own."""

    def __init__(self, database: Database, settings: Settings, patch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        for module in self.clock.replaces_time_in(
            "whatsapp_tasks.session", "whatsapp_tasks.browser.deadlines"
        ):
            patch.setattr(module, "time", self.clock)
        self.page = ChatsPage(self.clock)
        self._database, self._settings = database, settings
        self.it = self._worker()

    def _worker(self) -> SessionRig:
        rig = SessionRig(
            self._database, self._settings, receive=ReceiveMode.FULL, url="https://web.whatsapp.com"
        )
        rig.keeper.page = self.page  # type: ignore[assignment]
        rig.context.ledger.taken = self.page.ours  # type: ignore[method-assign]
        return rig

    def next_worker(self) -> None:
        """The worker dies, and its browser with it."""
        self.it.rig.lease.release()
        self.page.new_document()
        self.it = self._worker()

    def rounds(self, count: int = 40) -> None:
        for _ in range(count):
            self.it.session.look_after(at_once=True)
            self.clock.sleep(1)

    def opened_to_send(self, phone: str) -> None:
        """As for a message, which is then written from the same page."""
        chat = open_chat(self.it.context, self.page, phone)  # type: ignore[arg-type]
        self.page.write(chat.title, "out", mine=True)

    def log(self) -> EventLog:
        return EventLog(self._database, "default")

    def told(self) -> list[ReceivedMessage]:
        """In the order of their events."""
        events = [event for _, event in self.log().after("0-0", 100_000) if event]
        ids = [e.details["message"] for e in events if e.type is EventType.RECEIVED and e.details["message"]]
        return self.it.context.inbox.get_many(ids)

    def missed(self) -> list[str]:
        events = [event for _, event in self.log().after("0-0", 100_000) if event]
        told = [e.details["missed"] for e in events if e.type is EventType.RECEIVED]
        return [each for each in told if each != "0"]

    def chats_with_gaps(self) -> set[str]:
        """Titles of the chats of which it was told that something is missing."""
        events = [event for _, event in self.log().after("0-0", 100_000) if event]
        told = [e for e in events if e.type is EventType.RECEIVED and e.details["missed"] != "0"]
        chats = [self.it.context.chats.get(event.subject) for event in told]
        return {chat.title for chat in chats if chat}

    def texts(self, title: str) -> list[str]:
        own = {message["id"] for message in self.page.chat(title).messages}
        return [message.text for message in self.told() if message.bubble_id in own]


@pytest.fixture
def reading(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Reading:
    """Linked, and looked at: three people, one of them without a name, and a group without a phone."""
    reading = Reading(database, settings, monkeypatch)
    for title, phone in (("Ada", ADA), ("+49 1511 2345679", BO), ("Cy", CY), ("Choir", None)):
        reading.page.chat(title, phone)
    reading.rounds(3)
    return reading


def test_what_comes_is_read_once_in_order(reading: Reading) -> None:
    for n in range(3):
        for title in reading.page.of_others:
            reading.page.write(title, f"{title} {n}")
        reading.rounds(8)
    reading.rounds()
    assert {title: reading.texts(title) for title in reading.page.of_others} == {
        title: [f"{title} {n}" for n in range(3)] for title in reading.page.of_others
    }
    assert reading.missed() == []


def test_the_badge_of_a_chat_that_was_opened_goes_late_and_it_is_read_at_once(reading: Reading) -> None:
    """Issue 16, point 2: it was taken for the badge of another chat with this title."""
    reading.page.badge_seconds = 1.5
    reading.page.write("+49 1511 2345679", "one")
    reading.rounds(1)
    assert reading.texts("+49 1511 2345679") == ["one"]
    assert reading.page.pressed == []


def test_a_badge_that_fell_and_rose_between_two_looks_is_news(reading: Reading) -> None:
    """Issue 16, point 3: a chat that was read by us has less unread than before, and still news."""
    reading.page.write("Ada", "one")
    reading.page.write("Ada", "two")
    reading.rounds(1)
    reading.opened_to_send(BO)
    reading.page.write("Ada", "three")
    reading.rounds()
    assert reading.texts("Ada") == ["one", "two", "three"]


def test_a_chat_that_was_left_before_it_was_loaded_is_read_afterwards(reading: Reading) -> None:
    """Issue 16, point 3: opening it has marked as read what it did not show yet."""
    reading.page.late_seconds = 4.0
    reading.page.write("Ada", "one")
    reading.opened_to_send(ADA)
    reading.opened_to_send(BO)
    reading.rounds()
    assert (reading.texts("Ada"), reading.missed()) == (["one"], [])


def test_what_loads_late_in_a_chat_that_is_new_is_not_behind_what_was_counted(reading: Reading) -> None:
    """Issue 16, point 3: a badge that goes late counts less than what the page did not show at first."""
    reading.page.late_seconds, reading.page.late_newest, reading.page.badge_seconds = 0.5, 2, 4.0
    reading.page.write("Cy", "one")
    reading.opened_to_send(CY)
    reading.page.write("Cy", "two")
    reading.rounds()
    assert reading.texts("Cy") == ["one", "two"]


def test_a_chat_that_loads_is_not_told_as_missed(reading: Reading) -> None:
    """Issue 16, point 3: nothing is missing while the page says that it loads."""
    reading.page.late_seconds, reading.page.late_newest = 12.0, 2
    for n in range(3):
        reading.page.write("Choir", f"{n}")
    reading.rounds()
    assert (reading.texts("Choir"), reading.missed()) == (["0", "1", "2"], [])


def test_what_is_shown_after_newer_ones_is_told_too(reading: Reading) -> None:
    """Issue 16, point 3: on a page that does not say that it loads."""
    reading.page.write("Ada", "old")
    reading.rounds(5)
    reading.opened_to_send(BO)
    reading.page.says_loading, reading.page.late_seconds = False, 8.0
    reading.page.new_document()
    reading.page.write("Ada", "late")
    reading.rounds(1)
    reading.page.write("Ada", "newer")
    reading.rounds()
    assert sorted(reading.texts("Ada")) == ["late", "newer", "old"]


def test_what_is_old_is_known_from_the_opening_on_whatever_it_was_for(reading: Reading) -> None:
    """Issue 16, point 3: a worker that dies after it opened a chat to send does not lose what that marked
    as read, nor tell what is old.
    """
    old = reading.page.write("Ada", "long ago", mine=False)
    reading.page.chat("Ada").unread = 0
    reading.page.write("Ada", "new")
    reading.opened_to_send(ADA)
    reading.next_worker()
    reading.rounds()
    assert reading.texts("Ada") == ["new"]
    assert old not in {message.bubble_id for message in reading.told()}
    assert reading.missed() == []


def test_a_page_that_is_not_ready_does_not_make_a_chat_wait_longer_and_longer(reading: Reading) -> None:
    """Issue 16, point 2: what keeps every chat from being read is not the fault of one."""
    reading.page.late_seconds = 100.0
    reading.page.write("Ada", "one")
    reading.rounds(60)
    assert reading.told() == []
    reading.page.late_seconds = 0.0
    reading.page.new_document()
    reading.rounds(5)
    assert (reading.texts("Ada"), reading.missed()) == (["one"], [])


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_late_or_dies_nothing_is_lost_untold_doubled_or_out_of_order(
    reading: Reading, seed: int
) -> None:
    """Issue 16, point 3: messages, sends, reloads and deaths, on a page that is late."""
    draw, page = Random(seed), reading.page
    wrote: dict[str, list[str]] = {title: [] for title in page.of_others}
    titles = [*wrote]
    for n in range(60):
        page.badge_seconds = draw.choice([0.0, 0.3, 1.5, 4.0])
        page.late_seconds = draw.choice([0.0, 0.0, 0.5, 2.0, 4.0])
        page.late_newest = draw.randint(1, 3)
        title = draw.choice(titles)
        wrote[title].append(f"{n} to {title}")
        page.write(title, wrote[title][-1])
        match draw.randint(0, 9):
            case 0 | 1 | 2:
                reading.opened_to_send(draw.choice([ADA, BO, CY]))
            case 3:
                page.new_document()
            case 4:
                reading.next_worker()
        if draw.random() < 0.6:
            reading.rounds(draw.randint(1, 4))
    page.badge_seconds = page.late_seconds = 0.0
    reading.rounds(150)
    gaps = reading.chats_with_gaps()
    for title, texts in wrote.items():
        told = reading.texts(title)
        assert told == [text for text in texts if text in told]
        assert len(told) == len(texts) or title in gaps


@pytest.mark.parametrize(("kind", "is_one"), [("text", True), ("image", True), ("notice", False)])
def test_an_opt_out_is_heard_in_a_text_and_in_a_caption(
    reading: Reading, database: Database, kind: str, is_one: bool
) -> None:
    """As where only the list is read, and where the chat is opened for it."""
    reading.opened_to_send(ADA)
    reading.opened_to_send(BO)
    reading.page.write("Ada", "Stop!", kind=kind)
    reading.rounds(8)
    assert OptOuts(database).contains(ADA) is is_one
