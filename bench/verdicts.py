"""What is wrong with what the ledger says of a message, seen beside what WhatsApp's side received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whatsapp_simulator.testing import ReceivedMessage
from whatsapp_tasks.stores.messages import Message

SETTLED = frozenset({"sent", "delivered", "read", "failed", "unknown", "cancelled", "expired"})
"""What a message may end as. `sent` and `delivered` may still go on, and do so while a report is made."""
_RANK = {"sent": 1, "delivered": 2, "read": 3}
_NOT_SENT = frozenset({"failed", "expired", "cancelled"})

HARMFUL_PRESSES = frozenset({"log_out", "try_again", "edit", "unlock", "leave_site"})
"""From `GET /presses`: controls that the service must never press."""

WRONGS = ("lost", "doubled", "lying", "wrong chat", "wrong failure")


@dataclass(frozen=True)
class Reported:
    """A message as the ledger reports it. ``writable``: the recipient can be written to, so that `failed` is
    wrong.
    """

    phone: str
    text: str
    status: str
    writable: bool = True

    @classmethod
    def of(cls, message: Message, *, writable: bool = True) -> "Reported":
        return cls(message.recipient.name, message.text, str(message.status), writable)


def pressed_wrongly(presses: Mapping[str, int]) -> dict[str, int]:
    """The presses of harmful controls."""
    return {name: count for name, count in presses.items() if name in HARMFUL_PRESSES and count}


def wrongs(reported: Reported, received: Sequence[ReceivedMessage]) -> tuple[str, ...]:
    """Names from WRONGS. ``received`` must be read **after** the ledger: otherwise a tick that comes between
    the two makes a correct status look wrong (seed 771904: the last two messages of a campaign).
    """
    ours = [message for message in received if message.text == reported.text]
    reached = max((_RANK[message.status] for message in ours), default=0)
    found = {
        "lost": reported.status not in SETTLED,
        "doubled": len(ours) > 1,
        "lying": _RANK.get(reported.status, 0) > reached or (reported.status in _NOT_SENT and bool(ours)),
        "wrong chat": any(message.chat != reported.phone.removeprefix("+") for message in ours),
        "wrong failure": reported.writable and reported.status == "failed",
    }
    return tuple(name for name in WRONGS if found[name])
