"""Where a caller comes from, out of what sockets and proxies tell, and which callers are counted as one."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

LONGEST_ADDRESS = 100
"""Characters. The longest sound one has 39, a port, brackets and the name of an interface besides."""

NETWORK_OF_ONE_CALLER = 64
"""Bits. A caller with IPv6 has at least a network of this size to himself, and so 2**64 addresses in it."""


def sound_address(told: str) -> str | None:
    """The address alone, in the usual form; None for what is none.

    ``told`` may have a port, as some proxies write it, brackets and the name of an interface; an IPv4 address
    inside an IPv6 one (``::ffff:192.0.2.1``) is that IPv4 address.
    """
    return _sound(told) if len(told) <= LONGEST_ADDRESS else None


@lru_cache(10_000)
def counted_as(address: str) -> str:
    """Who is counted together with ``address``, a sound one: IPv6 by its network."""
    if ":" not in address:
        return address
    return str(IPv6Network((address, NETWORK_OF_ONE_CALLER), strict=False))


@lru_cache(10_000)
def _sound(told: str) -> str | None:
    try:
        found: IPv4Address | IPv6Address = ip_address(_bare(told.strip()))
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(found)


def _bare(told: str) -> str:
    """Without brackets, port and interface."""
    if told.startswith("["):
        inside, bracket, port = told[1:].partition("]")
        told = inside if bracket and (port == "" or _is_port(port)) else ""
    elif told.count(":") == 1:  # IPv4: an IPv6 address has two of them at least
        host, _, port = told.partition(":")
        told = host if _is_port(f":{port}") else ""
    return told.partition("%")[0]


def _is_port(text: str) -> bool:
    number = text.removeprefix(":")
    return text != number and number.isascii() and number.isdigit() and int(number) <= 65_535
