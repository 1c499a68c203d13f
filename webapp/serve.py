"""One process of the HTTP API: ``python -m webapp.serve``. ``whatsapp-tasks web`` checks Redis and starts it.

Several of them share the port (SO_REUSEPORT); the kernel gives each new connection to one of them.
"""

import socket

from uvicorn import Config, Server

from webapp.asgi import app, settings
from webapp.connections import Connection
from whatsapp_tasks.domain.addresses import serves_both
from whatsapp_tasks.private_files import keep_private

IDLE_SECONDS = 75
"""An idle connection is kept longer than proxies keep theirs, so that the proxy closes it and no request
arrives at a closed connection."""
STOP_SECONDS = 20
"""For the requests that run at SIGTERM; one that waits for a worker takes up to 10 s."""


def main() -> None:
    keep_private()
    Connection.open_connections.most = settings.web_connections
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    listener = socket.create_server(
        (settings.web_host, settings.web_port),
        family=family,
        reuse_port=True,
        dualstack_ipv6=serves_both(settings.web_host),
    )
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
