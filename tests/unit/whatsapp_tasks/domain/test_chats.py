"""Issue 16, point 1: which chat it is that we opened."""

import pytest

from whatsapp_tasks.domain.chats import (
    SEEN_KEPT,
    TITLES_KEPT,
    Candidates,
    ChatKind,
    ChatRecord,
    Sighting,
    closed_as,
    is_proved,
    merged,
    names_of,
    new_chat,
    recognise,
    seen_as,
)

ADA, BO = "+4915112345678", "+4915112345679"
PERSON, GROUP = ChatKind.PERSON, ChatKind.GROUP
BY_PHONE = ChatRecord("c1", PERSON, ADA, titles=("Ada",), seen=("a", "b"))
TITLED = ChatRecord("c2", PERSON, titles=("Ada",), seen=("x", "y"))


def test_the_phone_that_was_asked_for_leads_to_the_chat() -> None:
    found = recognise(Sighting("renamed", phone=ADA), Candidates(by_phone=BY_PHONE))
    assert (found.record, found.absorbed) == (BY_PHONE, ())


def test_a_title_alone_never_gives_a_phone_and_never_makes_two_chats_one() -> None:
    """Titles are chosen by other people."""
    sighting = Sighting("Ada", phone=ADA, bubbles=("m", "n"))
    assert recognise(sighting, Candidates(by_title=(TITLED,))).record is None
    both = recognise(sighting, Candidates(by_phone=BY_PHONE, by_title=(TITLED,)))
    assert (both.record, both.absorbed) == (BY_PHONE, ())


def test_bubbles_that_were_read_there_make_a_titled_chat_that_of_the_phone() -> None:
    sighting = Sighting("Ada", phone=ADA, bubbles=("x", "y", "z"))
    alone = recognise(sighting, Candidates(by_title=(TITLED,))).record
    assert alone is TITLED
    assert seen_as(alone, sighting, 5).phone == ADA
    both = recognise(sighting, Candidates(by_phone=BY_PHONE, by_title=(TITLED,)))
    assert (both.record, both.absorbed) == (BY_PHONE, (TITLED,))


def test_of_two_chats_with_one_title_the_bubbles_tell_which() -> None:
    other = ChatRecord("c3", PERSON, titles=("Ada",), seen=("o", "p"))
    both = (TITLED, other)
    assert recognise(Sighting("Ada", bubbles=("p", "q")), Candidates(by_title=both)).record is other
    assert recognise(Sighting("Ada", bubbles=("new",)), Candidates(by_title=both)).record is None


def test_a_chat_that_was_never_read_is_known_by_its_title_only_if_no_other_is_called_so() -> None:
    bare = ChatRecord("c4", PERSON, titles=("Ada",))
    assert recognise(Sighting("Ada", bubbles=("n",)), Candidates(by_title=(bare,))).record is bare
    twins = (bare, ChatRecord("c5", PERSON, titles=("Ada",)))
    assert recognise(Sighting("Ada"), Candidates(by_title=twins)).record is None


@pytest.mark.parametrize(
    ("sighting", "record"),
    [
        (Sighting("Ada", phone=BO, bubbles=("a",)), BY_PHONE),
        (Sighting("Ada", kind=GROUP, bubbles=("a",)), BY_PHONE),
        (
            Sighting("Choir", phone=ADA, bubbles=("x",)),
            ChatRecord("g", GROUP, titles=("Choir",), seen=("x",)),
        ),
        (
            Sighting("Choir", kind=GROUP, whatsapp_id="1@g.us", bubbles=("x",)),
            ChatRecord("g", GROUP, whatsapp_id="2@g.us", seen=("x",)),
        ),
    ],
)
def test_what_contradicts_outweighs_bubbles_whose_ids_their_senders_choose(
    sighting: Sighting, record: ChatRecord
) -> None:
    assert recognise(sighting, Candidates(by_bubbles=(record,), by_title=(record,))).record is None


