"""Refuses, before everything else, requests that different programs might read differently."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import NotFound

from webapp.proxies import NO_ADDRESS
from whatsapp_tasks.errors import RequestRefused

CHECK_THEMSELVES = frozenset({"sends.send", "uploads.create"})
"""``POST /send`` and ``POST /files`` check and count by themselves, because they run without Flask too."""

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
    if environ["PATH_INFO"].startswith("//"):  # werkzeug would read it as one slash
        raise NotFound


def sound_host(host: str | None, protocol: str) -> bool:
    """Whether there is exactly one valid host (RFC 9112, 3.2); HTTP/1.0 needs none."""
    return protocol == "HTTP/1.0" if host is None else _HOST.fullmatch(host) is not None


def _refused(detail: str) -> RequestRefused:
    return RequestRefused("bad_request", detail, http_status=400)
