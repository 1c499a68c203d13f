"""Issue 16, point 3: chats and what was read in them, over HTTP and by the client."""

from collections.abc import Callable, Iterator

import pytest

from tests.integration.webapp.conftest import Caller, problem
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.chats import ChatRecord, Sighting
from whatsapp_tasks.domain.page_snapshot import Bubble, BubbleFile
from whatsapp_tasks.domain.received_messages import message_in
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease

AT_MS, AT = 1_764_000_000_000, "2025-11-24T16:00:00.000Z"
ADA = "+4915112345678"
BUBBLES = (
    Bubble("o1", True, "Your code is 7", "read", shown_at="9:10 AM"),
    Bubble("t1", False, "thanks", quoted="Your code is 7", quoted_author="You", shown_at="9:12 AM, 1/2/2026"),
    Bubble("t2", False, None, file=BubbleFile("document", "Invoice.pdf", "60 kB"), kind="document"),
)


@pytest.fixture
def chat(database: Database, settings: Settings, caller: Caller) -> Iterator[ChatRecord]:
    """Read by the account's worker."""
    lease = Lease(database, "default", 60)
    assert lease.acquire() is None
    stores = AccountStores(database, settings, "default")
    sighting = Sighting("Ada", phone=ADA, bubbles=tuple(b.id for b in BUBBLES))
    found = stores.chats.recognised(sighting, AT_MS, lease.fence)
    messages = [message_in(b, BUBBLES[:n], "default", found, AT_MS) for n, b in enumerate(BUBBLES)]
    stores.inbox.write(found, messages, missed="0", read=[], stays="", fence=lease.fence, now_ms=AT_MS)
    yield found
    lease.release()


def test_chats_are_listed_and_one_can_be_asked_for(caller: Caller, chat: ChatRecord) -> None:
    view = {
        **{"id": chat.id, "account": "default", "kind": "person", "phone": ADA, "title": "Ada"},
        **{"titles": ["Ada"], "last_seen_at": AT},
        "links": {"self": f"/chats/{chat.id}", "messages": f"/chats/{chat.id}/messages"},
    }
    assert caller.get("/chats").json == {"chats": [view], "next_cursor": None}
    assert caller.get(f"/chats/{chat.id}").json == view


def test_the_messages_of_both_sides_come_newest_first_page_by_page(caller: Caller, chat: ChatRecord) -> None:
    first = caller.get(f"/chats/{chat.id}/messages?limit=2").json
    assert first is not None
    assert [m["whatsapp_id"] for m in first["messages"]] == ["t2", "t1"]
    document, thanks = first["messages"]
    assert document["media"] == {"kind": "document", "name": "Invoice.pdf", "size": "60 kB"}
    assert thanks == {
        **{
            "id": first["next_before"],
            "whatsapp_id": "t1",
            "direction": "in",
            "kind": "text",
            "text": "thanks",
        },
        **{"author": None, "shown_at": "9:12 AM, 1/2/2026", "read_at": AT, "edited": False, "media": None},
        "quoted": {"text": "Your code is 7", "author": "You", "whatsapp_id": "o1"},
    }
    rest = caller.get(f"/chats/{chat.id}/messages?limit=2&before={first['next_before']}").json
    assert rest is not None
    assert [(m["direction"], m["text"]) for m in rest["messages"]] == [("out", "Your code is 7")]
    assert rest["next_before"] is None


def test_what_is_not_there_or_not_understood_is_refused(caller: Caller, chat: ChatRecord) -> None:
    assert problem(caller.get(f"/chats/{'0' * 32}-default"), 404) == "chat_not_found"
    assert problem(caller.get("/chats/nonsense/messages"), 404) == "chat_not_found"
    assert problem(caller.get("/chats?account=nobody"), 404) == "account_unknown"
    assert problem(caller.get(f"/chats/{chat.id}/messages?before=x"), 422) == "query_invalid"


def test_a_key_that_only_sends_reads_no_chat(make_caller: Callable[..., Caller], chat: ChatRecord) -> None:
    assert problem(make_caller("send").get(f"/chats/{chat.id}/messages"), 403) == "scope_missing"
    assert problem(make_caller("send").get("/chats"), 403) == "scope_missing"
