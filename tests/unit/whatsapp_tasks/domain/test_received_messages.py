"""Issue 16, points 2 and 3: what is new in an open chat, and what its messages say."""

from dataclasses import replace

import pytest

from whatsapp_tasks.domain.bubbles import Bubble, BubbleFile
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.chats import SEEN_KEPT, ChatKind, ChatRecord
from whatsapp_tasks.domain.received_messages import (
    QUOTED_SHOWN,
    Expected,
    message_in,
    message_of_text,
    missed,
    new_bubbles,
    received_id,
    seen_after,
    sighting_of,
    with_side,
)

CHAT = ChatRecord("c1", ChatKind.PERSON, "+4915112345678")
THEIRS = tuple(Bubble(f"t{n}", False, f"text {n}") for n in range(5))


def ids(bubbles: tuple[Bubble, ...]) -> list[str]:
    return [bubble.id for bubble in bubbles]


@pytest.mark.parametrize(
    ("expected", "new", "told"),
    [
        (Expected(frozenset({"t1", "t2"})), ["t3", "t4"], "0"),
        (Expected(frozenset({"t0", "t2"})), ["t1", "t3", "t4"], "0"),  # shown after a newer one
        (Expected(frozenset({"t4"}), unread=0), [], "0"),
        (Expected(frozenset({"t2"}), unread=3), ["t3", "t4"], "1"),  # the badge said more
        (Expected(unread=2), ["t3", "t4"], "0"),
        (Expected(unread=9), ["t0", "t1", "t2", "t3", "t4"], "4"),
        (Expected(from_start=True), ["t0", "t1", "t2", "t3", "t4"], "0"),
        (Expected(noted=True), [], "unknown"),
        (Expected(frozenset({"gone"}), noted=True), [], "unknown"),
        (Expected(), [], "0"),  # an old chat that there was no reason to read
        (Expected(frozenset({"t2"}), unsure=True), ["t3", "t4"], "unknown"),
    ],
)
def test_what_is_new_and_what_is_missed(expected: Expected, new: list[str], told: str) -> None:
    found = new_bubbles(THEIRS, expected)
    assert (ids(found.new), missed(found, expected)) == (new, told)


def test_our_own_messages_among_the_new_ones_are_read_but_not_counted() -> None:
    ours = Bubble("o", True, "ours", "sent")
    bubbles = (*THEIRS[:2], ours, THEIRS[2])
    assert ids(new_bubbles(bubbles, Expected(unread=2)).new) == ["t1", "o", "t2"]
    found = new_bubbles(bubbles, Expected(frozenset({"t0"}), unread=2))
    assert (ids(found.new), missed(found, Expected(unread=2))) == (["t1", "o", "t2"], "0")


def test_a_bubble_without_a_side_is_theirs_unless_it_has_a_receipt_or_is_empty() -> None:
    assert with_side(Bubble("b", None, "x")).outgoing is False
    assert with_side(Bubble("b", None, "x", "sent")).outgoing is None
    assert with_side(Bubble("b", None, emptied=True)).outgoing is None


def test_what_was_read_is_remembered_for_the_next_time() -> None:
    before = replace(CHAT, seen=("old", "t0"))
    assert seen_after(before, THEIRS[:2]) == ("old", "t0", "t1")
    many = tuple(Bubble(f"{n}", False) for n in range(SEEN_KEPT + 10))
    assert len(seen_after(before, many)) == SEEN_KEPT


def test_a_message_survives_being_stored() -> None:
    quoting = Bubble(
        *("3A01", False, "own 🎈 text"),
        quoted="text 1",
        quoted_author="Ada",
        author="Ada",
        shown_at="9:12 AM",
        file=BubbleFile("document", "Invoice.pdf", "60 kB"),
        kind="document",
    )
    message = message_in(quoting, THEIRS, "default", CHAT, 5)
    assert message_of_text(message.id, "default", "c1", message.to_text()) == message
    assert (message.text, message.author, message.phone) == ("own 🎈 text", "", CHAT.phone)
    assert message.media is not None
    assert message.id == received_id("default", "c1", "3A01")
    assert message.shown()["quoted"] == {"text": "text 1", "author": "Ada", "whatsapp_id": "t1"}


def test_in_a_group_the_author_is_told() -> None:
    group = ChatRecord("g", ChatKind.GROUP)
    said = Bubble("b", False, "x", author="Dora")
    assert message_in(said, (), "a", group, 1).author == "Dora"
    assert message_in(replace(said, outgoing=True), (), "a", group, 1).author == ""


def test_a_quotation_is_of_a_message_only_if_one_alone_has_its_text() -> None:
    long = "word " * 400
    above = (Bubble("l", True, long.strip()), *THEIRS, Bubble("t1-again", False, "text 1"))

    def quoted(text: str) -> str | None:
        message = message_in(Bubble("b", False, "x", quoted=text), above, "a", CHAT, 1)
        assert message.quoted is not None
        return message.quoted.bubble_id

    assert quoted(long[:QUOTED_SHOWN] + "…") == "l"
    assert (quoted("text 2"), quoted("text 1"), quoted("text"), quoted("")) == ("t2", None, None, None)


def test_a_group_is_known_by_its_ids_its_row_or_its_authors() -> None:
    def chat(*bubbles: Bubble) -> Chat:
        return Chat("Choir", None, "", bubbles, panel=True)

    person = Bubble("b", False, "x", chat="4915112345678")
    group = Bubble("b", False, "x", whatsapp_id="123@g.us")
    found = sighting_of(chat(group), None, is_group=False)
    assert (found.kind, found.whatsapp_id, found.phone) == (ChatKind.GROUP, "123@g.us", None)
    assert sighting_of(chat(person), None, is_group=False).phone == "+4915112345678"
    assert (
        sighting_of(chat(Bubble("b", False, "x", author="Dora")), None, is_group=False).kind is ChatKind.GROUP
    )
    assert sighting_of(chat(Bubble("b", False, "x", author="Choir")), None, is_group=False).kind is None
    assert sighting_of(chat(), None, is_group=True).kind is ChatKind.GROUP
    assert sighting_of(chat(), "+4915112345678", is_group=True).kind is ChatKind.PERSON
