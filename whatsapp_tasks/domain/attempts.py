"""The certain results of an attempt to send. Everything else is an error (``SendError``)."""

from dataclasses import dataclass

from whatsapp_tasks.domain.statuses import Status


@dataclass(frozen=True)
class Seen:
    """The message is in its chat; ``status`` is what its tick shows."""

    status: Status


@dataclass(frozen=True)
class NeverSent:
    """The message was not sent: the chat shows it, or the ledger proves it; ``code`` says which."""

    code: str


Attempt = Seen | NeverSent
