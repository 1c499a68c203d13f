"""Lends an account's live page to a person at the console: the side of the viewer (docs/hand.md).

The worker's side is ``session/hand.py``; between them stands ``stores/hands.py``.

Error codes: ``worker_not_running``, ``page_in_hand``, ``view_over``, ``request_invalid``, ``worker_failed``,
``worker_no_answer``.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from whatsapp_tasks.domain.hand import SENTENCES, Ended, action_of
from whatsapp_tasks.domain.refusals import worker_not_running
from whatsapp_tasks.domain.states import meaning_of
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.hands import Silence, View


@dataclass(frozen=True)
class Picture:
    """What a view shows. ``jpeg`` is None where the viewer has it already."""

    jpeg: bytes | None
    digest: str
    idle_left_seconds: int
    masked: bool


class PageLending:
    """The views of one account's page. Each method raises StoreUnavailable while Redis is unavailable."""

    def __init__(self, stores: AccountStores, clock: Callable[[], float]) -> None:
        self._account = stores.account
        self._hands = stores.hands
        self._sessions = stores.sessions
        self._clock = clock

    def open(self, author: str) -> str:
        """Pauses the account and lends its page to a person; returns the view's id, for them alone.

        Raises RequestRefused: ``worker_not_running``, or ``page_in_hand`` that says who has it.
        """
        if self._sessions.heartbeat() is None:
            raise worker_not_running(self._account)
        opened, view = self._hands.open(author, self._now_ms())
        if not opened:
            raise self._in_hand(view)
        return view.id

    def see(self, view: str, seen: str, within_seconds: float) -> Picture | str:
        """The page as it is now, or a sentence that says what the viewer waits for. ``seen`` is the digest
        of the picture that they have. Raises RequestRefused (``view_over``).
        """
        self._renew(view)
        answer = self._hands.ask(view, {"do": "look", "seen": seen}, within_seconds)
        if isinstance(answer, Silence):
            return self._awaited(answer)
        if not answer["ok"]:
            return str(answer["message"])
        return Picture(
            base64.b64decode(answer["picture"]) or None,
            str(answer["digest"]),
            int(answer["idle_left_seconds"]),
            bool(answer["masked"]),
        )

    def act(self, view: str, fields: Mapping[str, Any], within_seconds: float) -> None:
        """Does what ``fields`` say (``domain/hand.py``). Raises RequestRefused: ``request_invalid``,
        ``view_over``, ``worker_failed`` (certainly not done), ``worker_no_answer`` (perhaps done).
        """
        action_of(fields)
        self._renew(view)
        answer = self._hands.ask(view, {"do": "act", "action": dict(fields)}, within_seconds)
        if answer is Silence.TOO_LATE:
            raise RequestRefused(
                "worker_no_answer",
                "The page did not answer in time. Look at the picture before you do it again.",
                http_status=504,
                retry_after_seconds=within_seconds,
            )
        if isinstance(answer, Silence):
            raise _not_done(self._awaited(answer))
        if not answer["ok"]:
            raise _not_done(str(answer["message"]))

    def close(self, view: str, author: str) -> bool:
        """The person gives the page back; False if their view was over."""
        return self._hands.end(view, Ended.CLOSED, author, self._now_ms())

    def take_away(self, author: str) -> bool:
        """Ends whatever view is open; False if there is none."""
        view, _ = self._hands.held()
        return view is not None and self._hands.end(view.id, Ended.TAKEN_AWAY, author, self._now_ms())

    def require_free(self) -> None:
        """Raises RequestRefused (``page_in_hand``) while a person has the page open."""
        view, is_viewed = self._hands.held()
        if view is not None and is_viewed:
            raise self._in_hand(view)

    def _renew(self, view: str) -> None:
        if not self._hands.renew(view):
            raise RequestRefused("view_over", SENTENCES[self._hands.how_ended(view)], http_status=410)

    def _awaited(self, silence: Silence) -> str:
        """Why the viewer does not see the page now, and what they can do."""
        worker = self._sessions.heartbeat()
        if worker is None:
            return "The worker is away. You have the page once it runs again; if it stays away, see its log."
        if worker.get("busy_with"):
            return "The worker finishes the message it is at. Then you have the page."
        if not worker.get("browser_running"):
            session = self._sessions.get()
            why = meaning_of(session.state, session.reason)
            return f"No browser runs now ({why}). Once it does, you have the page."
        if silence is Silence.NOBODY_LISTENS:
            return "The worker is about to give you the page."
        return "The page takes long to answer. Please wait: one that hangs is restarted by itself."

    def _in_hand(self, view: View) -> RequestRefused:
        since = datetime.fromtimestamp(view.since_ms / 1000, UTC)
        return RequestRefused(
            "page_in_hand",
            f"{view.author} has had the page of '{self._account}' open since {since:%H:%M:%S} UTC. "
            "Ask them to close it, or end their view in the console.",
            http_status=409,
            extra={"author": view.author, "since_ms": view.since_ms},
        )

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _not_done(reason: str) -> RequestRefused:
    return RequestRefused("worker_failed", reason, http_status=409)
