"""Links a failed attempt with the evidence that explains it."""

import logging

from whatsapp_tasks.domain.faults import explained_by_a_picture
from whatsapp_tasks.domain.retries import code_of
from whatsapp_tasks.errors import BrowserError, SendError, StoreError
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.stores.messages import Message

log = logging.getLogger(__name__)


def take_picture(context: AccountContext, code: str) -> None:
    """Of the page as it is, for the evidence of a failure with ``code``, before the page is put right."""
    if context.evidence is not None and explained_by_a_picture(code):
        context.evidence.take_ahead(context.keeper.running, code)


def keep_evidence(context: AccountContext, message: Message, error: SendError | BrowserError) -> None:
    """What explains a failed attempt, unless the failure is the message's own; linked from its record."""
    if context.evidence is None or not explained_by_a_picture(code_of(error)):
        return
    try:
        kept = context.evidence.keep(
            context.keeper.running,
            code=code_of(error),
            detail=str(error),
            state=context.sessions.get().state,
            now_ms=context.now_ms(),
            message_id=message.id,
        )
        if kept is not None:
            context.ledger.note(message, context.lease.fence, evidence_id=kept)
    except StoreError as store_error:
        log.warning("Evidence of a failure is not linked", extra={"detail": str(store_error)})
