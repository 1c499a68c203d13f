"""Looks up numbers for checks (docs/contacts.md), one at a time, while nothing waits to be sent."""

import logging
import random
import time
from collections.abc import Callable
from typing import assert_never

from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.number_checks import (
    Answer,
    Finding,
    NumberResult,
    Reason,
    finding_in,
    finding_of,
    rest_seconds,
    unknown,
)
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.errors import BrowserError, SendError
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.stores.number_checks import NextNumber
from whatsapp_tasks.stores.outcomes import TakeNumber

log = logging.getLogger(__name__)

HELD_SECONDS = 5.0
"""Until the next try, where something else comes first."""
CAPPED_SECONDS = 60.0
"""Until the next try, where the day's look-ups are used up: the cap may be raised, and days end."""
MOST_UNASKED = 20
"""Numbers that are answered without a look-up in one round."""


class NumberLookups:
    """``may_ask``: whether the account may write to everybody now; asks Redis."""

    def __init__(self, context: AccountContext, may_ask: Callable[[], bool]) -> None:
        self._context = context
        self._may_ask = may_ask
        self._not_before = 0.0
        self._unknowns = 0

    def look(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """Answers the next numbers: those that need no look-up, or else one that does. ``snapshot`` is the
        last look at ``page``.

        Raises BrowserErrors, after the number was answered; LeaseLost, StoreUnavailable.
        """
        if time.monotonic() < self._not_before:
            return
        for _ in range(MOST_UNASKED):
            number = self._context.number_checks.next()
            if number is None or not is_calm(snapshot) or not self._may_ask():
                return
            if not self._answer(page, number):
                return

    def _answer(self, page: WhatsAppPage, number: NextNumber) -> bool:
        """Whether another number may follow at once."""
        context = self._context
        taken, known = context.number_checks.take(number, context.lease.fence, context.now_ms())
        match taken:
            case TakeNumber.TAKEN:
                self._look_up(page, number)
                return False
            case TakeNumber.KNOWN:
                assert known is not None
                self._settle(number, known, looked_up=False)
            case TakeNumber.OPTED_OUT:
                self._settle(number, self._now(unknown(Reason.OPTED_OUT)), looked_up=False)
            case TakeNumber.GIVEN_UP:
                self._settle(number, self._now(unknown(Reason.GIVEN_UP)), looked_up=False)
            case TakeNumber.CHANGED:  # it was cancelled
                pass
            case TakeNumber.HELD:
                self._rest(HELD_SECONDS)
                return False
            case TakeNumber.CAPPED:
                self._rest(CAPPED_SECONDS)
                return False
            case TakeNumber.LEASE_LOST:
                raise AssertionError("the store raises LeaseLost")
            case other:
                assert_never(other)
        return True

    def _look_up(self, page: WhatsAppPage, number: NextNumber) -> None:
        try:
            finding = self._find(page, number.phone)
        except BrowserError:
            self._found(number, unknown(Reason.PAGE_FAILED))
            raise
        self._found(number, finding)

    def _find(self, page: WhatsAppPage, phone: str) -> Finding:
        """Asks WhatsApp as for a message, up to the open chat; nothing is typed."""
        try:
            return finding_in(open_chat(self._context, page, phone))
        except SendError as error:
            return finding_of(error, written_before=self._context.ledger.contacted(Recipient(phone)))

    def _found(self, number: NextNumber, finding: Finding) -> None:
        context, settings = self._context, self._context.settings
        self._unknowns = self._unknowns + 1 if finding.result is NumberResult.UNKNOWN else 0
        self._rest(
            rest_seconds(
                settings.number_lookup_pause_seconds,
                settings.number_lookup_pause_jitter_seconds,
                random.random(),
                self._unknowns,
            )
        )
        log.info(
            "A number was looked up",
            extra={
                "account": context.account,
                "check": number.check_id,
                "result": finding.result,
                "code": finding.reason,
            },
        )
        self._settle(number, self._now(finding), looked_up=True)

    def _settle(self, number: NextNumber, answer: Answer, *, looked_up: bool) -> None:
        context = self._context
        context.number_checks.settle(
            number, answer, context.lease.fence, context.now_ms(), looked_up=looked_up
        )

    def _now(self, finding: Finding) -> Answer:
        return Answer(finding.result, self._context.now_ms(), finding.reason)

    def _rest(self, seconds: float) -> None:
        self._not_before = time.monotonic() + seconds
