"""A caller's address, as sockets and proxies report it, and which callers are counted together."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

LONGEST_ADDRESS = 100
"""Characters. The longest valid address has 39, plus a port, brackets and an interface name."""

NETWORK_OF_ONE_CALLER = 64
"""Bits. A caller with IPv6 has at least a network of this size, with 2**64 addresses."""


def normal_address(text: str) -> str | None:
    """The address alone, in its canonical form; None if ``text`` is not an address.

    ``text`` may have a port, as some proxies write it, brackets and an interface name. An IPv4 address
    inside an IPv6 one (``::ffff:192.0.2.1``) becomes that IPv4 address.
    """
    return _normal(text) if len(text) <= LONGEST_ADDRESS else None


@lru_cache(10_000)
def counted_as(address: str) -> str:
    """The name under which ``address`` is counted: an IPv6 address is counted by its network."""
    if ":" not in address:
        return address
    return str(IPv6Network((address, NETWORK_OF_ONE_CALLER), strict=False))


@lru_cache(10_000)
def _normal(text: str) -> str | None:
    try:
        found: IPv4Address | IPv6Address = ip_address(_bare(text.strip()))
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(found)


def _bare(text: str) -> str:
    """Without brackets, port and interface."""
    if text.startswith("["):
        inside, bracket, port = text[1:].partition("]")
        text = inside if bracket and (port == "" or _is_port(port)) else ""
    elif text.count(":") == 1:  # IPv4: an IPv6 address has at least two colons
        host, _, port = text.partition(":")
        text = host if _is_port(f":{port}") else ""
    return text.partition("%")[0]


def _is_port(text: str) -> bool:
    number = text.removeprefix(":")
    return text != number and number.isascii() and number.isdigit() and int(number) <= 65_535
