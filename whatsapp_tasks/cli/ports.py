"""Free ports. Servers that share a port with SO_REUSEPORT would both use it without an error."""

import errno
import socket

from whatsapp_tasks.domain.addresses import serves_both
from whatsapp_tasks.errors import ConfigurationError


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago; use it soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def insist_on_free(host: str, port: int, settings: str) -> None:
    """Raises ConfigurationError, which names the wrong setting (``WHATSAPP_WEB_HOST`` or ``…_PORT``), if the
    port is not free; ``settings`` is the beginning of both names. Port 0 is always free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not count
        if family is socket.AF_INET6:
            # A server for all addresses uses both families (webapp/serve.py), so both must be free.
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(not serves_both(host)))
        try:
            probe.bind((host, port))
        except OSError as error:
            wrong = "PORT" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "HOST"
            shown = f"[{host}]" if family is socket.AF_INET6 else host
            raise ConfigurationError(
                f"{settings}_{wrong}: {shown}:{port} cannot be used: {error.strerror}. "
                "Stop the program that uses it, or set another."
            ) from error
