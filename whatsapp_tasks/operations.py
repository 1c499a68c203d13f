"""The commands to an account, and its overview: the only entry point, with one set of error codes.

Used by the API, the console, the command line and Flower's commands.

Error codes: ``account_unknown``, ``nothing_to_clear``, ``worker_not_running``, ``worker_no_answer``,
``worker_failed``, ``account_linked``, ``qr_not_shown``, ``page_in_hand``.
"""

import base64
import binascii
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.phones import parse_phone
from whatsapp_tasks.domain.refusals import account_unknown, worker_not_running
from whatsapp_tasks.domain.restrictions import Permission, permission
from whatsapp_tasks.domain.states import SessionEvent, SessionState
from whatsapp_tasks.errors import IllegalTransition, RequestRefused
from whatsapp_tasks.page_lending import PageLending
from whatsapp_tasks.queues import (
    DOCTOR_TASK,
    LOGOUT_TASK,
    PAIRING_CODE_TASK,
    PASSKEY_TASK,
    RESTART_TASK,
    SCREENSHOT_TASK,
)
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.caps import CapUse
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.number_checks import LookupUse
from whatsapp_tasks.stores.pauses import PauseReason
from whatsapp_tasks.stores.requests import WorkerRequests
from whatsapp_tasks.stores.sessions import SessionRecord

__all__ = ["Operations", "Overview", "Pause", "PauseReason"]

RESUMABLE = tuple(reason for reason in PauseReason if reason is not PauseReason.BAN)
"""The reasons that ``resume`` can end. A ban is not among them: it needs ``clear_ban``."""

ORDER_VALID_SECONDS = 60.0
"""A command that the worker has not read by then is void: it was meant for the state of a minute ago."""

LOOK_AGAIN_SECONDS = 3


@dataclass(frozen=True)
class Pause:
    """One reason for a pause, and its author."""

    reason: PauseReason
    author: str
    since_ms: int
    note: str


@dataclass(frozen=True)
class Overview:
    """The state of an account."""

    session: SessionRecord
    sends: Permission
    pauses: Sequence[Pause]
    """All current reasons, oldest first."""
    worker: Mapping[str, Any] | None
    """What the worker reports; None if it gives no signs of life."""
    cap: CapUse | None
    """None if the daily cap is turned off."""
    queue: Mapping[str, int]
    lookups: LookupUse


