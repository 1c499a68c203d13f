"""Messages of ours, as pages transmit and edit them."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ..environment import Environment
from ..phones import FATES
from ..scenarios.active import ActiveScenarios
from ..scenarios.sending import FailedBubble, LostAcks
from .chat_news import ChatNews
from .devices import Device
from .memory import Memory
from .messages import Attachment, Message, quotation_of
from .pages import Json, Page, Pages
from .ticks import Ticks


@dataclass(frozen=True)
class Sending:
    scenarios: ActiveScenarios
    pages: Pages
    memory: Memory
    news: ChatNews
    ticks: Ticks
    environment: Environment
    rejected: list[dict[str, Any]] = field(default_factory=list)
    """Messages the server refused; they are not in the ground truth."""
    uploads: dict[str, Attachment] = field(default_factory=dict)
    """Files that pages have handed over, by the handle their messages name."""

    def send(self, page: Page, message: Json) -> None:
        """A message arrives, maybe not for the first time."""
        if page.device is None:
            return
        if self._is_refused(str(message["id"]), str(message["chat"])):
            self._refuse(page, message)
            return
        received, new = self._receive(page.device, message)
        if new:
            self.memory.record({"event": "message", **asdict(received)})
            if self._loses_acks(received.chat):
                self.ticks.unacknowledged.add(received.id)
            self.news.tell_message(received, origin=page)
            self.ticks.plan(received)
        self.ticks.tell(received)

    def _is_refused(self, message_id: str, phone: str) -> bool:
        """A message that was received once is never refused."""
        if self.memory.mailbox.find(message_id) is not None:
            return False
        return FATES.get(phone) == "failed_bubble" or self.scenarios.play(FailedBubble, phone) is not None

    def _refuse(self, page: Page, message: Json) -> None:
        about = {"id": str(message["id"]), "chat": str(message["chat"]), "text": str(message.get("text", ""))}
        self.rejected.append({**about, "rejected_at": self.environment.clock()})
        page.post({"type": "nack", "id": about["id"]})

    def _receive(self, device: Device, message: Json) -> tuple[Message, bool]:
        return self.memory.mailbox.receive(
            str(message["id"]),
            str(message["chat"]),
            str(message.get("text", "")),
            self.environment.clock(),
            attachments=[self.uploads[each] for each in message.get("uploads", []) if each in self.uploads],
            device=device.id,
            quoted=quotation_of(message.get("quoted")),
        )

    def _loses_acks(self, phone: str) -> bool:
        return FATES.get(phone) == "lost_acks" or self.scenarios.play(LostAcks, phone) is not None

    def edit(self, page: Page, message: Json) -> None:
        """A message that was sent gets another text."""
        edited = {"id": str(message["id"]), "text": str(message.get("text", ""))}
        if page.device is not None and self.memory.mailbox.edit(edited["id"], edited["text"]):
            self.pages.presses["edit"] += 1
            self.memory.record({"event": "edit", **edited})
            self.pages.post_to_linked({"type": "edited", **edited})

    def clear(self) -> None:
        self.rejected.clear()
        self.uploads.clear()
