"""What the worker tells of messages of others: across looks, restarts and links, on a real Redis."""

from typing import Any

import pytest

from tests.support.looks import LOADING, MAIN, QR, page
from tests.support.session_rig import SessionRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.receiving import FIRST_LOOKS
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.opt_outs import OptOuts

ADA, PHONE = "+49 1511 2345678", "+4915112345678"


def chats(*texts: str, chat: dict[str, Any] | None = None, **unread: int) -> PageSnapshot:
    """The main page; a chat's name is its preview too."""
    rows = [{"title": title, "unread": n, "preview": title if n else ""} for title, n in unread.items()]
    return page(*texts, chat_pane=True, rows=rows, chat=chat)


def many(count: int) -> PageSnapshot:
    """So many chats, with 0, 1, 2 … unread messages."""
    unread: dict[str, Any] = {f"chat {n}": n for n in range(count)}
    return chats(**unread)


def opened(title: str, *bubbles: tuple[str, bool], nodes: tuple[int, int, int] = (1, 2, 3)) -> dict[str, Any]:
    """The open chat: texts, and whether they are ours."""
    box = {"text": "", "focused": True, "x": 1, "y": 2}
    spoken = [
        {"id": f"id-{text}", "outgoing": ours, "text": text, "tick": None, "chat": None}
        for text, ours in bubbles
    ]
    return {"title": title, "compose": box, "notice": "", "bubbles": spoken, "panel": True, "nodes": nodes}


def told(it: SessionRig) -> list[tuple[str, str, str]]:
    """Chat, new and preview of each event."""
    log = EventLog(it.rig.database, "default")
    events = [event for _, event in log.after("0-0", 1000) if event and event.type is EventType.RECEIVED]
    records = log.records(events)
    return [(records[e.id]["chat"], e.details["new"], records[e.id]["preview"]) for e in events]


def phones_told(it: SessionRig) -> list[str]:
    log = EventLog(it.rig.database, "default")
    events = [event for _, event in log.after("0-0", 1000) if event and event.type is EventType.RECEIVED]
    records = log.records(events)
    return [records[e.id]["phone"] for e in events]


@pytest.fixture
def it(database: Database, settings: Settings) -> SessionRig:
    """Linked; its chat list was looked at."""
    it = SessionRig(database, settings)
    for _ in range(2):
        it.see(chats(Ada=0, Bo=3))
    assert it.context.incoming.known() is not None
    return it


def test_what_came_is_reported_once(it: SessionRig) -> None:
    for _ in range(3):
        it.see(chats(Ada=2, Bo=3))
    assert told(it) == [("Ada", "2", "Ada")]


def test_a_worker_that_comes_after_does_not_repeat_it_and_tells_what_came_meanwhile(
    it: SessionRig, database: Database, settings: Settings
) -> None:
    it.see(chats(Ada=2, Bo=3))
    it.rig.lease.release()
    after = SessionRig(database, settings)
    after.see(LOADING)
    after.see(chats(Bo=4, Ada=2))
    assert told(after) == [("Ada", "2", "Ada"), ("Bo", "1", "Bo")]


def test_a_list_that_is_filled_bit_by_bit_is_no_news(database: Database, settings: Settings) -> None:
    it = SessionRig(database, settings)
    for count in range(1, 5):
        it.see(many(count))
    assert it.context.incoming.known() is None
    it.see(many(4))
    assert it.context.incoming.known() is not None
    assert told(it) == []


def test_a_list_that_never_stands_still_is_taken_in_the_end(database: Database, settings: Settings) -> None:
    it = SessionRig(database, settings)
    for count in range(FIRST_LOOKS + 1):
        it.see(chats(Ada=count))
    assert told(it) == [("Ada", "1", "Ada")]


@pytest.mark.parametrize("text", ["syncing", "connecting", "offline"])
def test_counts_of_a_page_that_is_not_up_to_date_are_not_believed(it: SessionRig, text: str) -> None:
    it.see(chats(text, Ada=0, Bo=0))
    it.see(chats(Ada=0, Bo=3))
    assert told(it) == []


def test_another_phone_begins_again(it: SessionRig) -> None:
    it.see(QR)
    assert it.context.incoming.known() is None
    for _ in range(2):
        it.see(chats(Cy=7))
    assert told(it) == []
    it.see(chats(Cy=8))
    assert told(it) == [("Cy", "1", "Cy")]


def test_an_answer_whose_writing_got_no_answer_is_reported_once(
    it: SessionRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Database.run

    def lost(database: Database, script: str, *rest: Any, **more: Any) -> Any:
        answer = run(database, script, *rest, **more)
        if script == "receive":
            raise StoreUnavailable
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Database, "run", lost)
        with pytest.raises(StoreUnavailable):
            it.see(chats(Ada=1, Bo=3))
    it.see(chats(Ada=1, Bo=3))
    assert told(it) == [("Ada", "1", "Ada")]


def test_counts_that_redis_lost_are_taken_again_and_nothing_old_is_reported(it: SessionRig) -> None:
    it.rig.database.do("DEL", it.rig.keys.unread)
    for _ in range(4):
        it.see(chats(Ada=1, Bo=3))
    assert told(it) == []
    it.see(chats(Ada=2, Bo=3))
    assert told(it) == [("Ada", "1", "Ada")]


