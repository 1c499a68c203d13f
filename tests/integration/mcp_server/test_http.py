"""``whatsapp-tasks mcp --http``: who may speak to it, and the SDK's own client on the served API.

Issue 16, part 10.
"""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from tests.integration.mcp_server.conftest import Environment
from tests.integration.mcp_server.conversation import COMMAND, by_http, run
from tests.support.http_server import HttpServer
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.mcp_server import http
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


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"POST /mcp HTTP/1.1\r\nHost: 127",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nx",  # it has no token
    ],
    ids=["nothing", "head", "body"],
)
def test_who_never_completes_a_request_is_disconnected(
    beginning: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each held a file of the process as long as they liked (issue 12, row 14, of the API)."""
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.5)

    async def alive(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(alive, http=http.Connection, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run, args=([listening],))
    serving.start()
    try:
        with socket.create_connection(listening.getsockname(), 60) as caller:
            caller.sendall(beginning)
            with suppress(ConnectionResetError):
                while caller.recv(4096):
                    pass
    finally:
        server.should_exit = True
        serving.join()
        listening.close()