class Operations:
    """The commands to one account. Each raises StoreUnavailable while Redis is unavailable."""

    def __init__(
        self, database: Database, settings: Settings, account: str, clock: Callable[[], float] = time.time
    ) -> None:
        self.account = account
        self._db = database
        self._settings = settings
        self._clock = clock
        self._stores = AccountStores(database, settings, account)
        self.page = PageLending(self._stores, clock)

    def existing(self) -> "Operations":
        """Returns itself; raises RequestRefused (``account_unknown``) unless the account exists."""
        if not Accounts(self._db).exists(self.account):
            raise account_unknown(self.account)
        return self

    # state

    def overview(self) -> Overview:
        stores = self._stores
        session, pauses, worker = stores.sessions.get(), self.pauses(), stores.sessions.heartbeat()
        return Overview(
            session,
            permission(
                session.state,
                session.restriction,
                paused=bool(pauses),
                worker_runs=worker is not None,
                replies_when_restricted=self._settings.restricted_replies,
            ),
            pauses,
            worker,
            stores.caps.use(self._now_ms()) if stores.caps else None,
            stores.queue.counts(),
            stores.number_checks.use(self._now_ms()),
        )

    def pauses(self) -> list[Pause]:
        """All reasons for which the account is paused now, oldest first."""
        found = [
            Pause(PauseReason(reason), fact["author"], fact["since_ms"], fact["note"])
            for reason, fact in self._stores.pauses.all().items()
        ]
        return sorted(found, key=lambda pause: (pause.since_ms, pause.reason))

    def state_history(self, limit: int) -> list[dict[str, Any]]:
        """The history of the session's states; newest first."""
        return self._stores.sessions.history(limit)

    def pause_history(self, limit: int) -> list[dict[str, Any]]:
        """The pauses and resumes with author, time and note; newest first."""
        return self._stores.pauses.history(limit)

    def cures(self) -> dict[str, int]:
        """The numbers of restarts and reloads of the browser, by cause."""
        return self._stores.sessions.cures()

    def qr(self) -> str:
        """The text of the QR code that the page shows now; raises RequestRefused with the reason if none."""
        text = self._stores.sessions.qr()
        if text is None:
            raise self._why_no_qr()
        return text

    # commands; an order raises RequestRefused (``worker_not_running``)

    def pause(self, author: str, note: str = "") -> bool:
        """Stops sending until ``resume``; True if it was not paused. The first author, time and note stay."""
        return self._stores.pauses.set(PauseReason.OPERATOR, author, self._now_ms(), note)

    def resume(self, author: str, reason: PauseReason = PauseReason.OPERATOR) -> bool:
        """Ends one pause, one of ``RESUMABLE``; True if it was set. Other reasons stay. With that of a view,
        the page is taken away from the person who has it open.
        """
        if reason is PauseReason.CIRCUIT:
            self._stores.circuits.close()
        if reason is PauseReason.OPERATOR_VIEW:
            return self.page.take_away(author)
        return self._stores.pauses.clear(reason, author, self._now_ms())

    def clear_ban(self, author: str) -> SessionState:
        """A person has seen on the phone that the account is not banned. Returns the new state; raises
        RequestRefused (``nothing_to_clear``).
        """
        now_ms = self._now_ms()
        try:
            return self._stores.sessions.apply(
                SessionEvent.PERSON_CLEARED, now_ms, reason="cleared_by_a_person", actor=author, fence=None
            )
        except IllegalTransition as error:
            raise RequestRefused("nothing_to_clear", str(error), http_status=409) from error
        finally:
            self._stores.pauses.clear(PauseReason.BAN, author, now_ms)

    def restart(self) -> str:
        """Tells the worker to restart its browser; returns the command's id."""
        self.page.require_free()
        return self._order(RESTART_TASK)

    def log_out(self) -> str:
        """Tells the worker to unlink the phone; returns the command's id."""
        self.page.require_free()
        return self._order(LOGOUT_TASK)

    # requests to the worker; all raise RequestRefused: no worker, no answer in time, or it failed

    def pairing_code(self, phone: str, within_seconds: float) -> str:
        """A code of eight characters that links ``phone``, which may be malformed (``phone_invalid``)."""
        number = parse_phone(phone)
        self.page.require_free()
        return str(self._ask(PAIRING_CODE_TASK, within_seconds, phone=number)["code"])

    def passkey(self, within_seconds: float, action: str = "") -> tuple[str, str]:
        """Step and code of the passkey ceremony, after ``action`` (continue, confirm, cancel) where one is
        named. Both are "" once the ceremony is over.
        """
        if action:
            self.page.require_free()
        now = self._ask(PASSKEY_TASK, within_seconds, action=action)
        return str(now["step"]), str(now["code"])

    def screenshot(self, within_seconds: float) -> bytes:
        """The page as it is now, as PNG."""
        payload = self._ask(SCREENSHOT_TASK, within_seconds)
        try:
            return base64.b64decode(str(payload["png"]), validate=True)
        except (KeyError, binascii.Error) as error:
            raise _failed({"message": "its answer has no picture"}) from error

    def examine(self, within_seconds: float) -> Mapping[str, Any]:
        """A report on every element of the page; see ``session.doctor.page_report``."""
        return self._ask(DOCTOR_TASK, within_seconds)

    def require_worker(self) -> None:
        """Raises RequestRefused (``worker_not_running``) unless the worker gives signs of life."""
        if self._stores.sessions.heartbeat() is None:
            raise worker_not_running(self.account)

    def _order(self, task: str) -> str:
        self.require_worker()
        return WorkerRequests(self._db, self.account).put(
            task, {}, now_seconds=self._clock(), valid_seconds=ORDER_VALID_SECONDS
        )

    def _ask(self, task: str, within_seconds: float, **arguments: Any) -> Mapping[str, Any]:
        self.require_worker()
        requests = WorkerRequests(self._db, self.account)
        asked = requests.ask(task, arguments, now_seconds=self._clock(), valid_seconds=within_seconds)
        answer = requests.await_answer(asked, within_seconds)
        if answer is None:
            raise RequestRefused(
                "worker_no_answer",
                f"The worker of '{self.account}' did not answer within {within_seconds:.0f} s. It may be "
                "typing a long message, or its browser hangs; try again, or restart the browser.",
                http_status=504,
                retry_after_seconds=within_seconds,
            )
        if not answer.ok:
            raise _failed(answer.payload)
        return answer.payload

    def _why_no_qr(self) -> RequestRefused:
        """The error when no QR code is shown: the reason, and what to do."""
        account = self.account
        if self._stores.sessions.heartbeat() is None:
            return worker_not_running(account)
        state = self._stores.sessions.get().state
        if state is SessionState.AUTHENTICATED:
            return RequestRefused(
                "account_linked",
                f"A phone is linked to the account '{account}'. To link another: POST "
                f"/accounts/{account}/logout first.",
                http_status=409,
            )
        return RequestRefused(
            "qr_not_shown",
            f"The page of the account '{account}' shows no QR code now (state {state}). If it is loading, "
            f"try again in a few seconds; otherwise GET /accounts/{account} shows what is wrong.",
            http_status=404,
            retry_after_seconds=LOOK_AGAIN_SECONDS,
        )

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _failed(payload: Mapping[str, Any]) -> RequestRefused:
    reason = str(payload.get("message") or "no reason given")
    return RequestRefused("worker_failed", f"The worker could not do it: {reason}", http_status=409)
