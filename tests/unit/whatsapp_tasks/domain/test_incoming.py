"""What a look shows of received messages: badges that grew, and bubbles of the open chat."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat, ChatRow
from whatsapp_tasks.domain.incoming import (
    WHOLE_LIST,
    Findings,
    KnownChat,
    Notice,
    find_incoming,
    first_look,
    opts_out,
    unanswered_opt_out,
)

WORDS = frozenset({"stop", "sair"})


def chat(title: str, *bubbles: str) -> Chat:
    """Bubbles as ``>text`` (ours) or ``<text``; the text is the id too."""
    spoken = tuple(Bubble(b[1:], b[0] == ">", b[1:]) for b in bubbles)
    return Chat(title=title, compose=None, notice="", bubbles=spoken, panel=True)


class Account:
    """Looks one after the other, as the worker takes them."""

    def __init__(self) -> None:
        self.known: dict[str, KnownChat] | None = None

    def see(self, *rows: ChatRow, **more: Any) -> list[tuple[str, int, int, str]]:
        findings = (
            first_look(rows, more.get("chat"))
            if self.known is None
            else find_incoming(self.known, rows, more.get("chat"), more.get("just_sent", ()))
        )
        self.take(findings)
        return [(n.title, n.unread, n.new, n.preview) for n in findings.notices]

    def take(self, findings: Findings) -> None:
        self.known = self.known or {}
        for title, known in findings.changes.items():
            if known is None:
                del self.known[title]
            else:
                self.known[title] = known


@pytest.fixture
def account() -> Account:
    """One with Ada, who is read, and Bo, of whom two messages are unread."""
    account = Account()
    assert account.see(ChatRow("Ada", 0), ChatRow("Bo", 2, "old")) == []
    return account


def test_the_first_look_tells_nothing_and_the_second_neither(account: Account) -> None:
    assert account.see(ChatRow("Ada", 0), ChatRow("Bo", 2, "old")) == []
    assert find_incoming(account.known or {}, [ChatRow("Ada", 0), ChatRow("Bo", 2)], None) == Findings()


def test_a_badge_that_grew_tells_by_how_much(account: Account) -> None:
    assert account.see(ChatRow("Bo", 5, "new"), ChatRow("Ada", 1, "hi")) == [
        ("Ada", 1, 1, "hi"),
        ("Bo", 5, 3, "new"),
    ]


def test_a_chat_that_was_not_there_is_new(account: Account) -> None:
    assert account.see(ChatRow("Cy", 1, "hello"), ChatRow("Ada", 0)) == [("Cy", 1, 1, "hello")]


def test_the_first_chat_of_an_empty_list_is_new() -> None:
    account = Account()
    account.see()
    assert account.see(ChatRow("Cy", 1, "hello")) == [("Cy", 1, 1, "hello")]


def test_what_was_read_is_silent_and_counts_again(account: Account) -> None:
    assert account.see(ChatRow("Ada", 0), ChatRow("Bo", 0)) == []
    assert account.see(ChatRow("Bo", 1, "again"), ChatRow("Ada", 0)) == [("Bo", 1, 1, "again")]


def test_a_row_out_of_sight_was_not_read(account: Account) -> None:
    assert account.see(ChatRow("Ada", 0)) == []
    assert account.see() == []
    assert account.see(ChatRow("Bo", 2, "old"), ChatRow("Ada", 0)) == []
    assert account.see(ChatRow("Bo", 3, "new"), ChatRow("Ada", 0)) == [("Bo", 3, 1, "new")]


def test_an_old_row_that_comes_into_sight_below_is_not_new() -> None:
    account = Account()
    above = [ChatRow(f"chat {n}", 0) for n in range(WHOLE_LIST)]
    account.see(*above)
    assert account.see(*above[1:], ChatRow("long ago", 4, "old")) == []
    assert account.see(ChatRow("Cy", 1, "new"), *above[1:]) == [("Cy", 1, 1, "new")]
    assert account.see(ChatRow("long ago", 5, "new"), ChatRow("Cy", 1), *above) == [("long ago", 5, 1, "new")]


def test_a_short_list_shows_all_so_what_is_new_below_a_pinned_chat_is_new(account: Account) -> None:
    assert account.see(ChatRow("Ada", 0), ChatRow("Cy", 1, "hello")) == [("Cy", 1, 1, "hello")]


def test_two_chats_of_one_name_are_one_and_do_not_repeat_themselves(account: Account) -> None:
    both = [ChatRow("Ada", 2, "one"), ChatRow("Ada", 0)]
    assert account.see(*both) == [("Ada", 2, 2, "one")]
    assert account.see(*both) == []
    assert account.see(*reversed(both)) == []


def test_a_badge_without_a_number_tells_nothing_and_forgets_nothing(account: Account) -> None:
    """Issue 11, C7: a chat that was marked as unread by hand."""
    assert account.see(ChatRow("Ada", 0, unread_unknown=True), ChatRow("Bo", 2)) == []
    assert account.see(ChatRow("Ada", 0), ChatRow("Bo", 0, unread_unknown=True)) == []
    assert account.see(ChatRow("Ada", 0), ChatRow("Bo", 2)) == []
    assert account.see(ChatRow("Ada", 1, "hi"), ChatRow("Bo", 2)) == [("Ada", 1, 1, "hi")]


def test_read_rows_out_of_sight_are_forgotten_and_unread_ones_kept(account: Account) -> None:
    account.see(ChatRow("Cy", 0))
    assert account.known == {"Cy": KnownChat(), "Bo": KnownChat(2)}


# the open chat, which has no badge


def test_an_answer_in_the_open_chat_is_reported_once(account: Account) -> None:
    rows = [ChatRow("Ada", 0)]
    assert account.see(*rows, chat=chat("Ada", "<long ago", ">ours")) == []
    opened = chat("Ada", "<long ago", ">ours", "<one", "<two")
    assert account.see(*rows, chat=opened) == [("Ada", 0, 2, "two")]
    assert account.see(*rows, chat=opened) == []
    assert account.see(*rows) == []
    assert account.see(*rows, chat=opened) == []


def test_an_answer_before_the_first_look_stands_after_what_we_sent(account: Account) -> None:
    opened = chat("Ada", "<long ago", ">ours", "<STOP")
    assert account.see(ChatRow("Ada", 0), chat=opened, just_sent={"ours"}) == [("Ada", 0, 1, "STOP")]


def test_without_a_place_that_was_known_bubbles_tell_nothing(account: Account) -> None:
    assert account.see(ChatRow("Ada", 0), chat=chat("Ada", "<a", ">b", "<c")) == []
    assert account.see(ChatRow("Ada", 0), chat=chat("Ada", "<x", "<y")) == []


def test_what_the_badge_told_is_not_told_again_when_the_chat_is_opened(account: Account) -> None:
    account.see(ChatRow("Ada", 0), chat=chat("Ada", ">ours"))
    assert account.see(ChatRow("Ada", 1, "one")) == [("Ada", 1, 1, "one")]
    opened = chat("Ada", ">ours", "<one", "<between two looks")
    assert account.see(ChatRow("Ada", 0), chat=opened) == [("Ada", 0, 1, "between two looks")]


def test_a_badge_on_the_open_chat_and_its_bubble_are_one_message(account: Account) -> None:
    account.see(ChatRow("Ada", 0), chat=chat("Ada", ">ours"))
    opened = chat("Ada", ">ours", "<one")
    assert account.see(ChatRow("Ada", 1, "one"), chat=opened) == [("Ada", 1, 1, "one")]
    assert account.see(ChatRow("Ada", 2, "two"), chat=opened) == [("Ada", 2, 1, "two")]
    assert account.see(ChatRow("Ada", 2, "two"), chat=chat("Ada", ">ours", "<one", "<two")) == []
    third = chat("Ada", ">ours", "<one", "<two", "<three")
    assert account.see(ChatRow("Ada", 0), chat=third) == [("Ada", 0, 1, "three")]


def test_a_history_that_is_not_loaded_yet_forgets_no_place(account: Account) -> None:
    account.see(ChatRow("Ada", 0), chat=chat("Ada", ">ours"))
    account.see(ChatRow("Ada", 0), chat=chat("Ada"))
    assert account.see(ChatRow("Ada", 0), chat=chat("Ada", ">ours", "<one")) == [("Ada", 0, 1, "one")]


def test_a_bubble_is_reported_like_a_row_on_one_line_and_not_in_full(account: Account) -> None:
    account.see(ChatRow("Ada", 0), chat=chat("Ada", ">ours"))
    long = "first\nsecond \ud83d " + "x" * 500
    [(_, _, _, preview)] = account.see(ChatRow("Ada", 0), chat=chat("Ada", ">ours", f"<{long}"))
    assert preview.startswith("first second ? xx")
    assert len(preview) == 200


# properties


@given(st.lists(st.lists(st.sampled_from(["in", "look", "read", "open", "close"]), max_size=6), max_size=12))
def test_every_message_is_reported_exactly_once_whatever_is_opened_and_read(rounds: list[list[str]]) -> None:
    """As long as a look comes before what was unread is read elsewhere."""
    account = Account()
    account.see(ChatRow("Ada", 0), chat=chat("Ada", ">begin"))
    bubbles, unread, is_open, told, came = [">begin"], 0, False, 0, 0

    def look() -> None:
        nonlocal told
        seen = account.see(ChatRow("Ada", unread), chat=chat("Ada", *bubbles) if is_open else None)
        told += sum(new for _, _, new, _ in seen)

    for step in [step for each in rounds for step in each] + ["look"]:
        if step == "in":
            came += 1
            bubbles.append(f"<{came}")
            unread += 0 if is_open else 1
        elif step == "open":
            is_open, unread = True, 0
        else:
            look()
            is_open = is_open and step != "close"
            unread = 0 if step == "read" else unread
    is_open, unread = True, 0
    look()
    assert told == came


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9)),
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 9)), unique_by=lambda row: row[0]),
)
def test_a_look_that_was_taken_finds_nothing_the_second_time(
    before: dict[str, int], rows: list[tuple[str, int]]
) -> None:
    account = Account()
    account.known = {title: KnownChat(unread) for title, unread in before.items()}
    seen = [ChatRow(title, unread) for title, unread in rows]
    told = account.see(*seen)
    assert [title for title, *_ in reversed(told)] == [t for t, unread in rows if unread > before.get(t, 0)]
    assert all(new > 0 for _, _, new, _ in told)
    assert account.see(*seen) == []


# what is made of a notice


def test_a_title_tells_no_phone_whatever_it_looks_like() -> None:
    """Issue 11, A: titles are chosen by their owners."""
    assert Notice("+49 1511 2345678", 1, 1, "").phone is None


def test_the_subject_of_a_chat_does_not_show_its_title() -> None:
    one, other = Notice("+49 1511 2345678", 1, 1, "a"), Notice("Ada", 1, 1, "a")
    assert one.subject == Notice("+49 1511 2345678", 2, 1, "b").subject != other.subject
    assert "1511" not in one.subject
    assert "Ada" not in repr(other)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "STOP",
            " stop ",
            "Stop!",
            "stop ...",
            "SAIR.",
            "„STOP“",
            "'stop'",
            "¡STOP!",
            "(stop)",
            "🛑 STOP 🙏🏽",
        ),
        *("ＳＴＯＰ", "stop\u200b", "\u200fSTOP\u200f", "STOP\ufe0f", "\u00a0STOP\n\n", "*STOP*", "- STOP"),
    ],
)
def test_a_word_alone_opts_out(text: str) -> None:
    assert opts_out(text, WORDS)


@pytest.mark.parametrize(
    ("text", "word"), [("İPTAL", "iptal"), ("IPTAL", "ıptal"), ("iptal", "i̇ptal"), ("❌", "❌")]
)
def test_a_word_is_recognised_in_any_of_its_forms(text: str, word: str) -> None:
    assert opts_out(text, frozenset({word.casefold()}))


@pytest.mark.parametrize("text", ["", "…", "please stop", "stop it", "STOPP", "s.top", "1 stop", "🛑"])
def test_anything_else_does_not(text: str) -> None:
    assert not opts_out(text, WORDS)


def test_without_words_nobody_opts_out() -> None:
    assert not opts_out("STOP", frozenset())
    assert not opts_out("!", frozenset())


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ((">code", "<stop", "<please"), "stop"),
        (("<sair", "<hi", "<Stop!"), "Stop!"),
        ((">code", "<stop", ">sorry", "<thanks"), None),
        (("<hi", ">stop"), None),
        ((), None),
    ],
)
def test_an_opt_out_since_our_last_message_is_found(said: tuple[str, ...], found: str | None) -> None:
    answer = unanswered_opt_out(chat("Ada", *said).bubbles, WORDS)
    assert (answer.text if answer else None) == found
