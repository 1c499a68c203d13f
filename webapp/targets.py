"""The request target that a signature covers: path and query exactly as the caller sent them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

# Characters that may stand in a path as they are (RFC 3986, pchar and the slash).
_PATH = "/!$&'()*+,;=:@~"
_STRICT = "/~"


def signed_targets(environ: Mapping[str, Any]) -> tuple[str, ...]:
    """The targets that the caller may have signed; usually one.

    A server that hands on the raw target (gunicorn, werkzeug) leaves no doubt. Ours (``webapp/threads.py``)
    hands on the decoded path: then it is encoded again in the ways that clients do, with ``:`` and ``+`` left
    alone, and with all but unreserved characters encoded. Both name the same resource, so nothing is gained
    by confusing them.
    """
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if raw:
        return (_origin_form(str(raw)),)
    paths = _encoded(str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", "")))
    query = environ.get("QUERY_STRING", "")
    return tuple([f"{path}?{query}" for path in paths]) if query else paths


@lru_cache(maxsize=1000)
def _encoded(decoded: str) -> tuple[str, ...]:
    path = decoded.encode("latin-1")
    usual, strict = quote(path, safe=_PATH), quote(path, safe=_STRICT)
    return (usual,) if usual == strict else (usual, strict)


def _origin_form(target: str) -> str:
    """``/path?query`` of a target that a proxy's client may have sent in absolute form."""
    scheme, separator, rest = target.partition("://")
    if separator and "/" not in scheme and "?" not in scheme:
        return "/" + rest.partition("/")[2]
    return target
