"""One process of the HTTP API: ``python -m webapp.serve``. ``whatsapp-tasks web`` checks Redis and starts it.

Several of them share the port (SO_REUSEPORT); the kernel gives each new connection to one of them.
"""

import asyncio
import socket

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from webapp.asgi import app, settings

MOST_HEAD_BYTES = 65_536
HEAD_SECONDS = 30.0
IDLE_SECONDS = 75
"""A connection without a request is kept that long: longer than proxies keep theirs, so that it is they who
close it, and no request meets a closed door."""
STOP_SECONDS = 20
"""For the requests under way at SIGTERM; one that waits for a worker takes up to 10 s."""


class Connection(HttpToolsProtocol):
    """uvicorn's, with bounds for the head of a request, which has none there: its size, and the time it takes
    from the first byte, or from the opening of the connection.
    """

    _in_head = False
    _head_bytes = 0
    _head_until = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._close_after(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            left = self._head_until - self.loop.time()
            if self._head_bytes > MOST_HEAD_BYTES:
                self.send_400_response("The head of the request is too large.")
            elif self.timeout_keep_alive_task is None:
                self._close_after(max(0.0, left))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0
        self._head_until = self.loop.time() + HEAD_SECONDS

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def _close_after(self, seconds: float) -> None:
        # uvicorn takes this timer back when data comes.
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)


def main() -> None:
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    listener = socket.create_server((settings.web_host, settings.web_port), family=family, reuse_port=True)
    config = Config(
        app,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,  # ours
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # ours (WHATSAPP_TRUSTED_PROXIES)
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
