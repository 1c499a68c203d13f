"""One process of the HTTP API: ``python -m webapp.serve``. ``whatsapp-tasks web`` checks Redis and starts it.

Several of them share the port (SO_REUSEPORT); the kernel gives each new connection to one of them.
"""

import gc
import resource
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


GARBAGE_THRESHOLDS = (20_000, 20, 20)
"""With Python's own (700, 10, 10) the collector took 4 % of the time of ``POST /send``, whose
objects are in no cycles (docs/performance.md).
"""

OTHER_FILES = 256
"""Open files of a process beside its connections: to Redis, logs, uploads."""


class Process(Server):
    """uvicorn, which waits for answers that run when it is stopped: a stream of events would run on."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams first; their listeners see why, and ask another process."""
        app.listeners.end_all()
        await super().shutdown(sockets)


def main() -> None:
    keep_private()
    _allow_files(settings.web_connections + settings.events_listeners + OTHER_FILES)
    Connection.open_connections.most = settings.web_connections
    Connection.open_connections.apart = app.listeners.__len__
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    listener = socket.create_server(
        (settings.web_host, settings.web_port),
        family=family,
        reuse_port=True,
        dualstack_ipv6=serves_both(settings.web_host),
    )
    _collect_garbage_rarely()
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
    Process(config).run(sockets=[listener])


def _collect_garbage_rarely() -> None:
    """What exists now stays until the end, and is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def _allow_files(wanted: int) -> None:
    """Raises the limit of open files to ``wanted`` if it is lower, as far as this user may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    main()
