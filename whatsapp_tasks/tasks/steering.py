"""What Flower and ``celery control`` do here: a cancelled send queue is a pause with an author, a
revoked message is cancelled.

Celery's own ``cancel_consumer`` and ``revoke`` are forgotten by a restart, its ``add_consumer`` would go past
the gate, and what it revokes would stay queued in the ledger.
"""

from typing import Any

from celery.worker.control import Panel, control_command

from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.queues import messages_queue
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.tasks.runtime import runtime

AUTHOR = "remote control (Flower or celery)"

_add_consumer, _cancel_consumer = Panel.data["add_consumer"], Panel.data["cancel_consumer"]
_revoke = Panel.data["revoke"]


def _is_send_queue(queue: str) -> bool:
    return queue == messages_queue(runtime().session.context.account)


def _operations() -> Operations:
    context = runtime().session.context
    return Operations(
        Database.connect(context.settings), context.settings, context.account, lambda: context.now_ms() / 1000
    )


@control_command(args=[("queue", str)], signature="<queue>")
def cancel_consumer(state: Any, queue: str, **options: Any) -> dict[str, str]:
    """Stop consuming from a queue; for the send queue: pause the account until it is resumed."""
    if not _is_send_queue(queue):
        return dict(_cancel_consumer(state, queue, **options))
    try:
        _operations().pause(AUTHOR)
    except StoreUnavailable as error:
        return {"error": str(error)}
    return {"ok": "the account is paused until it is resumed"}


@control_command(
    args=[("queue", str), ("exchange", str), ("exchange_type", str), ("routing_key", str)],
    signature="<queue> [exchange [type [routing_key]]]",
)
def add_consumer(state: Any, queue: str, *args: Any, **options: Any) -> dict[str, str]:
    """Consume from a queue; for the send queue: take the operator's pause back, other reasons stay."""
    if not _is_send_queue(queue):
        return dict(_add_consumer(state, queue, *args, **options))
    operations = _operations()
    try:
        operations.resume(AUTHOR)
        left = sorted(pause.reason for pause in operations.pauses())
    except StoreUnavailable as error:
        return {"error": str(error)}
    if left:
        return {"ok": f"the operator's pause is over; the account stays paused: {', '.join(left)}"}
    return {"ok": "the account is resumed"}


@control_command(variadic="task_id", signature="[id1 [id2 [... [idN]]]]")
def revoke(state: Any, task_id: str | list[str], **options: Any) -> dict[str, str]:
    """Withdraw messages that are queued; other tasks are revoked as Celery does it.

    A message that is in hand, or that may have been sent, stays what it is: flagged as revoked, its entry
    would be thrown away when it comes back to be settled.
    """
    context, results, others = runtime().session.context, [], []
    try:
        for each in [task_id] if isinstance(task_id, str) else list(task_id):
            message = context.ledger.get(each)
            if message is None:
                others.append(each)
            elif context.ledger.advance(message, Status.CANCELLED, context.now_ms(), code="revoked"):
                results.append(f"message {each} is cancelled")
            else:
                results.append(f"message {each} is {message.status}, and cannot be cancelled any more")
    except StoreUnavailable as error:
        return {"error": str(error)}
    if others:
        results.append(str(dict(_revoke(state, others, **options)).get("ok", "")))
    return {"ok": "; ".join(results)}
