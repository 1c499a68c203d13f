"""Events: read from the stream, and sent in an envelope."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.domain.chats import ChatKind, ChatRecord
from whatsapp_tasks.domain.events import (
    MEANINGS,
    NEEDS_A_PERSON,
    Event,
    EventType,
    envelope,
    event_of,
    follows,
    just_before,
    outline,
    rfc3339,
    types_of,
)
from whatsapp_tasks.domain.files import FileKind, MessageFile
from whatsapp_tasks.domain.received_media import MediaState, MediaStatus
from whatsapp_tasks.domain.received_messages import MediaShown, ReceivedMessage
from whatsapp_tasks.domain.states import MAY_SEND, SessionState
from whatsapp_tasks.domain.statuses import Status

AT = 1_764_000_000_123
SENT = {"type": "message.sent", "subject": "0a1b", "at_ms": str(AT), "code": ""}
STATE = {
    "type": "session.state", "subject": "session", "at_ms": str(AT), "code": "unexpected_logout",
    "from": "AUTHENTICATED", "to": "QR_PENDING", "event": "logged_out", "actor": "worker 7",
}  # fmt: skip
MESSAGE = {"phone": "+4915112345678", "metadata": {"order": 7}, "error_code": None, "error_message": None}


def event(fields: dict[str, str], position: str = "1764000000123-4") -> Event:
    found = event_of("support-de", position, fields)
    assert found is not None
    return found


def test_every_status_that_a_caller_sees_has_an_event_and_every_event_a_meaning() -> None:
    told = {kind.partition(".")[2] for kind in EventType if kind.startswith("message.")}
    assert told - {"received", "media"} == set(Status) - {Status.SENDING}
    assert set(MEANINGS) == set(EventType)


def test_no_state_that_sends_needs_a_person() -> None:
    assert not NEEDS_A_PERSON & MAY_SEND
    assert SessionState.INIT not in NEEDS_A_PERSON


def test_the_envelope_of_a_message_tells_what_its_caller_knows_and_never_the_text() -> None:
    assert envelope(event(SENT), {**MESSAGE, "text": "secret"}) == {
        "id": "evt_support-de_1764000000123_4",
        "type": "message.sent",
        "timestamp": "2025-11-24T16:00:00.123Z",
        "account": "support-de",
        "data": {
            "message_id": "0a1b",
            "status": "sent",
            "phone": "+4915112345678",
            "metadata": {"order": 7},
        },
    }


def test_a_message_to_a_chat_without_a_phone_is_told_with_its_chat() -> None:
    """Issue 16, build 5."""
    chat = "0a" * 16 + "-default"
    data = envelope(event(SENT), {"phone": "", "chat": chat, "metadata": {}})["data"]
    assert (data["phone"], data["chat"]) == (None, chat)
    assert "chat" not in envelope(event(SENT), MESSAGE)["data"]


@pytest.mark.parametrize("kind", ["message.failed", "message.unknown"])
def test_a_failure_tells_why(kind: str) -> None:
    failed = event({**SENT, "type": kind, "code": "phone_not_on_whatsapp"})
    told = envelope(failed, {**MESSAGE, "error_message": "The number is not on WhatsApp."})["data"]["error"]
    assert told == {"code": "phone_not_on_whatsapp", "message": "The number is not on WhatsApp."}


def test_a_message_whose_record_is_gone_is_reported_by_its_id() -> None:
    data = envelope(event(SENT), None)["data"]
    assert (data["message_id"], data["phone"], data["metadata"]) == ("0a1b", None, {})


def test_the_envelope_of_a_message_with_a_file_tells_what_it_is_and_not_its_name() -> None:
    """issue 15: a name is private like a text."""
    file = MessageFile("ab" * 32, "Passport.pdf", FileKind.DOCUMENT, 7, "application/pdf")
    data = envelope(event(SENT), {**MESSAGE, "file": file})["data"]
    assert data["file"] == {
        "kind": "document", "size": 7, "media_type": "application/pdf", "sha256": "ab" * 32,
    }  # fmt: skip
    assert "Passport" not in str(data)
    assert "file" not in envelope(event(SENT), MESSAGE)["data"]


def test_the_envelope_of_a_session_tells_both_states_and_the_reason() -> None:
    assert envelope(event(STATE), None)["data"] == {
        "state": "QR_PENDING",
        "previous_state": "AUTHENTICATED",
        "reason": "unexpected_logout",
        "event": "logged_out",
        "actor": "worker 7",
        "restriction": None,
    }


def test_an_author_in_an_event_of_an_older_version_is_no_id_of_a_key() -> None:
    """Issue 12, row 11: neither in webhooks nor in GET /events nor in evidence, whatever is in the stream."""
    old = event({**STATE, "actor": "wak_0123456789abcdef"})
    assert old.details["actor"] == "an API key"
    for shown in (envelope(old, None), outline(old)):
        assert shown["data"]["actor"] == "an API key"
        assert "wak_" not in str(shown)


def test_events_of_one_message_share_a_lane_and_those_of_two_accounts_do_not() -> None:
    read = event({**SENT, "type": "message.read"}, "1764000000200-0")
    assert event(SENT).lane == read.lane
    other = event_of("sales", "1764000000123-4", SENT)
    assert other is not None
    assert other.lane != read.lane
    assert other.id != event(SENT).id


@pytest.mark.parametrize("fields", [{}, {**SENT, "type": "message.danced"}, {**SENT, "at_ms": "soon"}])
def test_an_entry_of_a_newer_version_is_no_event(fields: dict[str, str]) -> None:
    assert event_of("default", "1-0", fields) is None


def test_an_id_has_no_full_stop_for_the_signature_is_joined_by_it() -> None:
    assert "." not in event(SENT).id


@given(
    st.tuples(st.integers(0, 2**63), st.integers(0, 2**63)),
    st.tuples(st.integers(0, 2**63), st.integers(0, 2**63)),
)
def test_places_are_ordered_as_numbers(one: tuple[int, int], two: tuple[int, int]) -> None:
    assert follows(f"{one[0]}-{one[1]}", f"{two[0]}-{two[1]}") == (one > two)


def test_a_position_must_be_valid() -> None:
    with pytest.raises(ValueError, match="not a position"):
        follows("1", "0-0")


def test_times_are_reported_in_utc_with_milliseconds() -> None:
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"


RECEIVED = {"type": "message.received", "subject": "chat-1", "at_ms": str(AT), "unread": "3", "new": "2"}


def test_the_envelope_of_a_received_message_tells_the_chat_and_the_preview() -> None:
    kept = {"chat": "+49 1511 2345678", "phone": "+4915112345678", "preview": "Hello"}
    data = envelope(event(RECEIVED), kept, received_version=1)["data"]
    assert data == {**kept, "unread": 3, "new": 2}
    unnamed = {"chat": "Ada", "phone": "", "preview": ""}
    named = envelope(event(RECEIVED), unnamed, received_version=1)["data"]
    assert (named["chat"], named["phone"], named["preview"]) == ("Ada", None, "")


def test_what_is_kept_no_longer_is_null() -> None:
    data = envelope(event(RECEIVED), None, received_version=1)["data"]
    assert data == {"chat": None, "phone": None, "preview": None, "unread": 3, "new": 2}


READ = {**RECEIVED, "subject": "c1-support-de", "unread": "0", "new": "1", "message": "m1", "missed": "0"}
CHAT = ChatRecord("c1-support-de", ChatKind.PERSON, "+4915112345678", titles=("Ada",))
MESSAGE_READ = ReceivedMessage("m1", "support-de", CHAT.id, "3A01", False, "text", "Hello\nAda", CHAT.phone)


def test_a_notice_has_the_fields_of_version_2_too() -> None:
    """Issue 16, point 3."""
    data = envelope(event(RECEIVED), {"chat": "Ada", "phone": "", "preview": "Hi"})["data"]
    assert data == {
        **{"version": 2, "read": False, "unread": 3, "new": 2, "preview": "Hi", "message": None},
        **{"chat": {"id": None, "kind": None, "title": "Ada", "phone": None}, "messages_missed": None},
    }


def test_a_message_that_was_read_is_reported_whole_and_in_the_old_shape_on_request() -> None:
    """Issue 16, point 3."""
    kept = {"message": MESSAGE_READ, "chat_record": CHAT}
    data = envelope(event(READ), kept)["data"]
    assert data["chat"] == {"id": CHAT.id, "kind": "person", "title": "Ada", "phone": "+4915112345678"}
    assert data["message"] == MESSAGE_READ.shown()
    assert (data["read"], data["messages_missed"]) == (True, 0)
    assert envelope(event(READ), kept, received_version=1)["data"] == {
        **{"chat": "Ada", "phone": "+4915112345678", "unread": 0, "new": 1, "preview": "Hello Ada"},
    }
    assert outline(event(READ))["data"] == {
        **{"unread": 0, "new": 1, "chat_id": CHAT.id, "message_id": "m1", "messages_missed": 0},
    }


@pytest.mark.parametrize(("told", "shown"), [("2", 2), ("unknown", "unknown")])
def test_a_gap_is_told(told: str, shown: object) -> None:
    gap = {**READ, "message": "", "new": "0", "missed": told}
    data = envelope(event(gap), {"message": None, "chat_record": CHAT})["data"]
    assert (data["message"], data["messages_missed"]) == (None, shown)


MEDIA = {
    **{"type": "message.media", "subject": CHAT.id, "at_ms": str(AT), "message": "m1"},
    **{"state": "quarantined", "reason": ""},
}


def test_the_end_of_a_file_is_reported_as_it_was_then() -> None:
    """Issue 16, point 2: also if the file was judged since."""
    status = MediaStatus(MediaState.STORED, "", "application/pdf", 60_000, "d" * 64, "Invoice.pdf")
    media = MediaShown("document", "Invoice.pdf", "60 kB")
    kept = {"message": replace(MESSAGE_READ, media=media, media_status=status), "chat_record": CHAT}
    data = envelope(event(MEDIA), kept, received_version=1)["data"]
    assert data == {
        "chat": {"id": CHAT.id, "kind": "person", "title": "Ada", "phone": "+4915112345678"},
        **{"message_id": "m1", "whatsapp_id": "3A01", "state": "quarantined", "reason": None},
        "media": {
            **{"kind": "document", "name": "Invoice.pdf", "size": "60 kB"},
            **{"state": "quarantined", "reason": None, "media_type": "application/pdf"},
            **{"bytes": 60_000, "sha256": "d" * 64},
        },
    }
    assert outline(event(MEDIA))["data"] == {
        **{"chat_id": CHAT.id, "message_id": "m1", "state": "quarantined", "reason": None},
    }
    forgotten = envelope(event(MEDIA), None)["data"]
    assert (forgotten["message_id"], forgotten["media"], forgotten["chat"]["title"]) == ("m1", None, None)


def test_a_check_of_numbers_is_reported_by_its_counts_and_no_number() -> None:
    fields = {
        **{"type": "contacts.checked", "subject": "0a1b-support-de", "at_ms": str(AT), "status": "done"},
        **{"total": "3", "registered": "1", "not_registered": "0", "unknown": "2"},
    }
    assert envelope(event(fields), None)["data"] == {
        **{"check_id": "0a1b-support-de", "status": "done"},
        **{"total": 3, "registered": 1, "not_registered": 0, "unknown": 2},
    }


def test_listeners_are_told_what_the_stream_holds_and_nothing_else() -> None:
    failed = {"type": "message.failed", "subject": "0a1b", "at_ms": str(AT), "code": "not_on_whatsapp"}
    received = {"type": "message.received", "subject": "d1", "at_ms": str(AT), "unread": "3", "new": "2"}
    assert outline(event(SENT)) == {
        "id": "evt_support-de_1764000000123_4",
        "type": "message.sent",
        "timestamp": "2025-11-24T16:00:00.123Z",
        "account": "support-de",
        "data": {"message_id": "0a1b", "status": "sent"},
    }
    assert outline(event(failed))["data"] == {
        "message_id": "0a1b", "status": "failed", "code": "not_on_whatsapp",
    }  # fmt: skip
    assert outline(event(received))["data"] == {"unread": 3, "new": 2}
    assert outline(event(STATE)) == envelope(event(STATE), None)


@pytest.mark.parametrize("kind", list(EventType))
def test_an_unknown_detail_of_an_event_is_not_told_to_listeners(kind: EventType) -> None:
    private = {"phone": "+4915112345678", "preview": "secret", "metadata": "order"}
    fields = {"type": str(kind), "subject": "s", "at_ms": str(AT), "code": "", **private}
    told = json.dumps(outline(event(fields)))
    assert not any(value in told for value in private.values())


def test_types_are_named_alone_or_as_a_group() -> None:
    assert types_of(["message.sent", "session.*"]) == {
        EventType.SENT, EventType.SESSION_STATE, EventType.SESSION_ATTENTION,
    }  # fmt: skip
    assert types_of(["message.*"]) == {kind for kind in EventType if kind.startswith("message.")}


@pytest.mark.parametrize("name", ["", "message", "message.", "*", "message.gone", "Message.sent"])
def test_an_unknown_type_is_named_with_those_that_are_known(name: str) -> None:
    with pytest.raises(ValueError, match=r"unknown type.*message\.\*, session\.\*, message\.queued"):
        types_of(["message.sent", name])


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_nothing_is_between_a_position_and_the_one_just_before(ms: int, sequence: int) -> None:
    position = f"{ms}-{sequence}"
    before = just_before(position)
    if position == "0-0":
        assert before == position
        return
    was_ms, was_sequence = map(int, before.split("-"))
    assert was_ms * 2**64 + was_sequence + 1 == ms * 2**64 + sequence
    assert follows(position, before)