def test_a_chat_keeps_its_id_its_phone_and_the_titles_it_had() -> None:
    chat = new_chat("c1", Sighting("one", phone=ADA), 1)
    for n in range(TITLES_KEPT + 5):
        chat = seen_as(chat, Sighting(f"name {n}"), n)
    again = seen_as(chat, Sighting("name 9"), 99)
    assert (again.id, again.phone, again.title, again.last_seen_ms) == ("c1", ADA, "name 9", 99)
    assert (len(again.titles), len(set(again.titles))) == (TITLES_KEPT, TITLES_KEPT)


def test_once_a_group_always_a_group_and_who_has_a_phone_is_a_person() -> None:
    group = seen_as(new_chat("c", Sighting("Choir"), 1), Sighting("Choir", kind=GROUP), 2)
    assert seen_as(group, Sighting("Choir"), 3).kind is GROUP
    assert new_chat("c", Sighting("Ada", kind=GROUP, phone=ADA), 1).kind is PERSON


def test_records_of_one_chat_become_one() -> None:
    one = merged(BY_PHONE, [TITLED])
    assert (one.id, one.phone, one.titles) == ("c1", ADA, ("Ada",))
    assert {*one.seen} == {"a", "b", "x", "y"}
    many = ChatRecord("m", PERSON, seen=tuple(f"{n}" for n in range(SEEN_KEPT)))
    assert len(merged(BY_PHONE, [many]).seen) == SEEN_KEPT


def test_all_forms_of_a_phone_are_one_name() -> None:
    brazil = Sighting("", phone="+5511987654321"), Sighting("", phone="+551187654321")
    assert names_of(brazil[0]) == names_of(brazil[1])
    assert names_of(Sighting("Choir", whatsapp_id="1@g.us")) == ("w:1@g.us",)


CHOIR = ChatRecord("g", GROUP, whatsapp_id=None, titles=("Choir",), seen=("x", "y"))
NAMED = ChatRecord("h", GROUP, whatsapp_id="1@g.us", titles=("Choir",), seen=("x", "y"))
HIDDEN = ChatRecord("p", PERSON, titles=("@fay",), seen=("x", "y"))


@pytest.mark.parametrize(
    ("record", "sighting", "ours", "proved"),
    [
        # nothing that is known is shown, whatever it is called
        (CHOIR, Sighting("Choir", kind=GROUP, bubbles=("z",)), (), None),
        (HIDDEN, Sighting("@fay", bubbles=()), (), None),
        # bubbles of it
        (CHOIR, Sighting("Choir", kind=GROUP, bubbles=("y", "z")), (), True),
        (HIDDEN, Sighting("@fay", bubbles=("y", "z")), (), True),
        # a member of the group, whose private chat repeats ids that he knows: it does not look like a group
        (CHOIR, Sighting("Choir", bubbles=("y", "z")), (), None),
        (CHOIR, Sighting("Choir", kind=PERSON, phone=ADA, bubbles=("y", "z")), (), False),
        # but nobody else's chat has a bubble of ours
        (CHOIR, Sighting("Choir", bubbles=("y", "z")), ("y",), True),
        # somebody without a phone is no group
        (HIDDEN, Sighting("@fay", kind=GROUP, bubbles=("y",)), (), False),
        # where ids carry the chat's own (E1, E2), they decide
        (NAMED, Sighting("Choir", kind=GROUP, whatsapp_id="1@g.us"), (), True),
        (NAMED, Sighting("Choir", kind=GROUP, whatsapp_id="2@g.us", bubbles=("x", "y")), ("x",), False),
    ],
)
def test_a_chat_that_was_opened_by_its_title_is_proved_by_what_stands_in_it(
    record: ChatRecord, sighting: Sighting, ours: tuple[str, ...], proved: bool | None
) -> None:
    """Issue 16, build 5: never by its title alone."""
    assert is_proved(record, sighting, ours) is proved


def test_what_closed_a_chat_is_kept_until_a_box_is_seen() -> None:
    left = closed_as(CHOIR, "chat_left", 5)
    assert (left.closed, left.closed_ms) == ("chat_left", 5)
    assert seen_as(closed_as(left, None, 6), Sighting("Choir"), 6).closed == "chat_left"
    assert closed_as(left, "", 7) == CHOIR
    assert merged(CHOIR, [seen_as(left, Sighting("Choir"), 9)]).closed == "chat_left"
