"""Message statuses: their meanings and transitions. They never go backwards."""

from enum import StrEnum


class Status(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MEANINGS: dict[Status, str] = {
    Status.QUEUED: "accepted and durable; nothing has been typed",
    Status.SENDING: "being sent by the worker",
    Status.SENT: "WhatsApp's server has it (one tick)",
    Status.DELIVERED: "on the recipient's phone (two ticks)",
    Status.READ: "read by the recipient (may never come)",
    Status.FAILED: "certainly not sent; error.code says why",
    Status.UNKNOWN: "may have been sent, the chat does not show it; never sent again by itself",
    Status.CANCELLED: "cancelled before it was sent",
    Status.EXPIRED: "expires_at passed before it was sent",
}

# From a status to those that may follow. A tick can skip a step (the page shows only the newest). A later
# look into the chat, or a person, settles an UNKNOWN.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SENDING, Status.CANCELLED, Status.EXPIRED, Status.FAILED}),
    Status.SENDING: frozenset(
        {
            Status.QUEUED,  # only before Enter
            Status.SENT,
            Status.DELIVERED,
            Status.READ,
            Status.FAILED,
            Status.UNKNOWN,
            Status.EXPIRED,  # only before Enter
        }
    ),
    Status.UNKNOWN: frozenset({Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.READ}),
    Status.DELIVERED: frozenset({Status.READ}),
    Status.READ: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}

OPEN = frozenset({Status.QUEUED, Status.SENDING})
"""Neither settled nor given up: a worker still has to do something."""

AT_WHATSAPP = frozenset({Status.SENT, Status.DELIVERED, Status.READ})

FOLLOWED = frozenset({Status.SENT, Status.DELIVERED, Status.UNKNOWN})
"""Statuses after which the message's tick is still looked at."""


def may_become(status: Status) -> frozenset[Status]:
    """The statuses that may change to ``status``; the store scripts check against them."""
    return frozenset(before for before, after in TRANSITIONS.items() if status in after)
