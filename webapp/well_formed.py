"""Refuses, before everything else, requests that different programs might read differently."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import NotFound

from webapp.guards import SAFE
from webapp.proxies import NO_ADDRESS
from webapp.targets import RAW_TARGET
from whatsapp_tasks.errors import RequestRefused

CHECK_THEMSELVES = frozenset({"sends.send", "uploads.create"})
"""``POST /send`` and ``POST /files`` check and count by themselves, because they run without Flask too."""

REPEATED = "whatsapp-tasks.repeated"
"""Key in the environ: the name of a header that came more than once although it has one value."""
ONE_VALUE = frozenset(
    {
        *("HTTP_X_API_KEY", "HTTP_X_TIMESTAMP", "HTTP_X_SIGNATURE", "HTTP_X_CONTENT_SHA256"),
        *("HTTP_IDEMPOTENCY_KEY", "HTTP_CONTENT_DISPOSITION", "CONTENT_TYPE"),
    }
)
"""WSGI joins the lines of one header with commas, which would be another value: another idempotency key."""

_HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)


def install(app: Flask) -> None:
    """Refuses requests that are not well-formed, before authentication."""

    @app.before_request
    def _check() -> None:
        if request.endpoint not in CHECK_THEMSELVES:
            check(request.environ)


def check(environ: Mapping[str, Any]) -> None:
    """Raises RequestRefused (400) or NotFound, by the WSGI environ."""
    if not sound_host(environ.get("HTTP_HOST"), environ.get("SERVER_PROTOCOL", "HTTP/1.1")):
        raise _refused("Send the header Host exactly once, with the name and port that you call.")
    if NO_ADDRESS in environ:
        raise _refused("The proxy sent a value in X-Forwarded-For that is not an address.")
    if REPEATED in environ:
        raise _refused(f"Send the header {environ[REPEATED]} once.")
    _check_encoding(environ)
    if environ["PATH_INFO"].startswith("//"):  # werkzeug would read it as one slash
        raise NotFound
    _check_slashes(environ.get(RAW_TARGET, "").partition("?")[0])


def _check_slashes(path: str) -> None:
    """Raises NotFound for an escaped slash, which is no separator (RFC 3986, 2.2): a proxy that lets only
    some paths pass sees another path than werkzeug. After ``/opt-outs/`` it is part of a phone, and refused
    there.
    """
    if "%" in path and "%2f" in path.lower() and not path.startswith("/opt-outs/"):
        raise NotFound


def _check_encoding(environ: Mapping[str, Any]) -> None:
    """Raises RequestRefused (415): a body is taken as it comes, so a packed file would be sent packed."""
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity") and environ["REQUEST_METHOD"] not in SAFE:
        raise RequestRefused(
            "content_type_unsupported",
            "Send the body itself, not compressed, without the header Content-Encoding.",
            http_status=415,
        )


def sound_host(host: str | None, protocol: str) -> bool:
    """Whether there is exactly one valid host (RFC 9112, 3.2); HTTP/1.0 needs none."""
    return protocol == "HTTP/1.0" if host is None else _HOST.fullmatch(host) is not None


def _refused(detail: str) -> RequestRefused:
    return RequestRefused("bad_request", detail, http_status=400)
