"""Whom a message is for: issue 16, build 5 and the end of build 1."""

from dataclasses import replace

import pytest

from whatsapp_tasks.domain.chats import ChatKind, ChatRecord, closed_as
from whatsapp_tasks.domain.recipients import (
    CLOSED_BELIEVED_MS,
    Recipient,
    check_chat_id,
    is_chat_id,
    one_of,
    unwritable,
)
from whatsapp_tasks.errors import RequestRefused

PHONE, OTHER = "+4915112345678", "+4915112345679"
CHAT = "0a" * 16 + "-default"
GROUP = ChatRecord(CHAT, ChatKind.GROUP, titles=("Choir",))
NOW = 1_764_000_000_000


def code(call: object) -> str:
    with pytest.raises(RequestRefused) as refused:
        call()  # type: ignore[operator]
    assert refused.value.errors
    return refused.value.code


def test_exactly_one_is_given() -> None:
    one_of(PHONE, None)
    one_of(None, CHAT)
    assert code(lambda: one_of(None, None)) == "recipient_missing"
    assert code(lambda: one_of(PHONE, CHAT)) == "recipient_ambiguous"


def test_a_chat_is_one_of_the_account() -> None:
    assert check_chat_id(CHAT, "default") == CHAT
    assert code(lambda: check_chat_id(CHAT, "other")) == "chat_elsewhere"
    for value in ("", "Choir", PHONE, CHAT.upper(), CHAT + "!", 7, None, ["x"]):
        assert not is_chat_id(value)
        assert code(lambda value=value: check_chat_id(value, "default")) == "chat_invalid"


@pytest.mark.parametrize(
    ("chat", "expected"),
    [
        (GROUP, None),
        (None, "chat_unknown"),
        (replace(GROUP, kind=ChatKind.CHANNEL), "chat_is_channel"),
        (closed_as(GROUP, "chat_left", NOW), "chat_without_box"),
        (closed_as(closed_as(GROUP, "chat_left", NOW), None, NOW), "chat_without_box"),
        (closed_as(closed_as(GROUP, "chat_left", NOW), "", NOW), None),
        # Somebody may have let the account in again: the page is asked after a while.
        (closed_as(GROUP, "chat_left", NOW - CLOSED_BELIEVED_MS), None),
        # By its phone the page is asked at once.
        (replace(closed_as(GROUP, "chat_closed", NOW), kind=ChatKind.PERSON, phone=PHONE), None),
    ],
)
def test_what_cannot_be_written_to_is_said(chat: ChatRecord | None, expected: str | None) -> None:
    refusal = unwritable(chat, NOW)
    assert (refusal.code if refusal else None) == expected


def test_names_and_forms() -> None:
    assert (Recipient(PHONE).name, Recipient(PHONE).forms) == (PHONE, (PHONE,))
    assert (Recipient(None, CHAT).name, Recipient(None, CHAT).forms) == (CHAT, (CHAT,))
    mobile = Recipient("+5511987654321", CHAT)
    assert mobile.name == "+5511987654321"
    assert mobile.forms == ("+5511987654321", "+551187654321", CHAT)
    assert PHONE not in repr(Recipient(PHONE, CHAT))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Recipient(PHONE), Recipient(PHONE, CHAT), True),
        (Recipient("+5511987654321"), Recipient("+551187654321"), True),
        (Recipient(PHONE), Recipient(OTHER), False),
        (Recipient(PHONE, CHAT), Recipient(OTHER, CHAT), False),
        (Recipient(None, CHAT), Recipient(None, CHAT), True),
        (Recipient(PHONE, CHAT), Recipient(None, CHAT), True),
        (Recipient(None, CHAT), Recipient(None, "0b" * 16 + "-default"), False),
        (Recipient(PHONE), Recipient(None, CHAT), False),
        (Recipient(None, None), Recipient(None, None), False),
    ],
)
def test_the_same_chat(one: Recipient, other: Recipient, same: bool) -> None:
    assert one.is_same(other) is same
    assert other.is_same(one) is same
