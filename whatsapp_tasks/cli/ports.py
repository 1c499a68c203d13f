"""Free ports. Servers that share a port by SO_REUSEPORT would both take it, without a word."""

import socket

from whatsapp_tasks.errors import ConfigurationError


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago: take it soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def insist_on_free(host: str, port: int, variable: str) -> None:
    """Raises ConfigurationError naming the port and the setting. Port 0 is always free."""
    if port == 0:
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closing connections do not count
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"{variable}: {host}:{port} cannot be used: {error.strerror}. "
                "Stop what holds it, or set another."
            ) from error
