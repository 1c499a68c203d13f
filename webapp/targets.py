"""The request target that a signature covers: path and query, byte for byte as the caller sent them."""

from collections.abc import Mapping
from typing import Any

RAW_TARGET = "RAW_URI"
"""Where servers put it beside what WSGI tells (gunicorn, werkzeug, and ours: ``webapp/threads.py``)."""


def signed_target(environ: Mapping[str, Any]) -> str:
    """The target as it came. It is never made again of the decoded path: one path is escaped in many ways,
    and which of them was signed cannot be known. A server that does not hand it on is an error (KeyError).
    """
    return _origin_form(str(environ[RAW_TARGET]))


def _origin_form(target: str) -> str:
    """``/path?query`` of a target that a proxy's client may have sent in absolute form."""
    scheme, separator, rest = target.partition("://")
    if separator and "/" not in scheme and "?" not in scheme:
        return "/" + rest.partition("/")[2]
    return target
