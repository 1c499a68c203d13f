"""Routes of chats: their history, and those who write to us."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, get_args

from aiohttp import web

from ..account.chat_json import message_json
from ..account.chats import Chats
from ..account.incoming import Incoming
from ..account.memory import Memory
from ..account.messages import Attachment, FileKind, Special
from ..account.number_lookups import NumberLookups
from ..phones import digits_of
from .bodies import LONGEST_GROUP, LONGEST_NUMBER, body_of, phone_in
from .refusals import Refusal
from .route import Route


@dataclass(frozen=True)
class ChatRoutes:
    memory: Memory
    chats: Chats
    incoming: Incoming
    lookups: NumberLookups

    def routes(self) -> list[Route]:
        return [
            ("GET", "/chats", self.list_chats),
            ("GET", "/chats/{phone}", self.chat),
            ("POST", "/chats", self.seed),
            ("PATCH", "/chats/{phone}", self.patch_chat),
            ("POST", "/groups", self.group),
            ("POST", "/people", self.hidden_person),
            ("POST", "/incoming", self.receive),
            ("GET", "/lookups", self.list_lookups),
        ]

    async def list_chats(self, _request: web.Request) -> web.StreamResponse:
        """All chats, without their messages."""
        chats = [
            {"phone": chat.phone, "name": chat.name, "unread": chat.unread, "messages": len(chat.messages)}
            for chat in self.memory.mailbox.chats.values()
        ]
        return web.json_response({"chats": chats})

    async def list_lookups(self, _request: web.Request) -> web.StreamResponse:
        """Numbers that pages asked about, in order: {phone, result: hit|miss|error}."""
        return web.json_response({"lookups": self.lookups.asked})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """One chat with all its messages, both directions."""
        chat = self.memory.mailbox.chats.get(digits_of(request.match_info["phone"]))
        if chat is None:
            raise Refusal(404, "no_such_chat", "There is no chat with this number.")
        messages = [message_json(message) for message in chat.messages]
        return web.json_response(
            {"phone": chat.phone, "name": chat.name, "unread": chat.unread, "messages": messages}
        )

    async def seed(self, request: web.Request) -> web.StreamResponse:
        """Makes a chat: {phone, name?, messages?: [{text, mine?, status?, at?, id?, quoted?}]}."""
        body = await body_of(request)
        messages = body.get("messages", [])
        if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
            raise Refusal(422, "invalid_messages", "messages must be a list of objects with a text")
        chat = self.incoming.seed(phone_in(body, "phone"), body.get("name"), messages)
        return web.json_response({"phone": chat.phone, "messages": len(chat.messages)}, status=201)

    async def patch_chat(self, request: web.Request) -> web.StreamResponse:
        """Body: {name?} (null: its number; redrawn at once), {marked_unread?: true|false}."""
        body = await body_of(request)
        phone = digits_of(request.match_info["phone"])
        chat = self.memory.mailbox.chat(phone)
        if "name" in body:
            name = body["name"]
            if name is not None and not (isinstance(name, str) and name.strip()):
                raise Refusal(422, "invalid_name", "name must be a text or null")
            chat = self.chats.rename(phone, name)
        if "marked_unread" in body:
            chat = self.chats.mark_unread(phone, marked=bool(body["marked_unread"]))
        return web.json_response(
            {"phone": chat.phone, "name": chat.name, "marked_unread": chat.marked_unread}
        )

    async def group(self, request: web.Request) -> web.StreamResponse:
        """Makes a group or channel: {id (16 to 20 digits), name, members?: [names], channel?: bool}."""
        body = await body_of(request)
        digits = digits_of(str(body.get("id", "")))
        if not LONGEST_NUMBER < len(digits) <= LONGEST_GROUP:
            raise Refusal(422, "invalid_id", "id must have 16 to 20 digits")
        members = [str(each) for each in body.get("members", [])]
        chat = self.chats.group(
            digits, str(body.get("name", "Group")), members, channel=bool(body.get("channel"))
        )
        return web.json_response(
            {"phone": chat.phone, "name": chat.name, "members": chat.members}, status=201
        )

    async def hidden_person(self, request: web.Request) -> web.StreamResponse:
        """Somebody who hides the phone: {id (WhatsApp's number of them, 12 to 15 digits), name}."""
        body = await body_of(request)
        chat = self.chats.hidden_person(phone_in(body, "id"), str(body.get("name", "@somebody")))
        return web.json_response({"phone": chat.phone, "name": chat.name}, status=201)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Someone writes to us: {from, text, name?, quoted?: {author, text}, author?: who, in a group,
        file?: {kind, name?, size?, type?, content?: base64}, special?: location|contact|deleted}. The bubble
        says `size`, true or not; a file without content is gone from the server.
        """
        body = await body_of(request)
        file, content = _file_of(body.get("file"))
        if body.get("special") not in (None, *get_args(Special)):
            raise Refusal(422, "invalid_special", f"special must be one of {', '.join(get_args(Special))}")
        if not isinstance(body.get("text"), str):
            raise Refusal(422, "invalid_text", "text must be a string")
        message = self.incoming.receive(
            phone_in(body, "from"),
            body["text"],
            name=body.get("name"),
            quoted=body.get("quoted"),
            author=body.get("author"),
            file=file,
            content=content,
            special=body.get("special"),
        )
        return web.json_response(message_json(message), status=201)


def _file_of(given: Any) -> tuple[Attachment | None, bytes | None]:
    """What the message shows of its file, and the bytes. Raises Refusal."""
    if given is None:
        return None, None
    asked = given.get("kind") if isinstance(given, dict) else None
    kind: FileKind | None = next((each for each in get_args(FileKind) if each == asked), None)
    if kind is None:
        raise Refusal(422, "invalid_file", f"file.kind must be one of {', '.join(get_args(FileKind))}")
    content = _content_of(given.get("content"))
    size = int(given.get("size") or (1000 if content is None else len(content)))
    digest = "" if content is None else hashlib.sha256(content).hexdigest()
    return Attachment(str(given.get("name") or ""), str(given.get("type") or ""), size, digest, kind), content


def _content_of(given: Any) -> bytes | None:
    if given is None:
        return None
    try:
        return base64.b64decode(given, validate=True)
    except (TypeError, ValueError):
        raise Refusal(422, "invalid_file", "file.content must be base64") from None
