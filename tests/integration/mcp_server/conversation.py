"""What a test asks of a server, through the client of the MCP SDK."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextContent

COMMAND = [sys.executable, "-m", "whatsapp_tasks.cli.main", "mcp"]
SECONDS = 120.0
"""Until an answer must be there; a busy machine needs seconds for the start alone."""


class Told(NamedTuple):
    """The answer of a tool."""

    failed: bool
    text: str
    fields: Any


class Conversation:
    """What a client says to a server, once there is a client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tools(self) -> dict[str, Any]:
        """The input schemas of the tools, by name."""
        return {tool.name: tool.input_schema for tool in (await self._client.list_tools()).tools}

    async def call(self, tool: str, **arguments: Any) -> Told:
        result = await self._client.call_tool(tool, arguments)
        texts = [part.text for part in result.content if isinstance(part, TextContent)]
        return Told(bool(result.is_error), "\n".join(texts), result.structured_content)


@asynccontextmanager
async def by_stdio(
    environment: Mapping[str, str], folder: Path, command: Sequence[str] = COMMAND
) -> AsyncIterator[Conversation]:
    """With a server of its own; ``folder`` gets the file ``stderr``."""
    started = StdioServerParameters(
        command=command[0],
        args=list(command[1:]),
        env={**os.environ, "WHATSAPP_DATA_DIR": str(folder), **environment},
    )
    with (folder / "stderr").open("a", encoding="utf-8") as log:
        async with Client(stdio_client(started, errlog=log), read_timeout_seconds=SECONDS) as client:
            yield Conversation(client)


@asynccontextmanager
async def by_http(url: str, token: str) -> AsyncIterator[Conversation]:
    """With a server that others may use as well."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=SECONDS) as http,
        Client(streamable_http_client(url, http_client=http), read_timeout_seconds=SECONDS) as client,
    ):
        yield Conversation(client)


def run(conversation: Any) -> Any:
    """What the coroutine returns."""
    return asyncio.run(conversation)
