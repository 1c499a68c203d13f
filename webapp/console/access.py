"""Access to the console: a session that began with an admin key, and a token with each change.

Sessions are stored in Redis (stores/console_sessions.py); the browser holds a random session id in a cookie
that no script can read and that is never sent with another site's request. The API key's secret is not
stored.
"""

import hmac
from dataclasses import dataclass

from flask import g, request
from werkzeug.wrappers import Request, Response

from webapp.guards import SAFE, Guard
from webapp.services import Services, services
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.console_sessions import ConsoleSession, ConsoleSessions

CSRF_HEADER = "X-Console-Token"
CSRF_FIELD = "token"


@dataclass(frozen=True)
class Operator:
    """The person who is logged in."""

    key: ApiKey
    session: ConsoleSession


class ConsoleGuard(Guard):
    """Runs before each view of the console."""

    def check(self) -> None:
        """Raises RequestRefused (``console_session_missing``, ``console_token_invalid``)."""
        found = require_operator(services(), request)
        if request.method not in SAFE:
            check_token(found.session.csrf)
        g.operator = found


class EvidenceGuard(Guard):
    """For both the API and the console: a key in the headers, or a session."""

    def check(self) -> None:
        """Raises RequestRefused unless the caller is an admin."""
        if "X-Api-Key" in request.headers or find_operator() is None:
            super().check()


CONSOLE = ConsoleGuard({"GET": "admin", "POST": "admin"})
EVIDENCE = EvidenceGuard({"GET": "admin"})


def operator() -> Operator:
    """The person who is logged in; only after the guard."""
    found: Operator = g.operator
    return found


def require_operator(parts: Services, asked: Request) -> Operator:
    """The person whose browser sent the request; raises RequestRefused (``console_session_missing``)."""
    found = _operator_of(parts, asked)
    if found is None:
        raise RequestRefused(
            "console_session_missing", "Nobody is logged in, or the session has ended.", http_status=401
        )
    return found


def find_operator() -> Operator | None:
    """The person who is logged in, if any. If the key was revoked, or lost its admin scope, the session
    ends.
    """
    return _operator_of(services(), request)


def _operator_of(parts: Services, asked: Request) -> Operator | None:
    token = asked.cookies.get(cookie_name(asked))
    session = sessions(parts).find(token, parts.now_ms()) if token else None
    if session is None:
        return None
    key = parts.keys.get(session.key_id)
    return Operator(key, session) if key is not None and key.allows("admin") else None


def sessions(parts: Services) -> ConsoleSessions:
    settings = parts.settings
    return ConsoleSessions(
        parts.database,
        idle_ms=int(settings.console_idle_seconds * 1000),
        longest_ms=int(settings.console_longest_seconds * 1000),
    )


def check_token(expected: str) -> None:
    """Raises RequestRefused unless the request comes from a page of ours and carries its token.

    Other sites' requests do not carry the cookie (SameSite=Strict). This check covers browsers that do not
    support that, and forged forms from another program on our host name.
    """
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(given.encode(), expected.encode()) or not from_our_page(request):
        raise RequestRefused(
            "console_token_invalid",
            "The request did not come from the console page, or the page is out of date. Load it again.",
            http_status=403,
        )


def from_our_page(asked: Request) -> bool:
    """Whether the browser's own headers allow that the request comes from our page; True without headers."""
    site = asked.headers.get("Sec-Fetch-Site")
    origin = asked.headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    return origin is None or origin == asked.host_url.rstrip("/")


def cookie_name(asked: Request) -> str:
    """With https, the name's prefix makes browsers accept the cookie only from this host, and only over
    https.
    """
    return "__Host-whatsapp-console" if asked.is_secure else "whatsapp-console"


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Sets a cookie that scripts and other sites cannot read; without ``seconds`` it ends with the
    browser.
    """
    response.set_cookie(
        name, value, max_age=seconds, secure=request.is_secure, httponly=True, samesite="Strict", path="/"
    )
