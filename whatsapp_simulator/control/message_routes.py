"""Routes of our messages: the ground truth."""

from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from ..account.memory import Memory
from ..account.messages import ORDER, Message
from ..account.sending import Sending
from ..account.ticks import Ticks
from ..phones import digits_of
from .bodies import body_of
from .refusals import Refusal
from .route import Route


def _truth_json(message: Message) -> dict[str, Any]:
    return {
        "seq": message.seq,
        "id": message.id,
        "chat": message.chat,
        "text": message.text,
        "received_at": message.at,
        "status": message.status,
        "times": message.times,
        "attachments": [asdict(each) for each in message.attachments],
        "device": message.device,
        "edited": message.edited,
        "quoted": asdict(message.quoted) if message.quoted else None,
    }


@dataclass(frozen=True)
class MessageRoutes:
    memory: Memory
    sending: Sending
    ticks: Ticks

    def routes(self) -> list[Route]:
        return [
            ("GET", "/messages", self.messages),
            ("GET", "/messages/rejected", self.rejected),
            ("PATCH", "/messages/{id}", self.patch_message),
        ]

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """The ground truth: our messages the server really received, in order; ?chat=PHONE, ?after=SEQ."""
        received = self.memory.mailbox.received
        if "chat" in request.query:
            wanted = digits_of(request.query["chat"])
            received = [message for message in received if message.chat == wanted]
        if request.query.get("after", "").isdigit():
            after = int(request.query["after"])
            received = [message for message in received if (message.seq or 0) > after]
        return web.json_response({"messages": [_truth_json(message) for message in received]})

    async def rejected(self, _request: web.Request) -> web.StreamResponse:
        """Messages the server refused (failed_bubble)."""
        return web.json_response({"messages": self.sending.rejected})

    async def patch_message(self, request: web.Request) -> web.StreamResponse:
        """Moves one message on by hand; body: {status: delivered|read}. Never backwards."""
        status = (await body_of(request)).get("status")
        if status not in ORDER:
            raise Refusal(422, "invalid_status", f"status must be one of {', '.join(ORDER)}")
        message = self.memory.mailbox.find(request.match_info["id"])
        if message is None or not message.mine:
            raise Refusal(404, "no_such_message", "The server has received no message with this id.")
        if not self.ticks.set_status(message.id, status):
            raise Refusal(409, "not_backwards", f"The message is {message.status} already.")
        return web.json_response(_truth_json(message))
