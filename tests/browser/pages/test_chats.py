"""What a look shows of messages of others, in each era and language (issue 16, "Must show" 2)."""

from tests.browser.pages.stage import Stage, within
from tests.browser.pages.test_incoming import row
from tests.browser.pages.test_messages import new_phone
from whatsapp_simulator.phones import printed
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.chats import ChatKind
from whatsapp_tasks.domain.incoming import find_incoming, opts_out
from whatsapp_tasks.domain.intents import Intent, find_intended
from whatsapp_tasks.domain.received_messages import sighting_of, with_side


def shown(stage: Stage, phone: str, count: int) -> Chat:
    """The open chat once it shows so many messages; they are opened by the row where there is no phone."""
    stage.open_chat(phone)

    def found(chat: Chat | None) -> bool:
        return chat is not None and len(chat.bubbles) >= count

    chat = stage.until(lambda s: s if found(s.chat) else None).chat
    assert chat is not None
    return chat


def kinds(bubbles: tuple[Bubble, ...]) -> list[tuple[str, str | None, bool | None]]:
    return [(b.kind, b.text, with_side(b).outgoing) for b in bubbles]


def test_every_kind_is_told_apart_and_none_is_ours(stage: Stage) -> None:
    phone, sim = new_phone(), stage.simulator
    sim.incoming(phone, "first\nsecond")
    sim.incoming(phone, "", file={"kind": "document", "name": "Invoice.pdf", "size": 60_000})
    sim.incoming(phone, "caption", file={"kind": "image"})
    sim.incoming(phone, "", special="location")
    sim.incoming(phone, "", special="contact")
    sim.incoming(phone, "", special="deleted")
    sim.incoming(phone, "see https://maps.google.com/maps?q=1,1")
    chat = shown(stage, phone, 7)
    assert kinds(chat.bubbles) == [
        ("text", "first\nsecond", False),
        ("document", None, False),
        ("image", "caption", False),
        ("location", None, False),
        ("contact", None, False),
        ("deleted", None, False),
        ("text", "see https://maps.google.com/maps?q=1,1", False),
    ]
    assert all(bubble.shown_at for bubble in chat.bubbles)
    assert chat.unread_from == chat.bubbles[0].id


def test_a_quotation_has_an_author_and_is_no_part_of_the_text(stage: Stage) -> None:
    phone = new_phone()
    stage.simulator.incoming(phone, "no", quoted={"author": "You", "text": "STOP"})
    [bubble] = shown(stage, phone, 1).bubbles
    assert (bubble.text, bubble.quoted, bubble.quoted_author) == ("no", "STOP", "You")


OURS = "Your code is 482 913.\nAnswer STOP to end."
WORDS = Settings().opt_out_word_set


def answer(stage: Stage, phone: str, text: str, quoted: str, file: dict[str, object] | None = None) -> None:
    """Somebody quotes a message of ours."""
    stage.simulator.incoming(phone, text, quoted={"author": "You", "text": quoted}, file=file)


def test_a_reply_that_quotes_our_words_is_neither_ours_nor_a_stop_and_a_stop_that_quotes_is_one(
    stage: Stage,
) -> None:
    """Issue 16, "Must show" 2: in the open chat, while the same text is about to be sent once more."""
    phone = new_phone()
    stage.simulator.chat(phone, None, [{"text": OURS, "mine": True, "status": "read"}])
    intent = Intent.before_enter(1, shown(stage, phone, 1).bubbles)
    known = find_incoming({}, stage.rows(), stage.chat()).changes
    answers = [("thanks", OURS), (OURS, OURS), ("no", "STOP"), ("Stop!", OURS), ("", OURS)]
    stops, verdicts = [], []
    for count, (text, quoted) in enumerate(answers, 2):
        answer(stage, phone, text, quoted, None if text else {"kind": "image"})
        chat = shown(stage, phone, count)
        found = find_incoming({t: k for t, k in known.items() if k}, stage.rows(), chat)
        known = {**known, **found.changes}
        stops += [text for notice in found.notices if opts_out(notice.preview, WORDS)]
        verdicts.append(find_intended(intent, OURS, chat.bubbles, settled=True).verdict)
    assert verdicts[:-1] == ["absent"] * (len(answers) - 1)
    assert verdicts[-1] != "found"  # E3 does not say whose a picture without a word is
    assert [(b.text or "", b.quoted, with_side(b).outgoing) for b in chat.bubbles[1:]] == [
        (text, quoted, False) for text, quoted in answers
    ]
    assert stops == ["Stop!"]


def test_the_row_of_a_reply_says_what_it_says_and_not_what_it_quotes(stage: Stage) -> None:
    """Issue 16, "Must show" 2: in the chat list."""
    phone = new_phone()
    title = printed(phone.removeprefix("+"))
    stage.simulator.chat(phone, None, [{"text": OURS, "mine": True, "status": "read"}])
    for unread, (text, quoted) in enumerate([("no", "STOP"), ("Stop!", OURS)], 1):
        answer(stage, phone, text, quoted)
        preview = row(stage, title, unread).preview
        assert preview == text
        assert opts_out(preview, WORDS) is (text == "Stop!")


def test_a_chat_without_a_phone_is_opened_by_its_row_and_a_group_tells_its_authors(stage: Stage) -> None:
    group, hidden = "120363" + new_phone()[-10:], "18" + new_phone()[-11:]
    title, name = f"Choir {group[-4:]}", f"@fay{hidden[-4:]}"
    stage.simulator.group(group, title, ["Dora", "Eli"])
    stage.simulator.hidden_person(hidden, name)
    stage.simulator.incoming(group, "one", author="Dora")
    stage.simulator.incoming(group, "two", author="Eli")
    stage.simulator.incoming(hidden, "who am I")
    stage.until_rows(lambda rows: {title, name} <= {r.title for r in rows if r.unread} or None)

    assert stage.whatsapp.chats.press_row(title, within())
    snapshot = stage.until(lambda s: s if s.chat and s.chat.title == title and s.chat.bubbles else None)
    assert snapshot.chat is not None
    found = sighting_of(snapshot.chat, None, is_group=False)
    assert (found.kind, found.phone) == (ChatKind.GROUP, None)
    assert [bubble.author for bubble in snapshot.chat.bubbles] == ["Dora", "Eli"]

    assert stage.whatsapp.chats.press_row(name, within())
    snapshot = stage.until(lambda s: s if s.chat and s.chat.title == name and s.chat.bubbles else None)
    assert snapshot.chat is not None
    assert sighting_of(snapshot.chat, None, is_group=False).phone is None
    assert not stage.whatsapp.chats.press_row("nobody of this name", within())


def test_the_page_of_a_worker_has_the_focus_so_opening_a_chat_marks_it_as_read(stage: Stage) -> None:
    """12.7: chats are marked as read only while the page has the focus."""
    assert stage.whatsapp.page.evaluate("() => document.hasFocus()", deadline=within()) is True
