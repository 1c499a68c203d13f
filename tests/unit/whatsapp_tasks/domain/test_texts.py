"""Texts: what is refused, what stays to the letter, and when a bubble counts as the same message."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.texts import MAX_UTF16_UNITS, bubble_key, normalise_message, text_digest
from whatsapp_tasks.errors import RequestRefused

texts = st.text(max_size=60)


def refusal(text: str) -> RequestRefused:
    with pytest.raises(RequestRefused) as refused:
        normalise_message(text)
    assert refused.value.errors[0]["field"] == "message"
    return refused.value


def test_line_ends_of_all_systems_become_one() -> None:
    assert normalise_message("a\r\nb\rc\u2028d\u2029e\nf") == "a\nb\nc\nd\ne\nf"


def test_white_space_around_the_text_goes_and_inside_stays() -> None:
    assert normalise_message("\n\n  a  b\t\n\n c \n ") == "a  b\t\n\n c"


@pytest.mark.parametrize("text", ["a\ufffe", "\uffffa", "a\ufdd0", "\U0010ffff", "a\U0001fffe"])
def test_what_is_no_character_is_refused_by_its_number(text: str) -> None:
    assert refusal(text).code == "message_invalid"
    assert "which is no character" in str(refusal(text))


@pytest.mark.parametrize(
    "text", ["a\u3164b", "❤\ufe0f", "\u2801", "e\u0301", "é", "ﬁ", "👩‍👩‍👧‍👦", "مرحبا", "1\ufe0f\u20e3"]
)
def test_no_unicode_normalisation_is_done(text: str) -> None:
    assert normalise_message(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\n\t\r\n", "\u200b\u200d", "\ufeff", "\u00a0\u3000", "\u2060\u200e"),
        # Letters, marks and signs that show nothing: fillers of Hangul, variation selectors, Braille's blank.
        *("\u3164", "\u115f\u1160", "\uffa0", "\ufe0f", "\u034f", "\u180b", "\U000e0100", "\u2800 \u2800"),
    ],
)
def test_a_text_that_shows_nothing_is_refused(text: str) -> None:
    assert refusal(text).code == "message_empty"


def test_an_emoji_newer_than_this_pythons_unicode_data_is_a_text() -> None:
    shaking_face = "\U0001fae8"  # Unicode 15; Python 3.11 knows 14
    assert normalise_message(shaking_face) == shaking_face


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85"])
def test_a_control_character_is_refused_by_its_number(control: str) -> None:
    refused = refusal(f"a{control}b")
    assert refused.code == "message_invalid"
    assert f"U+{ord(control):04X}" in str(refused)


@pytest.mark.parametrize("half", ["\ud83d", "a\ude00b"])
def test_half_a_surrogate_pair_is_refused(half: str) -> None:
    assert refusal(half).code == "message_invalid"


def test_the_limit_counts_as_javascript_does() -> None:
    assert normalise_message("a" * MAX_UTF16_UNITS) == "a" * MAX_UTF16_UNITS
    assert normalise_message("😀" * (MAX_UTF16_UNITS // 2)) == "😀" * (MAX_UTF16_UNITS // 2)
    refused = refusal("😀" * (MAX_UTF16_UNITS // 2) + "a")
    assert refused.code == "message_too_long"
    assert str(MAX_UTF16_UNITS + 1) in str(refused)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=30))
def test_any_text_is_refused_or_made_stable(raw: str) -> None:
    try:
        text = normalise_message(raw)
    except RequestRefused:
        return
    assert normalise_message(text) == text
    assert text.encode()
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text)


@pytest.mark.parametrize("raw", ["\ufeffHello Ann", "Hello Ann\ufeff", " \ufeff \ufeffHello Ann\n\ufeff\n"])
def test_a_byte_order_mark_at_an_end_goes_for_the_page_drops_it_too(raw: str) -> None:
    assert normalise_message(raw) == "Hello Ann"
    assert bubble_key("a\ufeffb") == bubble_key("ab")


@given(texts, texts)
def test_digests_are_equal_only_for_equal_texts(a: str, b: str) -> None:
    assert (text_digest(a) == text_digest(b)) is (a == b)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*Hi* _you_ ~there~", "Hi you there"),
        ("```code``` `x`", "code x"),
        ("❤️ ok", "❤ ok"),
        ("❤\ufe0e", "❤\ufe0f"),
        ("a\n\n\nb", "a\nb"),
        ("a\u00a0b", "a b"),
        ("- one\n- two", "one\ntwo"),
        ("* one", "• one"),
        ("1. one\n12. two", "one\ntwo"),
        ("> quoted\nanswer", "quoted answer"),
        ("> - one", "one"),
        ("\u202bمرحبا\u202c", "مرحبا"),
    ],
)
def test_a_bubble_matches_the_text_it_came_from(typed: str, shown: str) -> None:
    assert bubble_key(typed) == bubble_key(shown) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Your code is 1234", "Your code is 1235"),
        ("Hi", "hi"),
        ("👍", "👍🏽"),
        ("👩‍👧", "👩👧"),
        ("é", "e"),
        ("a", "a."),
        ("at 5:30", "at 6:30"),
        ("100. one", "one"),
        ("5.30 €", "6.30 €"),
        ("-5", "5"),
    ],
)
def test_a_bubble_of_another_text_does_not_match(one: str, other: str) -> None:
    assert bubble_key(one) != bubble_key(other)


@pytest.mark.parametrize("text", ["*", "***", "_ _", "~~~", "- *", "`"])
def test_a_text_of_marks_alone_does_not_match_an_empty_bubble(text: str) -> None:
    assert bubble_key(text) != bubble_key("")
    assert bubble_key(text) == bubble_key(text.replace(" ", "\u00a0"))


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=30))
def test_texts_of_letters_and_digits_have_a_key_of_their_own(text: str) -> None:
    assert bubble_key(text) == text


@given(texts)
def test_a_key_has_no_white_space(text: str) -> None:
    assert not any(c.isspace() for c in bubble_key(text))
