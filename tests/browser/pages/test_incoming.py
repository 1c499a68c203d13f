"""What the chat list shows of messages that came, in each era and language."""

from tests.browser.pages.stage import Stage, within
from tests.browser.pages.test_fragments import FRAGMENTS, look_at
from tests.browser.pages.test_messages import new_phone
from whatsapp_simulator.phones import printed
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_snapshot import ChatRow
from whatsapp_tasks.domain.incoming import find_incoming, first_look


def row(stage: Stage, title: str, unread: int) -> ChatRow:
    """The row of this chat once it shows so many unread messages."""

    def found(rows: tuple[ChatRow, ...]) -> ChatRow | None:
        return next((r for r in rows if (r.title, r.unread) == (title, unread)), None)

    return stage.until_rows(found)


def test_an_incoming_message_is_seen_in_its_row_and_not_read(stage: Stage) -> None:
    phone, name = new_phone(), f"Ada {new_phone()[-4:]}"
    named = new_phone()
    title = printed(phone.removeprefix("+"))
    stage.simulator.incoming(phone, "Hello 🎈")
    assert row(stage, title, 1).preview == "Hello 🎈"
    before = stage.rows()
    stage.simulator.incoming(phone, "first line\nsecond line")
    stage.simulator.incoming(named, "hi", name=name)
    assert row(stage, title, 2).preview == "first line second line"
    assert row(stage, name, 1).preview == "hi"

    known = {t: k for t, k in first_look(before, None).changes.items() if k}
    told = [(n.title, n.phone, n.unread, n.new) for n in find_incoming(known, stage.rows(), None).notices]
    assert told == [(title, None, 2, 1), (name, None, 1, 1)]  # a title proves no phone
    unread = {chat["phone"]: chat["unread"] for chat in stage.simulator.chats()}
    assert (unread[phone.removeprefix("+")], unread[named.removeprefix("+")]) == (2, 1)


def test_a_chat_that_was_opened_has_no_badge_any_more(stage: Stage) -> None:
    phone = new_phone()
    title = printed(phone.removeprefix("+"))
    stage.simulator.incoming(phone, "Hello")
    row(stage, title, 1)
    stage.open_chat(phone)
    assert row(stage, title, 0).preview == ""
    assert stage.chat().title == title


def test_a_look_of_sending_reads_no_rows(stage: Stage) -> None:
    assert stage.look().rows is None


def test_rows_of_2026(whatsapp: WhatsAppPage) -> None:
    look_at(whatsapp, (FRAGMENTS / "unread_rows.html").read_text("utf-8"))
    assert rows_of(whatsapp) == [
        ("+55 11 98765-4321", 1, "Olá 😀"),
        ("Marked by hand", 0, ""),
        ("Ours is the last", 2, ""),
        ("Борис", 1234, "Привет"),
        ("Pinned", 0, ""),
    ]


def test_a_row_without_any_mark_of_an_era(whatsapp: WhatsAppPage) -> None:
    look_at(whatsapp, (FRAGMENTS / "list_rows.html").read_text("utf-8"))
    [(title, unread, preview)] = rows_of(whatsapp)
    assert (title, unread) == ("Phone number is banned from using WhatsApp", 2)
    assert preview.startswith("You're temporarily banned")


def rows_of(whatsapp: WhatsAppPage) -> list[tuple[str, int, str]]:
    """Title, unread and preview of each row."""
    rows = whatsapp.look(within(), rows=True).rows
    assert rows is not None
    return [(r.title, r.unread, r.preview) for r in rows]
