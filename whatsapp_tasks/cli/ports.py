"""Free ports. Servers that share a port by SO_REUSEPORT would both take it, without a word."""

import errno
import socket

from whatsapp_tasks.domain.addresses import serves_both
from whatsapp_tasks.errors import ConfigurationError


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago: take it soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def insist_on_free(host: str, port: int, settings: str) -> None:
    """Raises ConfigurationError naming the setting, such as ``WHATSAPP_WEB_HOST`` or ``…_PORT``; ``settings``
    is the beginning of both. Port 0 is always free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not count
        if family is socket.AF_INET6:
            # One for all addresses is met in both families (webapp/serve.py), so both must be free.
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(not serves_both(host)))
        try:
            probe.bind((host, port))
        except OSError as error:
            wrong = "PORT" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "HOST"
            shown = f"[{host}]" if family is socket.AF_INET6 else host
            raise ConfigurationError(
                f"{settings}_{wrong}: {shown}:{port} cannot be used: {error.strerror}. "
                "Stop what holds it, or set another."
            ) from error
