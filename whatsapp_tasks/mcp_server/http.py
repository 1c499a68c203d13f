"""The server over HTTP (Streamable HTTP): a token for every request, and checks of Host and Origin.

Source: Model Context Protocol, "Transports", security warning: validate Origin, listen on this machine only,
authenticate all connections.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import h11
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

PATH = "/mcp"
MOST_BODY_BYTES = 512 * 1024
REQUEST_SECONDS = 30.0
"""From the start of a connection, or the first byte of a further request, until the request is complete."""
_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


def make_app(server: MCPServer[Any], hosts: Sequence[str], origins: Sequence[str]) -> Starlette:
    """``hosts`` and ``origins`` are accepted besides those of this machine. ``/healthz`` needs no token."""
    server.custom_route("/healthz", methods=["GET"])(_alive)
    return server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,  # no tool speaks to the caller by itself, so a restart loses nothing
        max_request_body_size=MOST_BODY_BYTES,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[*_THIS_MACHINE, *(f"{host}:*" for host in _THIS_MACHINE), *hosts],
            allowed_origins=[
                *(f"http://{host}{port}" for host in _THIS_MACHINE for port in ("", ":*")),
                *origins,
            ],
        ),
    )


async def _alive(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("alive")


class Connection(H11Protocol):
    """uvicorn's, which waits for the rest of a request without end: also from callers without a token."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unwatch()

    def _watch(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._unwatch()
        elif self._late is None:
            self._late = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _unwatch(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def serve(app: Starlette, host: str, port: int) -> None:
    """Serves until it is asked to end."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=Connection,
        log_config=None,  # ours
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
