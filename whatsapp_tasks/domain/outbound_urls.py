"""Which URLs this service requests because somebody else named them: webhook targets, and files to fetch.

Addresses are checked later, when the host's name is resolved (``domain/addresses.py``).
"""

from urllib.parse import urlsplit


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
