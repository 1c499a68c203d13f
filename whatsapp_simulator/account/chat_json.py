"""Chats, messages and the account itself as pages get them."""

from dataclasses import asdict
from typing import Any

from ..phones import printed
from ..settings import Settings
from ..skin_texts import texts
from .devices import Device
from .mailbox import Mailbox
from .messages import Chat, Message


def message_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "chat": message.chat,
        "text": message.text,
        "at": message.at,
        "mine": message.mine,
        "status": message.status,
        "attachments": [asdict(each) for each in message.attachments],
        "quoted": asdict(message.quoted) if message.quoted else None,
        "author": message.author,
        "edited": message.edited,
        "special": message.special,
    }


def chat_json(chat: Chat, settings: Settings) -> dict[str, Any]:
    name = chat.name or _own_title(chat, settings)
    return {
        "phone": chat.phone,
        "name": chat.name,
        "title": name or printed(chat.phone),
        "printed": printed(chat.phone),
        # E1 and E2 wrap numbers in U+202A and U+202C where the title attribute holds them (§4.1).
        "title_attribute": name or f"\u202a{printed(chat.phone)}\u202c",
        "unread": chat.unread,
        "marked_unread": chat.marked_unread,
        "group": chat.members is not None,
        "hidden": chat.hidden,
        "members": chat.members or [],
        "notice": "channel" if chat.channel else None,
        "own": chat.phone == settings.own_phone,
        "last": message_json(chat.last) if chat.last else None,
    }


def _own_title(chat: Chat, settings: Settings) -> str | None:
    """Of the chat with oneself: "Name (You)"."""
    if chat.phone != settings.own_phone:
        return None
    return texts(settings.era, settings.lang)["own_title"].replace("{name}", settings.own_name)


def account_json(device: Device, mailbox: Mailbox, settings: Settings) -> dict[str, Any]:
    """What a page of a linked device starts with."""
    return {
        "own": {
            "phone": settings.own_phone,
            "printed": printed(settings.own_phone),
            "name": settings.own_name,
            "wid": f"{device.id}@c.us",
        },
        "chats": [chat_json(chat, settings) for chat in mailbox.by_activity()],
    }
