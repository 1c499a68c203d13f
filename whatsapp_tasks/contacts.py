"""Which phones are on WhatsApp: the only entry point for checks of numbers (docs/contacts.md).

Error codes: ``account_invalid``, ``account_unknown``, ``phone_invalid``, ``number_checks_full``,
``number_check_not_found``.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.identity import account_in
from whatsapp_tasks.domain.number_checks import (
    Answer,
    CheckStatus,
    HeldBy,
    NumberResult,
    Reason,
    held_by,
    most_waiting,
)
from whatsapp_tasks.domain.phones import one_form_of, parse_phone
from whatsapp_tasks.domain.refusals import account_unknown
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.number_checks import LookupUse, NumberCheck, NumberChecks
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.outcomes import BeginCheck


@dataclass(frozen=True)
class Progress:
    """A check, and what holds its look-ups up now; None: nothing, or it is over."""

    check: NumberCheck
    held_by: HeldBy | None


class Contacts:
    """Checks of numbers by any account. Each method raises StoreUnavailable while Redis is unavailable."""

    def __init__(
        self, database: Database, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._db = database
        self._settings = settings
        self._clock = clock

    def check(self, account: str, phones: Sequence[str]) -> Progress:
        """Accepts a check: what is known is answered at once, and the worker looks up the rest. Raises
        RequestRefused.
        """
        store = self._store(check_account_name(account))
        numbers = _parsed(phones)
        check_id, now_ms = f"{secrets.token_hex(16)}-{account}", self._now_ms()
        match store.begin(check_id, numbers, self._known(store, numbers, now_ms), now_ms):
            case BeginCheck.ACCEPTED:
                return self.progress(check_id)
            case BeginCheck.ACCOUNT_UNKNOWN:
                raise account_unknown(account)
            case BeginCheck.FULL:
                raise RequestRefused(
                    "number_checks_full",
                    f"Too many numbers wait for a look-up by '{account}': at most "
                    f"{most_waiting(store.per_day)} may. Wait, or cancel a check.",
                    http_status=429,
                )
            case other:
                assert_never(other)

    def progress(self, check_id: str) -> Progress:
        """Raises RequestRefused (``number_check_not_found``)."""
        account = account_in(check_id)
        check = self._store(account).get(check_id) if account else None
        if account is None or check is None:
            raise RequestRefused(
                "number_check_not_found",
                "There is no check with this id, or it is no longer kept.",
                http_status=404,
            )
        if check.status is not CheckStatus.WAITING:
            return Progress(check, None)
        now = Operations(self._db, self._settings, account, self._clock).overview()
        return Progress(check, held_by(now.sends, now.queue["open"], now.lookups.left))

    def cancel(self, check_id: str) -> Progress:
        """No number of the check is looked up any more; doing it again changes nothing. Raises
        RequestRefused.
        """
        check = self.progress(check_id).check
        self._store(check.account).cancel(check_id, self._now_ms())
        return self.progress(check_id)

    def use(self, account: str) -> LookupUse:
        """The look-ups of the account's day."""
        return self._store(account).use(self._now_ms())

    def _known(self, store: NumberChecks, phones: Sequence[str], now_ms: int) -> dict[str, Answer]:
        """What is answered at once, by one form of a phone."""
        answers = dict(store.known(phones))
        for phone in OptOuts(self._db).among(phones):
            answers.setdefault(one_form_of(phone), _unasked(Reason.OPTED_OUT, now_ms))
        if store.per_day == 0:
            for phone in phones:
                answers.setdefault(one_form_of(phone), _unasked(Reason.OFF, now_ms))
        return answers

    def _store(self, account: str) -> NumberChecks:
        return AccountStores(self._db, self._settings, account).number_checks

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _unasked(reason: Reason, now_ms: int) -> Answer:
    return Answer(NumberResult.UNKNOWN, now_ms, reason)


def _parsed(phones: Sequence[str]) -> list[str]:
    """In E.164; raises RequestRefused (``phone_invalid``), which names each wrong one by its place."""
    numbers: list[str] = []
    errors: list[dict[str, str]] = []
    for place, phone in enumerate(phones):
        try:
            numbers.append(parse_phone(phone))
        except RequestRefused as error:
            errors += [{**each, "field": f"phones.{place}"} for each in error.errors]
    if errors:
        named = ", ".join(error["field"] for error in errors[:5])
        raise RequestRefused("phone_invalid", f"{named}: {errors[0]['message']}.", errors=errors)
    return numbers
