"""``whatsapp-tasks mcp --http``: who may speak to it, and the SDK's own client on the served API.

Issue 16, part 10.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.integration.mcp_server.conftest import Environment
from tests.integration.mcp_server.conversation import COMMAND, by_http, run
from tests.support.http_server import HttpServer
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.stores.api_keys import ApiKey

PHONE = "+4915112345678"
TOKEN = "a-token-that-nobody-guesses-0123456789"
LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-06-18",
}


@pytest.fixture
def key(make_key: Callable[..., ApiKey]) -> ApiKey:
    return make_key("send", "read")


@pytest.fixture
def server(
    key: ApiKey, environment_of: Callable[[ApiKey], Environment], tmp_path: Path
) -> Iterator[HttpServer]:
    port = free_port()
    environment = {
        **environment_of(key),
        "WHATSAPP_DATA_DIR": str(tmp_path),
        "WHATSAPP_MCP_PORT": str(port),
        "WHATSAPP_MCP_TOKEN": TOKEN,
        "WHATSAPP_MCP_HOSTS": "mcp.example.com",
        "WHATSAPP_MCP_ORIGINS": "https://app.example.com",
    }
    server = HttpServer([*COMMAND, "--http"], environment, port, tmp_path / "mcp.log").start()
    yield server
    server.stop()


def test_it_has_the_tools_of_the_key_and_sends(server: HttpServer, key: ApiKey) -> None:
    async def ask() -> None:
        async with by_http(f"{server.url}/mcp", TOKEN) as assistant:
            assert "message_status" in await assistant.tools()
            sent = await assistant.call("send_message", phone=PHONE, text="Hi")
            status = await assistant.call("message_status", message_id=sent.fields["id"])
            assert (status.fields["status"], status.fields["message"]) == ("queued", "Hi")

    run(ask())
    for private in (TOKEN, key.secrets[0], PHONE[1:]):
        assert private not in server.log()


def test_only_who_knows_the_token_and_calls_it_by_its_name_is_answered(server: HttpServer) -> None:
    cases = [
        ({}, 200),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {TOKEN}x"}, 401),
        ({"Authorization": TOKEN}, 401),
        ({"Host": "evil.example"}, 421),  # a page whose name was made to point here (DNS rebinding)
        ({"Host": "evil.example:8070"}, 421),
        ({"Host": "mcp.example.com"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403),
        ({"Origin": server.url}, 200),
        ({"Origin": "https://app.example.com"}, 200),
    ]
    found = [
        (
            changes,
            requests.post(f"{server.url}/mcp", json=LIST_TOOLS, headers={**HEADERS, **changes}, timeout=60),
        )
        for changes, _ in cases
    ]
    assert [(changes, answer.status_code) for changes, answer in found] == cases
    assert "send_message" in found[0][1].text
    assert all("send_message" not in answer.text for _, answer in found if answer.status_code != 200)


def test_it_does_not_start_without_a_token(
    key: ApiKey, environment_of: Callable[[ApiKey], Environment], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [*COMMAND, "--http"],
        env={"WHATSAPP_DATA_DIR": str(tmp_path), **environment_of(key)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert "Set WHATSAPP_MCP_TOKEN" in ended.stderr
