"""From a valid message to its acceptance, or to the refusal that Redis decides."""

from dataclasses import dataclass
from typing import assert_never

from whatsapp_tasks.crash_points import reach, reach_async
from whatsapp_tasks.domain.refusals import (
    account_unknown,
    daily_cap_reached,
    file_unknown,
    idempotency_conflict,
    recipient_opted_out,
)
from whatsapp_tasks.domain.signatures import signature_replayed
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.admission import Acceptance, Admission, NewMessage
from whatsapp_tasks.stores.connection import Pipeline
from whatsapp_tasks.stores.outcomes import Accept


@dataclass(slots=True)
class Accepted:
    """``duplicate``: the message was accepted before; ``status`` is its current status."""

    id: str
    status: str
    duplicate: bool


class WindowFull(RequestRefused):
    """More requests than allowed; ``window`` is the index of the full window."""

    def __init__(self, window: int) -> None:
        super().__init__("rate_limited", "More requests than allowed.", http_status=429)
        self.window = window

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.window,))


@dataclass(slots=True)
class Prepared:
    """A valid message. Nothing changes until it is accepted; ``accept`` may be called once."""

    admission: Admission
    new: NewMessage
    refusal: RequestRefused | None = None
    """Of a message that may only be a repeat, if it is none."""

    def accept(self) -> Accepted:
        """Writes it to ledger and queue; raises RequestRefused (or its subclass WindowFull) or
        StoreUnavailable.
        """
        reach("before_accept")
        acceptance = self.admission.accept(self.new)
        reach("after_accept")
        return self._accepted(acceptance)

    async def accept_through(self, pipeline: Pipeline) -> Accepted:
        """The same, without blocking other coroutines."""
        await reach_async("before_accept")
        acceptance = await self.admission.accept_through(pipeline, self.new)
        await reach_async("after_accept")
        return self._accepted(acceptance)

    def _accepted(self, acceptance: Acceptance) -> Accepted:
        account = self.admission.account
        match acceptance.outcome:
            case Accept.ACCEPTED:
                return Accepted(acceptance.id, acceptance.status, duplicate=False)
            case Accept.DUPLICATE:
                return Accepted(acceptance.id, acceptance.status, duplicate=True)
            case Accept.LIMITED:
                raise WindowFull(acceptance.full_window)
            case Accept.CAPPED:
                raise daily_cap_reached(account, acceptance.next_place_ms, self.new.now_ms)
            case Accept.CONFLICT:
                raise idempotency_conflict(acceptance.id)
            case Accept.REPLAYED:
                raise signature_replayed()
            case Accept.NO_REPEAT:
                assert self.refusal is not None
                raise self.refusal
            case Accept.OPTED_OUT:
                raise recipient_opted_out()
            case Accept.FILE_GONE:
                raise file_unknown()
            case Accept.ACCOUNT_UNKNOWN:
                raise account_unknown(account)
            case unknown:
                assert_never(unknown)
