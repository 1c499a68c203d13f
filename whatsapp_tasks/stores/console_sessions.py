"""The sessions of the console page, stored in Redis: a logout takes effect at once in all processes."""

import hashlib
import json
import secrets
from dataclasses import dataclass

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

PLACE_KEPT_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True)
class ConsoleSession:
    """``csrf`` is required for every change. The API key's secret is not stored."""

    key_id: str
    csrf: str
    until_ms: int
    """The time at which it ends in any case."""


class ConsoleSessions:
    """``idle_ms``: how long a session lives without a request."""

    def __init__(self, database: Database, *, idle_ms: int, longest_ms: int) -> None:
        self._db = database
        self._idle_ms = idle_ms
        self._longest_ms = longest_ms

    def begin(self, key_id: str, now_ms: int) -> tuple[str, ConsoleSession]:
        """A new session and its token, which only the browser's cookie holds."""
        token = secrets.token_urlsafe(32)
        session = ConsoleSession(key_id, secrets.token_urlsafe(32), now_ms + self._longest_ms)
        fields = {"key_id": session.key_id, "csrf": session.csrf, "until_ms": session.until_ms}
        ttl = min(self._idle_ms, self._longest_ms)
        self._db.do("SET", session_key(token), json.dumps(fields), "PX", ttl)
        return token, session

    def find(self, token: str, now_ms: int) -> ConsoleSession | None:
        """The session of a token; its idle time starts again."""
        text = self._db.text("GETEX", session_key(token), "PX", self._idle_ms)
        session = ConsoleSession(**json.loads(text)) if text else None
        if session is None:
            return None
        left_ms = session.until_ms - now_ms
        if left_ms <= 0:
            self.end(token)
            return None
        if left_ms < self._idle_ms:
            self._db.do("PEXPIRE", session_key(token), left_ms)
        return session

    def end(self, token: str) -> None:
        """Logs out."""
        self._db.do("DEL", session_key(token))

    def count_attempt(self, who: str, window_seconds: int) -> int:
        """Counts an attempt to log in; returns the number of attempts within the window, including this
        one.
        """
        key = keys.login_attempts(_short(who))
        count, _ = self._db.together(("INCR", key), ("EXPIRE", key, window_seconds, "NX"))
        return int(count)

    def forget_attempts(self, who: str) -> None:
        """Called after a successful login."""
        self._db.do("DEL", keys.login_attempts(_short(who)))

    def remember(self, key_id: str, address: str) -> None:
        """Records that the key logged in from this address: a lock-out caused by others does not apply to
        it.
        """
        self._db.do("SET", keys.console_place(_short(f"{key_id} {address}")), "1", "EX", PLACE_KEPT_SECONDS)

    def was_here(self, key_id: str, address: str) -> bool:
        """Whether the key logged in from this address within the last months."""
        return self._db.number("EXISTS", keys.console_place(_short(f"{key_id} {address}"))) == 1


def _short(who: str) -> str:
    return hashlib.sha256(who.encode()).hexdigest()[:32]


def session_key(token: str) -> str:
    """The key in Redis; it exists while the session does."""
    return keys.console_session(hashlib.sha256(token.encode()).hexdigest())
