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
"""Of `GET /presses`: what nobody of ours may ever press."""

WRONGS = ("lost", "doubled", "lying", "wrong chat", "wrong failure")


@dataclass(frozen=True)
class Told:
    """The ledger's word. ``writable``: the recipient can be written to, so that `failed` is wrong."""

    phone: str
    text: str
    status: str
    writable: bool = True

    @classmethod
    def of(cls, message: Message, *, writable: bool = True) -> "Told":
        return cls(message.phone, message.text, str(message.status), writable)


def pressed_wrongly(presses: Mapping[str, int]) -> dict[str, int]:
    """Of what was pressed on pages, what does harm."""
    return {name: count for name, count in presses.items() if name in HARMFUL_PRESSES and count}


def wrongs(told: Told, received: Sequence[ReceivedMessage]) -> tuple[str, ...]:
    """Names out of WRONGS. ``received`` must be read **after** the ledger: a tick that comes between the two
    would make a liar of a ledger that was right (seed 771904: two messages, the last ones of a campaign).
    """
    ours = [message for message in received if message.text == told.text]
    reached = max((_RANK[message.status] for message in ours), default=0)
    found = {
        "lost": told.status not in SETTLED,
        "doubled": len(ours) > 1,
        "lying": _RANK.get(told.status, 0) > reached or (told.status in _NOT_SENT and bool(ours)),
        "wrong chat": any(message.chat != told.phone.removeprefix("+") for message in ours),
        "wrong failure": told.writable and told.status == "failed",
    }
    return tuple(name for name in WRONGS if found[name])
