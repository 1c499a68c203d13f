"""What the server knows of the account: chats, messages and devices, changed by events.

The events are what the journal keeps: applied again in their order they bring everything back.
"""

from collections.abc import Callable, Mapping

from ..journal import Event
from .devices import Device, Devices
from .mailbox import Mailbox
from .messages import Attachment, quotation_of


class Memory:
    def __init__(self, record: Callable[[Event], None]) -> None:
        """`record` is called with everything that must survive a restart."""
        self.record = record
        self.mailbox = Mailbox()
        self.devices = Devices()

    def keep(self, event: Event) -> None:
        """Records a change and makes it."""
        self.record(event)
        self.apply(event)

    def apply(self, event: Event) -> None:
        """Makes a change that is on record. An event of an unknown name changes nothing."""
        change = _CHANGES.get(event["event"])
        if change is not None:
            change(self, event)

    def name(self, phone: str, name: str | None) -> None:
        """The chat is called so; None: by its number."""
        self.keep({"event": "name", "phone": phone, "name": name})


def _link(memory: Memory, event: Event) -> None:
    memory.devices.restore(Device(**{name: value for name, value in event.items() if name != "event"}))


def _unlink(memory: Memory, event: Event) -> None:
    memory.devices.unlink(event["token"])


def _message(memory: Memory, event: Event) -> None:
    memory.mailbox.receive(
        event["id"],
        event["chat"],
        event["text"],
        event["at"],
        attachments=[Attachment(**each) for each in event["attachments"]],
        device=event["device"],
        quoted=quotation_of(event.get("quoted")),
    )


def _status(memory: Memory, event: Event) -> None:
    memory.mailbox.advance(event["id"], event["status"], event["at"])


def _edit(memory: Memory, event: Event) -> None:
    memory.mailbox.edit(event["id"], event["text"])


def _incoming(memory: Memory, event: Event) -> None:
    memory.mailbox.incoming(
        event["id"],
        event["phone"],
        event["text"],
        event["at"],
        quoted=quotation_of(event.get("quoted")),
        author=event.get("author"),
        attachments=[Attachment(**each) for each in event.get("attachments", [])],
        special=event.get("special"),
    )


def _seed(memory: Memory, event: Event) -> None:
    memory.mailbox.seed(
        event["id"],
        event["phone"],
        event["text"],
        event["at"],
        mine=event["mine"],
        status=event["status"],
        quoted=quotation_of(event.get("quoted")),
        author=event.get("author"),
    )


def _group(memory: Memory, event: Event) -> None:
    chat = memory.mailbox.chat(event["phone"])
    chat.name, chat.members, chat.channel = event["name"], event["members"], event["channel"]


def _hidden(memory: Memory, event: Event) -> None:
    chat = memory.mailbox.chat(event["phone"])
    chat.name, chat.hidden = event["name"], True


def _name(memory: Memory, event: Event) -> None:
    memory.mailbox.chat(event["phone"]).name = event["name"]


def _marked_unread(memory: Memory, event: Event) -> None:
    memory.mailbox.chat(event["phone"]).marked_unread = event["marked"]


def _seen(memory: Memory, event: Event) -> None:
    memory.mailbox.seen(event["phone"])


def _reset(memory: Memory, _event: Event) -> None:
    memory.mailbox, memory.devices = Mailbox(), Devices()


_CHANGES: Mapping[str, Callable[[Memory, Event], None]] = {
    "link": _link,
    "unlink": _unlink,
    "message": _message,
    "status": _status,
    "edit": _edit,
    "incoming": _incoming,
    "seed": _seed,
    "group": _group,
    "hidden": _hidden,
    "name": _name,
    "marked_unread": _marked_unread,
    "seen": _seen,
    "reset": _reset,
}
