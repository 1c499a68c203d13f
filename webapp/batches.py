"""Batches: up to a thousand messages in one request, followed and cancelled together."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from flask import Blueprint, Response, request
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies
from webapp.bodies import RequestModel
from webapp.guards import caller
from webapp.problems import of_refusal
from webapp.sends import IDEMPOTENCY_HEADER, Links, SendRequest
from webapp.services import Services, services
from webapp.times import Moment, rfc3339
from whatsapp_tasks.domain.identity import check_idempotency_key
from whatsapp_tasks.domain.message_fields import LONGEST_DELAY_MS
from whatsapp_tasks.domain.statuses import OPEN, Status
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.batches import Batch, Batches, BatchItem

blueprint = Blueprint("batches", __name__)

LARGEST_BATCH = 1000


class BatchRequest(RequestModel):
    """Each item is like the body of ``POST /send``. An item's ``idempotency_key`` identifies its message; the
    header Idempotency-Key identifies the batch, so that a repeated request is the same batch.
    """

    messages: Annotated[list[SendRequest], Field(min_length=1, max_length=LARGEST_BATCH)]


class BatchItemView(TypedDict):
    """One item; ``index`` is its position in the request. ``outcome`` is accepted, duplicate or refused;
    ``status`` is the current status of its message.
    """

    index: int
    outcome: str
    id: str | None
    status: Status | None
    problem: dict[str, Any] | None


class BatchView(TypedDict):
    """A batch. ``by_status`` counts the messages, including duplicates; ``progress`` is the settled share:
    messages that are neither queued nor being sent.
    """

    id: str
    created_at: Moment
    total: int
    accepted: int
    duplicates: int
    refused: int
    by_status: dict[str, int]
    progress: float
    items: list[BatchItemView]
    links: Links


class CancelledBatchView(BatchView):
    """The batch after its queued messages were cancelled; ``cancelled_now`` is their number."""

    cancelled_now: int


@blueprint.post("/messages:batch")
def create() -> Response:
    """Accepts many messages; each is accepted or refused on its own."""
    parts = services()
    wanted = bodies.read(BatchRequest)
    batch_id = _batch_id()
    store = _store(parts)
    if not store.begin(batch_id, hashlib.sha256(bodies.raw()).hexdigest()):
        raise RequestRefused(
            "idempotency_conflict",
            "This idempotency key was used for another batch. Use a new key for each batch.",
            http_status=409,
            extra={"batch_id": batch_id},
        )
    items = tuple(_accept(parts, batch_id, item) for item in wanted.messages)
    store.put(Batch(batch_id, caller().id, parts.now_ms(), items), _longest_wait(parts, wanted.messages))
    return bodies.answer(_view(parts, _existing(parts, batch_id)), 202, {"Location": _path(batch_id)})


@blueprint.get("/batches/<batch_id>")
def show(batch_id: str) -> Response:
    """The current state of a batch."""
    parts = services()
    return bodies.answer(_view(parts, _existing(parts, batch_id)))


@blueprint.delete("/batches/<batch_id>")
def cancel(batch_id: str) -> Response:
    """Cancels the batch's messages that are still queued, except those that were accepted before the
    batch.
    """
    parts = services()
    batch = _existing(parts, batch_id)
    cancelled = 0
    for item, state in zip(batch.items, _store(parts).states(batch.items), strict=True):
        if item.id and state == (Status.QUEUED, _source(batch_id)):
            cancelled += _cancelled(parts, item.id)
    view: CancelledBatchView = {**_view(parts, batch), "cancelled_now": cancelled}
    return bodies.answer(view)


def _longest_wait(parts: Services, messages: Sequence[SendRequest]) -> float:
    """Seconds until the last message is to be sent, without those that are refused for their ``send_at``."""
    waits = (each.send_at - parts.clock() for each in messages if each.send_at is not None)
    return max((wait for wait in waits if 0 < wait <= LONGEST_DELAY_MS / 1000), default=0)


def _accept(parts: Services, batch_id: str, item: SendRequest) -> BatchItem:
    try:
        accepted = parts.dispatcher.send(
            item.asked_by(caller(), item.idempotency_key), source=_source(batch_id)
        )
    except RequestRefused as refusal:
        return BatchItem("refused", item.account, problem=of_refusal(refusal).body())
    return BatchItem("duplicate" if accepted.duplicate else "accepted", item.account, accepted.id)


def _cancelled(parts: Services, message_id: str) -> bool:
    try:
        parts.dispatcher.cancel(message_id)
    except RequestRefused:  # a worker was faster
        return False
    return True


def _view(parts: Services, batch: Batch) -> BatchView:
    items = [
        _item_view(index, item, state[0] if state else None)
        for index, (item, state) in enumerate(
            zip(batch.items, _store(parts).states(batch.items), strict=True)
        )
    ]
    outcomes = Counter(item.outcome for item in batch.items)
    unsettled = sum(item["status"] in OPEN for item in items)
    return {
        "id": batch.id,
        "created_at": rfc3339(batch.created_ms),
        "total": len(items),
        "accepted": outcomes["accepted"],
        "duplicates": outcomes["duplicate"],
        "refused": outcomes["refused"],
        "by_status": dict(Counter(str(item["status"]) for item in items if item["status"])),
        "progress": round(1 - unsettled / len(items), 4),
        "items": items,
        "links": {"self": _path(batch.id)},
    }


def _item_view(index: int, item: BatchItem, status: str | None) -> BatchItemView:
    return {
        "index": index,
        "outcome": item.outcome,
        "id": item.id,
        "status": Status(status) if status else None,
        "problem": dict(item.problem) if item.problem else None,
    }


def _existing(parts: Services, batch_id: str) -> Batch:
    batch = _store(parts).get(batch_id)
    if batch is None:
        raise RequestRefused(
            "batch_not_found",
            "There is no batch with this id, or its record has expired.",
            http_status=404,
        )
    return batch


def _store(parts: Services) -> Batches:
    return Batches(parts.database, parts.settings.record_seconds)


def _batch_id() -> str:
    """The id derived from the API key and the idempotency key; without the latter a new id."""
    given = request.headers.get(IDEMPOTENCY_HEADER)
    if given is None:
        return secrets.token_hex(16)
    check_idempotency_key(given)
    return hashlib.sha256(f"batch {caller().id} {given}".encode()).hexdigest()[:32]


def _source(batch_id: str) -> str:
    return f"batch:{batch_id}"


def _path(batch_id: str) -> str:
    return f"/batches/{batch_id}"
