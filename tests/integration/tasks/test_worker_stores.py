"""What a worker builds, it builds as dispatch does."""

import time
from collections.abc import Iterator

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Accepted, Dispatcher
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.stores.batches import Batches
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.tasks.worker import take_account

PHONE = "+4915112345678"
SECOND = 1000


@pytest.fixture
def short(settings: Settings) -> Settings:
    """Records are gone at once, were it for this setting alone."""
    return settings.model_copy(update={"retention_seconds": 0.001, "evidence": "off"})


@pytest.fixture
def worker(database: Database, short: Settings) -> Iterator[AccountContext]:
    context = take_account(database, short)
    context.sessions.apply(
        SessionEvent.LOGGED_IN, NOW, reason="test", actor="test", fence=context.lease.fence
    )
    yield context
    context.lease.release()


def test_a_repeat_of_a_sent_message_is_told_that_it_is_sent(
    database: Database, short: Settings, worker: AccountContext
) -> None:
    """issue 13, defect 1: the worker's ledger kept records for the retention alone."""
    dispatcher = Dispatcher(database, short)
    first = dispatcher.send(MessageRequest(PHONE, "x"))
    fence = worker.lease.fence
    assert worker.ledger.claim(first.id, fence, worker.now_ms()).outcome == "claimed"
    worker.ledger.advance(dispatcher.get(first.id), Status.SENT, worker.now_ms(), fence=fence)
    window_ms = short.idempotency_window_seconds * SECOND
    assert database.number("PTTL", f"wa:{{default}}:m:{first.id}") > window_ms - 60 * SECOND
    assert dispatcher.send(MessageRequest(PHONE, "x")) == Accepted(first.id, "sent", duplicate=True)


def test_a_message_cancelled_long_before_its_time_outlives_the_claim_of_its_key(
    database: Database, short: Settings
) -> None:
    """issue 13, defect 1, a sibling: the claim counts from ``send_at``."""
    rig = LedgerRig(database)
    dispatcher = Dispatcher(database, short)
    send_at = time.time() + 300 * 24 * 3600
    accepted = dispatcher.send(MessageRequest(PHONE, "x", idempotency_key="k", send_at=send_at))
    dispatcher.cancel(accepted.id)
    (claim,) = database.texts("KEYS", rig.keys.identity("*"))
    assert rig.ttl(rig.keys.message(accepted.id)) > rig.ttl(claim) - SECOND  # read one after the other


def test_a_batch_is_kept_as_long_as_the_records_of_its_messages(database: Database, short: Settings) -> None:
    Batches(database, short.record_seconds).begin("b", "content")
    assert database.number("TTL", "wa:batch:b") > short.idempotency_window_seconds - 60
