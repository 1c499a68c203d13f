"""Identity: which requests are the same message."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.one_mobile import PAIRS
from whatsapp_tasks.domain.files import FileKind, MessageFile
from whatsapp_tasks.domain.identity import (
    MAX_KEY_LENGTH,
    account_in,
    check_idempotency_key,
    content_digest,
    identity_digest,
    is_message_id,
    message_id,
)
from whatsapp_tasks.errors import RequestRefused

parts = st.text(max_size=12)


@given(st.tuples(parts, parts, parts), st.tuples(parts, parts, parts))
def test_two_contents_are_one_only_when_each_part_is_equal(
    a: tuple[str, str, str], b: tuple[str, str, str]
) -> None:
    assert (content_digest(*a) == content_digest(*b)) is (a == b)


@given(parts, parts, parts, st.integers(0, 12))
def test_moving_characters_from_one_part_to_the_next_makes_another_identity(
    account: str, phone: str, text: str, cut: int
) -> None:
    moved = identity_digest(account, phone + text[:cut], text[cut:], None)
    assert (moved == identity_digest(account, phone, text, None)) is (text[:cut] == "")


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_one_text_to_two_forms_of_a_mobile_is_one_message_issue_12_row_5(one: str, other: str) -> None:
    assert content_digest("a", one, "Hi") == content_digest("a", other, "Hi")
    assert identity_digest("a", one, "Hi", None) == identity_digest("a", other, "Hi", None)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("1:", "a", "b"), ("", "1:a", "b")),
        (("a", "1:b", ""), ("a", "", "1:b")),
        (("é", "", ""), ("e", "\u0301", "")),
    ],
)
def test_a_part_that_imitates_the_separator_is_still_another_part(
    a: tuple[str, str, str], b: tuple[str, str, str]
) -> None:
    assert content_digest(*a) != content_digest(*b)


@given(parts, parts, parts, parts, parts)
def test_with_a_key_the_content_does_not_count(
    key: str, phone: str, text: str, phone2: str, text2: str
) -> None:
    assert identity_digest("a", phone, text, key) == identity_digest("a", phone2, text2, key)


@given(parts, parts)
def test_a_key_can_not_imitate_a_content(phone: str, text: str) -> None:
    content = identity_digest("a", phone, text, None)
    for key in (phone, text, phone + text, content, ""):
        assert identity_digest("a", phone, text, key) != content


def test_another_account_is_another_message_with_or_without_a_key() -> None:
    for key in (None, "k"):
        assert identity_digest("a", "+491", "x", key) != identity_digest("b", "+491", "x", key)


@given(st.integers(0, 2**45), st.integers(0, 2**45))
def test_an_id_names_its_account_and_is_new_when_the_identity_is_claimed_again(
    first: int, second: int
) -> None:
    one, two = (message_id("f" * 64, at_ms, "support-de") for at_ms in (first, second))
    assert re.fullmatch("[0-9a-f]{32}-support-de", one)
    assert is_message_id(one)
    assert account_in(one) == "support-de"
    assert (one == two) is (first == second)


def test_an_id_of_an_early_version_names_no_account() -> None:
    assert is_message_id("0" * 32)
    assert account_in("0" * 32) is None


@pytest.mark.parametrize(
    "word", ["", "x", "0" * 31, "0" * 33, "0" * 32 + "-", "0" * 32 + "-a}:b", "0" * 32 + "-A"]
)
def test_what_is_no_id_names_no_account(word: str) -> None:
    assert not is_message_id(word)
    assert account_in(word) is None


@pytest.mark.parametrize("key", ["a", "~", "a b", "order 7/2 #1", "x" * MAX_KEY_LENGTH])
def test_a_printable_key_is_taken_as_it_is(key: str) -> None:
    assert check_idempotency_key(key) == key


@pytest.mark.parametrize(
    "key", ["", " ", "   ", " a", "a ", "x" * (MAX_KEY_LENGTH + 1), "a\nb", "ä", "\x7f", "a\x00"]
)
def test_any_other_key_is_refused(key: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        check_idempotency_key(key)
    assert refused.value.code == "idempotency_key_invalid"
    assert refused.value.errors[0]["field"] == "idempotency_key"


def test_messages_without_a_file_keep_the_identity_that_they_had_before_there_were_files() -> None:
    """issue 15, Identity: what was accepted by an older version is still the same message."""
    assert content_digest("default", "+4915112345678", "Hi") == (
        "b8f4dc6496dd310f0489e6cf41c54e43f27db0844c716aff0a74487ea6d93e9e"
    )
    assert identity_digest("default", "+4915112345678", "Hi", "k") == (
        "9fa8888ee73097045cd75012dc3a4a5b567209e45fc32e0e4746aa95e94bc858"
    )


FILE = MessageFile("ab" * 32, "a.pdf", FileKind.DOCUMENT, 7, "application/pdf")


@pytest.mark.parametrize(
    "other",
    [
        replace(FILE, digest="cd" * 32),
        replace(FILE, name="b.pdf"),
        replace(FILE, kind=FileKind.IMAGE),
    ],
)
def test_digest_name_and_kind_of_a_file_are_part_of_the_content(other: MessageFile) -> None:
    """issue 15, Identity."""
    digests = {content_digest("a", "+491", "Hi", each.identity) for each in (FILE, other)}
    assert len(digests | {content_digest("a", "+491", "Hi")}) == 3
    assert len({identity_digest("a", "+491", "Hi", None, each.identity) for each in (FILE, other)}) == 2
    assert len({identity_digest("a", "+491", "Hi", "k", each.identity) for each in (FILE, other)}) == 1
    same = replace(FILE, size=9, media_type="x")
    assert content_digest("a", "+491", "Hi", same.identity) in digests
