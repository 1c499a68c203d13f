"""Replies: what may be quoted, and what stands armed (issue 16, point 4)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.bubbles import Bubble, BubbleFile
from whatsapp_tasks.domain.chat_snapshot import Quote
from whatsapp_tasks.domain.faults import counts_for_circuit
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.replies import (
    CUT_AT,
    NOT_ARMED,
    Reply,
    ReplyPolicy,
    carries,
    goes_plain,
    is_quoted,
)
from whatsapp_tasks.domain.reply_requests import Quotable, check_reply_policy, check_reply_to, reply_of
from whatsapp_tasks.domain.texts import bubble_key
from whatsapp_tasks.errors import RequestRefused

ID = "0" * 32 + "-default"
THERE = Quotable("default", Recipient("+4915112345678"), "3EB0")
TEXTS = st.text(min_size=1, max_size=300).filter(bubble_key)


def quote(text: str, *, ours: bool | None = None, media: bool = False) -> Quote:
    return Quote(text, ours, media, None)


def bubble(text: str | None, *, outgoing: bool | None = True, file: BubbleFile | None = None) -> Bubble:
    return Bubble("1", outgoing, text, file=file)


# accepted or refused


def test_a_message_of_the_same_chat_may_be_replied_to() -> None:
    found = reply_of(THERE, ID, ReplyPolicy.FAIL, account="default", recipient=Recipient("+4915112345678"))
    assert found == Reply(ID, "3EB0", ReplyPolicy.FAIL)
    assert Reply.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (None, "reply_to_unknown"),
        (replace(THERE, account="other"), "reply_to_unknown"),
        (replace(THERE, chat=Recipient("+4915112345679")), "reply_to_elsewhere"),
        (replace(THERE, bubble_id=None), "reply_to_not_sent"),
        (replace(THERE, bubble_id=""), "reply_to_not_sent"),
    ],
)
def test_what_may_not_be_replied_to_is_said(target: Quotable | None, code: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        reply_of(target, ID, ReplyPolicy.FAIL, account="default", recipient=Recipient("+4915112345678"))
    assert (refused.value.code, refused.value.http_status) == (code, 422)
    assert refused.value.errors[0]["field"] == "reply_to"


def test_both_forms_of_one_mobile_are_one_chat() -> None:
    target = replace(THERE, chat=Recipient("+5511987654321"))
    assert reply_of(target, ID, ReplyPolicy.FAIL, account="default", recipient=Recipient("+551187654321"))


def test_a_chat_without_a_phone_is_known_by_its_id() -> None:
    """Issue 16, build 5: a message of a group is replied to in that group only."""
    group = Recipient(None, "1" * 32 + "-default")
    target = replace(THERE, chat=group)
    assert reply_of(target, ID, ReplyPolicy.FAIL, account="default", recipient=group)
    for other in (Recipient(None, "2" * 32 + "-default"), Recipient("+4915112345678")):
        with pytest.raises(RequestRefused, match="another chat"):
            reply_of(target, ID, ReplyPolicy.FAIL, account="default", recipient=other)


@pytest.mark.parametrize("value", ["", "x", None, 5, "0" * 31, ID + "!"])
def test_an_id_is_an_id(value: object) -> None:
    with pytest.raises(RequestRefused, match="id of a message"):
        check_reply_to(value)


@pytest.mark.parametrize("value", ["", "plain", None])
def test_a_policy_is_one_of_two(value: object) -> None:
    with pytest.raises(RequestRefused, match="fail, send_plain"):
        check_reply_policy(value)


# whether it goes without


@pytest.mark.parametrize(("failed", "plain"), [(0, False), (1, False), (2, True), (3, True)])
def test_the_last_attempt_goes_plain_where_that_is_the_policy(failed: int, plain: bool) -> None:
    assert goes_plain(Reply(ID, "1", ReplyPolicy.SEND_PLAIN), failed) is plain
    assert not goes_plain(Reply(ID, "1"), failed)


@pytest.mark.parametrize("code", [NOT_ARMED, "quote_stays", "quote_changed"])
def test_what_one_reply_meets_does_not_stop_the_account(code: str) -> None:
    assert not counts_for_circuit(code)


# what stands armed


@given(TEXTS, st.booleans(), st.sampled_from([True, False, None]))
def test_a_message_is_quoted_by_its_own_text(text: str, outgoing: bool, known: bool | None) -> None:
    ours = None if known is None else outgoing
    assert is_quoted(quote(text, ours=ours), bubble(text, outgoing=outgoing))
    assert not is_quoted(quote(text, ours=not outgoing), bubble(text, outgoing=outgoing))


@given(TEXTS, TEXTS)
def test_another_text_is_another_message(one: str, other: str) -> None:
    assert is_quoted(quote(one), bubble(other)) is (bubble_key(one) == bubble_key(other))


@given(TEXTS, TEXTS)
def test_what_a_bubble_quotes_is_never_taken_for_its_own_text(own: str, quoted: str) -> None:
    """An answer that quotes the wanted text word for word is not the wanted message."""
    answer = replace(bubble(own), quoted=quoted)
    assert is_quoted(quote(quoted), answer) is (bubble_key(own) == bubble_key(quoted))


def test_two_codes_that_differ_in_a_digit_are_two_messages() -> None:
    assert not is_quoted(quote("Your code is 482 914"), bubble("Your code is 482 913"))


@pytest.mark.parametrize("folded", [False, True])
def test_a_long_text_is_compared_as_far_as_both_show_it(folded: bool) -> None:
    text = "0123456789 " * 200
    shown = replace(bubble(text[:CUT_AT] if folded else text), folded=folded)
    assert is_quoted(quote(text[:CUT_AT] + "…"), shown)
    assert not is_quoted(quote("9" + text[1:CUT_AT] + "…"), shown)
    assert not is_quoted(quote("0123…"), shown), "an ellipsis in a short text is a text"


@pytest.mark.parametrize(
    ("armed", "file", "text", "same"),
    [
        (quote("Photo", media=True), "image", None, True),
        (quote("Photo"), "image", None, False),
        (quote("", media=True), "sticker", None, True),
        (quote("report.pdf"), "document", None, True),
        (quote("other.pdf"), "document", None, False),
        (quote("the report", media=True), "document", "the report", True),
        (quote("a caption", media=True), "image", "a caption", True),
        (quote("another", media=True), "image", "a caption", False),
    ],
)
def test_a_file_is_quoted_by_its_caption_its_name_or_a_picture(
    armed: Quote, file: str, text: str | None, same: bool
) -> None:
    shown = bubble(text, file=BubbleFile(file, "report.pdf" if file == "document" else ""))
    assert is_quoted(armed, shown) is same


def test_what_shows_nothing_is_not_quoted() -> None:
    """A deleted message, a placeholder."""
    assert not is_quoted(quote(""), bubble(None))
    assert not is_quoted(quote("This message was deleted", media=True), bubble(None))


# in the bubble


def test_a_bubble_that_quotes_something_else_or_nothing_does_not_carry_it() -> None:
    sent = bubble("the answer")
    assert not carries(sent, quote("Hi"))
    assert not carries(sent, None)
    assert carries(replace(sent, quoted="Hi"), quote("Hi"))
    assert carries(replace(sent, quoted="Hi"), None), "after a crash nobody knows what stood armed"
    assert not carries(replace(sent, quoted="Ho"), quote("Hi"))
