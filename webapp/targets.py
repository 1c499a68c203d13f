"""The request target that a signature covers: path and query, byte for byte as the caller sent them."""

from collections.abc import Mapping
from typing import Any

RAW_TARGET = "RAW_URI"
"""The environ keys of servers for it (gunicorn, werkzeug, and ours: ``webapp/threads.py``)."""


def signed_target(environ: Mapping[str, Any]) -> str:
    """The raw target. It is never rebuilt from the decoded path: a path can be escaped in many ways, and the
    signed one cannot be known. Raises KeyError if the server does not pass it on.
    """
    return _origin_form(str(environ[RAW_TARGET]))


def _origin_form(target: str) -> str:
    """``/path?query`` of a target, which a proxy's client may have sent in absolute form."""
    scheme, separator, rest = target.partition("://")
    if separator and "/" not in scheme and "?" not in scheme:
        return "/" + rest.partition("/")[2]
    return target
