"""What is known for certain after an attempt to send. Everything else is an error (``SendError``)."""

from dataclasses import dataclass

from whatsapp_tasks.domain.statuses import Status


@dataclass(frozen=True)
class Seen:
    """The message stands in its chat; ``status`` is what its tick says."""

    status: Status


@dataclass(frozen=True)
class NeverSent:
    """The chat shows, or the ledger proves, that the message was not sent; ``code`` says which."""

    code: str


Attempt = Seen | NeverSent
