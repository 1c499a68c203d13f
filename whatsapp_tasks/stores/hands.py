"""Views of an account's live page: who has it open, and the line between the viewer and the worker.

A view is a pause of the account (``PauseReason.OPERATOR_VIEW``) with an id that only its viewer knows, and a
key that lives as long as the viewer shows signs of life. Whoever dies, the view is over: see ``Pauses.all``
and ``session/hand.py``.

What passes on the line is published, not stored (docs/decisions/0006-a-hand-over-pub-sub.md).
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Self, assert_never

from whatsapp_tasks.domain.hand import VIEWER_GONE_SECONDS, Ended
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import OpenView, applied, outcome_of
from whatsapp_tasks.stores.pauses import HISTORY_KEPT, PauseReason, history_entry

NOTE = "has the page open in the console"
WHY_KEPT_MS = 3600 * 1000
_TTL_MS = int(VIEWER_GONE_SECONDS * 1000)


@dataclass(frozen=True)
class View:
    """The page in one person's hands."""

    id: str
    author: str
    since_ms: int

    @classmethod
    def of(cls, fact: str) -> Self:
        """The view of a pause, as it is stored."""
        fields = json.loads(fact)
        return cls(fields.get("view", ""), fields["author"], fields["since_ms"])


class Silence(Enum):
    """Why there is no answer."""

    NOBODY_LISTENS = auto()
    """The order certainly reached nobody."""
    TOO_LATE = auto()


class Hands:
    """The views of one account."""

    def __init__(self, database: Database, account: str) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)

    def open(self, author: str, now_ms: int) -> tuple[bool, View]:
        """Whether a view was opened for ``author``, and the one that is open: theirs or another's."""
        view = secrets.token_urlsafe(16)
        fact = json.dumps({"author": author, "since_ms": now_ms, "note": NOTE, "view": view})
        answer, held = self._db.run(
            "hand_open",
            {**self._pause_keys, "viewer": self._keys.viewer},
            {
                "reason": PauseReason.OPERATOR_VIEW,
                "fact": fact,
                "entry": history_entry("pause", PauseReason.OPERATOR_VIEW, author, now_ms, NOTE),
                "kept": HISTORY_KEPT,
                "view": view,
                "ttl": _TTL_MS,
            },
        )
        match outcome_of(OpenView, answer):
            case OpenView.OPENED:
                return True, View.of(held)
            case OpenView.TAKEN:
                return False, View.of(held)
            case unknown:
                assert_never(unknown)

    def held(self) -> tuple[View | None, bool]:
        """The view that is open, if any, and whether its viewer shows signs of life."""
        fact, viewer = self._db.together(
            ("HGET", self._keys.pauses, PauseReason.OPERATOR_VIEW), ("GET", self._keys.viewer)
        )
        view = View.of(fact) if fact else None
        return view, view is not None and view.id == viewer

    def renew(self, view: str) -> bool:
        """The viewer is still there; False if the view is over."""
        answer = self._db.run("hand_renew", {"viewer": self._keys.viewer}, {"view": view, "ttl": _TTL_MS})
        return applied(answer)

    def end(self, view: str, why: Ended, author: str, now_ms: int) -> bool:
        """Ends the view and its pause; False if it was over. ``how_ended`` returns ``why`` for an hour."""
        return applied(
            self._db.run(
                "hand_end",
                {
                    **self._pause_keys,
                    "viewer": self._keys.viewer,
                    "ended": self._keys.view_ended(view),
                },
                {
                    "reason": PauseReason.OPERATOR_VIEW,
                    "view": view,
                    "why": why,
                    "why_kept": WHY_KEPT_MS,
                    "entry": history_entry("resume", PauseReason.OPERATOR_VIEW, author, now_ms, why),
                    "kept": HISTORY_KEPT,
                },
            )
        )

    def how_ended(self, view: str) -> Ended:
        """Why the view is over; VIEWER_GONE where nobody has noted it."""
        why = self._db.text("GET", self._keys.view_ended(view))
        return Ended(why) if why else Ended.VIEWER_GONE

    # the line

    def ask(self, view: str, order: Mapping[str, Any], within_seconds: float) -> dict[str, Any] | Silence:
        """The worker's answer to ``order``."""
        asked = secrets.token_hex(8)
        answers = self._db.listen(self._keys.view_answer(view, asked))
        try:
            text = json.dumps({**order, "asked": asked})
            if not self._db.publish(self._keys.view_orders(view), text):
                return Silence.NOBODY_LISTENS
            answer = answers.next(within_seconds)
        finally:
            answers.close()
        return Silence.TOO_LATE if answer is None else dict(json.loads(answer))

    def desk(self, view: str) -> "Desk":
        """The worker's end of the line of a view; to be closed."""
        return Desk(self._db, self._keys, view)

    @property
    def _pause_keys(self) -> dict[str, str]:
        return {
            "pauses": self._keys.pauses,
            "history": self._keys.pause_history,
            "generation": self._keys.generation,
        }


class Desk:
    """Takes the orders of one view."""

    def __init__(self, database: Database, names: keys.AccountKeys, view: str) -> None:
        self._db = database
        self._keys = names
        self._view = view
        self._orders = database.listen(names.view_orders(view))

    def next(self, within_seconds: float) -> dict[str, Any] | None:
        """The next order that can be read."""
        text = self._orders.next(within_seconds)
        try:
            order = json.loads(text) if text is not None else None
        except ValueError:
            return None
        return order if isinstance(order, dict) and isinstance(order.get("asked"), str) else None

    def stands(self, order: Mapping[str, Any]) -> bool:
        """Whether the view is open, its viewer is there, and whoever gave ``order`` still waits for it."""
        fact, viewer, waiting = self._db.together(
            ("HGET", self._keys.pauses, PauseReason.OPERATOR_VIEW),
            ("GET", self._keys.viewer),
            ("PUBSUB", "NUMSUB", self._keys.view_answer(self._view, order["asked"])),
        )
        return bool(fact and View.of(fact).id == self._view == viewer and int(waiting[1]))

    def answer(self, order: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
        """Answers ``order``; whoever waits for nothing any more does not get it."""
        self._db.publish(self._keys.view_answer(self._view, order["asked"]), json.dumps(fields))

    def close(self) -> None:
        """Takes no more orders."""
        self._orders.close()
