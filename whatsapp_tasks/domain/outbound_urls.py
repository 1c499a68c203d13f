"""Which URLs this service requests because somebody else named them: webhook targets, and files to fetch.

Addresses are checked later, when the host's name is resolved (``domain/addresses.py``).
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from whatsapp_tasks.domain.addresses import is_loopback, why_refused

_LONGEST_HOST = 253
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.IGNORECASE)
"""A host's name in the DNS (RFC 1035, 2.3.4, and the underscores that are in use)."""
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
"""Programs read such a host as an IPv4 address, each in its own way (URL Standard, 3.5)."""


def why_no_target(url: str, *, allow_private: bool) -> str | None:
    """Why ``url`` is not requested; None if it may be. ``allow_private`` allows http too."""
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return "is malformed"
    if parts.scheme not in ("http", "https"):
        return "must begin with https://"
    if not parts.hostname or not port_is_sound or not url.isascii() or not url.isprintable():
        return "must name a host, in ASCII (an international name in its xn-- form)"
    if " " in url or parts.username is not None or parts.fragment:
        return "must have no space, no user and password, and no fragment"
    if parts.scheme == "http" and not allow_private:
        return "must be https; http is only for private networks"
    return None


def why_not_taken(url: str, *, allow_private: bool) -> str | None:
    """The same for a URL as somebody names it to us: also why its host could only be refused later, as far as
    that is known without the DNS.
    """
    problem = why_no_target(url, allow_private=allow_private)
    return problem or _why_no_host(urlsplit(url), allow_private=allow_private)


def _why_no_host(parts: SplitResult, *, allow_private: bool) -> str | None:
    host = parts.hostname or ""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        pass
    else:
        problem = why_refused(host, allow_private=allow_private)
        return f"names an address that {problem}" if problem else None
    is_name = len(host) <= _LONGEST_HOST and _NAME.fullmatch(host) and "[" not in parts.netloc
    if not is_name or _ENDS_IN_NUMBER.fullmatch(host):
        return "must name a host that can exist"
    if is_loopback(host) and not allow_private:
        return "names this machine, which is not public"
    return None
