"""Issue 16, point 3: chats and what was read in them, over HTTP and by the client."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.integration.webapp.conftest import Caller, problem
from tests.support.chats_read import ADA, AT, chat_read
from tests.support.http_server import HttpServer
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.chats import ChatRecord
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database


@pytest.fixture
def chat(database: Database, settings: Settings, caller: Caller) -> ChatRecord:
    return chat_read(database, settings)


def test_chats_are_listed_and_one_can_be_asked_for(caller: Caller, chat: ChatRecord) -> None:
    view = {
        **{"id": chat.id, "account": "default", "kind": "person", "phone": ADA, "title": "Ada"},
        **{"titles": ["Ada"], "last_seen_at": AT, "closed": None},
        "links": {"self": f"/chats/{chat.id}", "messages": f"/chats/{chat.id}/messages"},
    }
    assert caller.get("/chats").json == {"chats": [view], "next_cursor": None}
    assert caller.get(f"/chats/{chat.id}").json == view


def test_the_messages_of_both_sides_come_newest_first_page_by_page(caller: Caller, chat: ChatRecord) -> None:
    first = caller.get(f"/chats/{chat.id}/messages?limit=2").json
    assert first is not None
    assert [m["whatsapp_id"] for m in first["messages"]] == ["t2", "t1"]
    document, thanks = first["messages"]
    assert document["media"] == {
        **{"kind": "document", "name": "Invoice.pdf", "size": "60 kB", "state": "skipped"},
        **{"reason": "not_asked", "media_type": None, "bytes": None, "sha256": None},
    }
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


@pytest.mark.parametrize(
    "before",
    [f"{'0' * 32}", f"{'0' * 32}-", f"{'0' * 32}--", f"{'0' * 32}-a-", f"{'0' * 32}-{'a' * 33}"],
)
def test_a_place_in_a_chat_is_the_id_of_a_message(caller: Caller, chat: ChatRecord, before: str) -> None:
    """Issue 13: the same form as all ids, so a cut or mistyped one is refused and not the end of the chat."""
    assert problem(caller.get(f"/chats/{chat.id}/messages?before={before}"), 422) == "query_invalid"


@pytest.mark.parametrize("path", ["/chats", "/messages"])
def test_digits_of_a_cursor_are_those_of_ascii(caller: Caller, chat: ChatRecord, path: str) -> None:
    cursor = quote(f"\u0661\u0662-{'0' * 32}")
    assert problem(caller.get(f"{path}?cursor={cursor}"), 422) == "query_invalid"


def test_a_key_that_only_sends_reads_no_chat(make_caller: Callable[..., Caller], chat: ChatRecord) -> None:
    assert problem(make_caller("send").get(f"/chats/{chat.id}/messages"), 403) == "scope_missing"
    assert problem(make_caller("send").get("/chats"), 403) == "scope_missing"


def test_the_client_reads_them(
    served: HttpServer, served_key: ApiKey, database: Database, settings: Settings
) -> None:
    found = chat_read(database, settings)
    with Client(served.url, served_key.id, served_key.secrets[0]) as client:
        [listed] = client.chats()
        assert client.chat(found.id) == listed
        assert (listed["id"], listed["phone"]) == (found.id, ADA)
        messages = list(client.chat_messages(found.id))
        assert [m["whatsapp_id"] for m in messages] == ["t2", "t1", "o1"]
        assert list(client.chat_messages(found.id, before=messages[0]["id"])) == messages[1:]
