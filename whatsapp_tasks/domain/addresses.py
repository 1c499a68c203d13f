"""Network addresses: where a webhook may go, and which of them are this machine."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Google, Azure and others
        "fd00:ec2::254",  # AWS over IPv6
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def why_refused(address: str, *, allow_private: bool) -> str | None:
    """Why no webhook goes to ``address``; None when it may.

    ``allow_private`` admits private networks and this machine. What no receiver can have (metadata services
    of clouds, link-local, multicast, unspecified) stays refused.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "is no address"
    for ip in (found, *_embedded(found)):
        if ip in _METADATA:
            return "is a cloud's metadata service"
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
            return "is link-local, multicast or unspecified"
        if not ip.is_global and not allow_private:
            return "is not public"
    return None


def _embedded(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, IPv4Address):
        return ()
    if ip in _NAT64:
        return (IPv4Address(int(ip) & 0xFFFFFFFF),)
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    return tuple(inner for inner in found if inner is not None)


def is_loopback(host: str) -> bool:
    """Whether a URL's host is this machine by its very name (RFC 6761, 6.3): no proxy stands between."""
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        name = host.rstrip(".").lower()
        return name == "localhost" or name.endswith(".localhost")
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def serves_both(listening: str) -> bool:
    """Whether a server of ours that listens there is met over IPv4 as well as over IPv6."""
    return listening == "::"


def url_at(listening: str, port: int) -> str:
    """Where this machine reaches a server of ours that listens on the address ``listening``: one for all
    addresses is met at 127.0.0.1, which ``::`` serves as well.
    """
    host = "127.0.0.1" if listening == "0.0.0.0" or serves_both(listening) else listening
    return f"http://[{host.replace('%', '%25')}]:{port}" if ":" in host else f"http://{host}:{port}"
