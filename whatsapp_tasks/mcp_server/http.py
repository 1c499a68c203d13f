"""The server over HTTP (Streamable HTTP): a token for every request, and checks of Host and Origin.

Source: Model Context Protocol, "Transports", security warning: validate Origin, listen on this machine only,
authenticate all connections.
"""

from collections.abc import Sequence
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse

PATH = "/mcp"
MOST_BODY_BYTES = 512 * 1024
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


def serve(app: Starlette, host: str, port: int) -> None:
    """Serves until it is asked to end."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,  # ours
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
