"""The tools as they are offered; what they do is in tests/integration/mcp_server."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from webapp.operations import OPERATIONS
from whatsapp_tasks.client import Client
from whatsapp_tasks.mcp_server.server import _OFFERED, make_server

ASKED = {
    "send_message": ("POST", "/send"),
    "message_status": ("GET", "/messages/{message_id}"),
    "cancel_message": ("DELETE", "/messages/{message_id}"),
    "check_number": ("POST", "/contacts/check"),
    "number_check": ("GET", "/contacts/checks/{check_id}"),
    "list_templates": ("GET", "/templates"),
    "preview_template": ("POST", "/templates/{name}/{language}/preview"),
    "list_chats": ("GET", "/chats"),
    "read_chat": ("GET", "/chats/{chat_id}/messages"),
    "account_status": ("GET", "/accounts/{account}"),
}
"""What each tool asks of the API."""


def no_client() -> Client:
    raise AssertionError("nothing is called")


def tools_of(scopes: Collection[str]) -> dict[str, Any]:
    listed = asyncio.run(make_server(no_client, scopes).list_tools())
    return {tool.name: tool for tool in listed}


def test_a_tool_needs_the_scope_that_the_api_asks_for() -> None:
    """Issue 16, part 10: tools are scoped by the key."""
    scopes = {(str(operation.method), operation.path): operation.scope for operation in OPERATIONS}
    assert {offered.name: offered.scope for offered in _OFFERED} == {
        name: scopes[asked] for name, asked in ASKED.items()
    }


def test_a_key_without_scopes_has_no_tools() -> None:
    assert tools_of(()) == {}
    assert set(tools_of(("admin",))) == set(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_a_tool_describes_itself_and_each_argument(name: str) -> None:
    tool = tools_of(("admin",))[name]
    assert tool.description
    assert tool.title
    assert tool.annotations is not None
    assert tool.input_schema["additionalProperties"] is False
    for argument, about in tool.input_schema.get("properties", {}).items():
        assert about.get("description") or argument == "template", argument
        # One recipient at most, and no text or phone in a list.
        assert "array" not in str(about), argument
    assert not {"secret", "key", "token"} & set(tool.input_schema.get("properties", {}))


@pytest.mark.parametrize(("name", "only_reads"), [("send_message", False), ("message_status", True)])
def test_assistants_are_told_what_changes_something(name: str, only_reads: bool) -> None:
    assert tools_of(("admin",))[name].annotations.read_only_hint is only_reads