def test_who_answers_stop_in_the_open_chat_gets_nothing_more(it: SessionRig) -> None:
    queued = it.rig.accept(phone=PHONE)
    it.page.opens[PHONE] = chats(Ada=0, chat=opened("Ada", ("ours", True)))
    it.see(MAIN)
    open_chat(it.context, it.page, PHONE)  # type: ignore[arg-type]
    it.see(it.page.opens[PHONE])
    it.see(chats(Ada=0, chat=opened("Ada", ("ours", True), ("Stop!", False))))
    assert told(it) == [("Ada", "1", "Stop!")]
    assert OptOuts(it.rig.database).source(PHONE) == "answer"
    it.session.delivery.deliver(queued.id)
    assert it.rig.status(queued) is Status.FAILED
    assert it.rig.get(queued.id).error_code == "recipient_opted_out"
    assert it.rig.admission.accept(it.rig.new(phone=PHONE)).outcome == "opted_out"


@pytest.mark.parametrize(
    ("text", "quoted", "counts"),
    [("STOP", "Reply STOP to end this", True), ("Thanks!", "STOP", False), ("STOP", "STOP", True)],
)
def test_what_an_answer_quotes_is_not_what_it_says(
    it: SessionRig, text: str, quoted: str, counts: bool
) -> None:
    """Issue 11, C3: our own words, quoted, opted the recipient out, and a STOP under a quotation did not."""
    chat = opened("Ada", ("ours", True), (text, False))
    chat["bubbles"][-1]["quoted"] = quoted
    it.page.opens[PHONE] = chats(Ada=0, chat=opened("Ada", ("ours", True)))
    it.see(MAIN)
    open_chat(it.context, it.page, PHONE)  # type: ignore[arg-type]
    it.see(it.page.opens[PHONE])
    it.see(chats(Ada=0, chat=chat))
    assert (OptOuts(it.rig.database).source(PHONE) == "answer") is counts
    assert told(it) == [("Ada", "1", text)]


def stop_row(title: str) -> PageSnapshot:
    return page(chat_pane=True, rows=[{"title": title, "unread": 1, "preview": "STOP"}])


def test_a_row_that_says_stop_counts_when_the_chat_with_the_phone_says_so_too(it: SessionRig) -> None:
    it.context.sessions.learn_chat_title(PHONE, "Ada")
    it.page.opens[PHONE] = chats(Ada=0, chat=opened("Ada", ("ours", True), ("STOP", False)))
    it.see(stop_row("Ada"))
    assert set(OptOuts(it.rig.database).all()) == {PHONE}


@pytest.mark.parametrize("title", [ADA, "Ada"])
def test_who_chose_the_victims_number_or_name_opts_nobody_out(it: SessionRig, title: str) -> None:
    """Issue 11, A: a "STOP" in an attacker's chat opted the victim out."""
    it.context.sessions.learn_chat_title(PHONE, "Ada")
    it.page.opens[PHONE] = chats(Ada=0, chat=opened(title, ("ours", True), ("all well", False)))
    it.see(stop_row(title))
    assert list(OptOuts(it.rig.database).all()) == []
    assert it.context.incoming.answers() == {}


def test_a_number_as_a_title_is_reported_without_a_phone_until_it_was_navigated_to(it: SessionRig) -> None:
    """Issue 11, A."""
    it.see(page(chat_pane=True, rows=[{"title": ADA, "unread": 1, "preview": "Hello"}]))
    it.context.sessions.learn_chat_title(PHONE, ADA)
    it.see(page(chat_pane=True, rows=[{"title": ADA, "unread": 2, "preview": "Hello again"}]))
    two = [{"title": ADA, "unread": 3, "preview": "Hi"}, {"title": ADA, "unread": 1, "preview": "twins"}]
    it.see(page(chat_pane=True, rows=two))
    assert phones_told(it) == ["", PHONE, ""]


def test_a_chat_that_cannot_be_opened_is_given_up_after_a_few_tries(it: SessionRig) -> None:
    it.see(stop_row(ADA))
    for _ in range(2):
        assert it.context.incoming.answers() == {PHONE: 1}
        it.see(stop_row(ADA))
    assert it.context.incoming.answers() == {}
    assert list(OptOuts(it.rig.database).all()) == []


def test_without_words_nobody_is_opted_out(database: Database, settings: Settings) -> None:
    it = SessionRig(database, settings, opt_out_words="")
    for unread in (0, 0, 1):
        it.see(page(chat_pane=True, rows=[{"title": ADA, "unread": unread, "preview": "STOP"}]))
    assert told(it) == [(ADA, "1", "STOP")]
    assert list(OptOuts(database).all()) == []


def test_neither_numbers_nor_texts_stand_in_the_log(it: SessionRig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    it.page.opens[PHONE] = chats(Ada=0, chat=opened("Ada", ("ours", True), ("STOP", False)))
    it.see(stop_row(ADA))
    lines = [str(record.__dict__) for record in caplog.records]
    assert [record.message for record in caplog.records] == [
        "Messages were received",
        "Opt-out by answer",
    ]
    assert not [line for line in lines for part in ("1511", "STOP") if part in line]
