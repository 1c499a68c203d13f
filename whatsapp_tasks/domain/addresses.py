"""Network addresses: which ones a webhook may use, and which ones are this machine."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

# Python's own tables differ between its versions. They do not cover clouds, or addresses that embed an IPv4
# address.

_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Google, Azure and others
        "168.63.129.16",  # Azure's host
        "fd00:ec2::254",  # AWS over IPv6
        "fd00:ec2::23",  # AWS: credentials of containers
        "fd20:ce::254",  # Google over IPv6
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
    )
)

_NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "169.254.0.0/16",  # link-local
        "224.0.0.0/4",  # multicast
        "255.255.255.255/32",  # broadcast
        "::/128",
        "fe80::/10",
        "ff00::/8",
    )
)
"""No receiver can have these."""

_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
"""IANA IPv4 Special-Purpose Address Registry, and multicast."""

_PUBLIC_6 = IPv6Network("2000::/3")
"""All global unicast addresses (IANA, IPv6 Global Unicast Address Assignments). Addresses outside are not
public, including those that will be defined later.
"""
_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation (RFC 9637)
    )
)
"""Exceptions within it (IANA IPv6 Special-Purpose Address Registry)."""

_LOOPBACK_6 = IPv6Address("::1")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: reaches IPv4 from a network without it
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # RFC 8215
_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291: another notation of the IPv4 address itself
_IN_LAST_32_BITS = tuple(
    IPv6Network(text)
    for text in (
        "::/96",  # IPv4-compatible, RFC 4291
        "::ffff:0:0:0/96",  # IPv4-translated, RFC 2765
        "64:ff9b::/96",
    )
)
_SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056
_TEREDO = IPv6Network("2001::/32")  # RFC 4380
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214, in bits 64 to 95


def why_refused(address: str, *, allow_private: bool) -> str | None:
    """Why a webhook may not use ``address``; None if it may.

    ``allow_private`` allows private networks and this machine. Addresses that no receiver can have (metadata
    services of clouds, link-local, multicast, unspecified) stay refused, also when embedded in IPv6.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "is not an IP address"
    if isinstance(found, IPv6Address) and found in _MAPPED:
        found = _bits(found, 96)
    ways = (found, *_embedded(found))
    if any(ip in _METADATA for ip in ways):
        return "is a cloud's metadata service"
    if any(ip in network for ip in ways for network in _NEVER):
        return "is link-local, multicast or unspecified"
    if not allow_private and not _is_public(found):
        return "is not public"
    return None


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_4)
    if ip in _NAT64:
        return _is_public(_bits(ip, 96))
    return (
        ip in _PUBLIC_6
        and not any(ip in network for network in _NOT_PUBLIC_6)
        and all(_is_public(inner) for inner in _embedded(ip))
    )


def _embedded(ip: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address reaches by translation or a tunnel."""
    if isinstance(ip, IPv4Address) or ip == _LOOPBACK_6:
        return
    if any(ip in network for network in _IN_LAST_32_BITS):
        yield _bits(ip, 96)
    if ip in _LOCAL_NAT64:
        yield _after_48_bits(ip) if int(ip) & 0xFF_FFFF_FFFF == 0 else _bits(ip, 96)
    if ip in _SIX_TO_FOUR:
        yield _bits(ip, 16)
    if ip in _TEREDO:
        yield _bits(ip, 32)  # its server
        yield IPv4Address(int(_bits(ip, 96)) ^ 0xFFFFFFFF)
    if int(_bits(ip, 64)) in _ISATAP:
        yield _bits(ip, 96)


def _after_48_bits(ip: IPv6Address) -> IPv4Address:
    """The IPv4 address is split around eight zero bits (RFC 6052, 2.2)."""
    return IPv4Address((int(ip) >> 64 & 0xFFFF) << 16 | int(ip) >> 40 & 0xFFFF)


def _bits(ip: IPv6Address, start: int) -> IPv4Address:
    """The 32 bits after the first ``start``."""
    return IPv4Address(int(ip) >> (96 - start) & 0xFFFFFFFF)


def is_loopback(host: str) -> bool:
    """Whether a URL's host is always this machine (RFC 6761, 6.3), so that no proxy is needed."""
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith(".localhost")
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def serves_both(listening: str) -> bool:
    """Whether our server, listening there, accepts IPv4 as well as IPv6."""
    return listening == "::"


def url_at(listening: str, port: int) -> str:
    """The URL at which this machine reaches our server that listens on ``listening``. For all addresses
    (``0.0.0.0`` and ``::``) that is 127.0.0.1.
    """
    host = "127.0.0.1" if listening == "0.0.0.0" or serves_both(listening) else listening
    return f"http://[{host.replace('%', '%25')}]:{port}" if ":" in host else f"http://{host}:{port}"
