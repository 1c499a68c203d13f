"""All parts of the page by name."""

from . import (
    attachments,
    banners_and_popups,
    chat_list,
    compose_box,
    conversation,
    landing,
    passkey,
    replies,
    whole_page,
)
from .part import Part

_PLACES = (
    *(whole_page, landing, passkey, chat_list),
    *(banners_and_popups, conversation, compose_box, attachments, replies),
)

PARTS: dict[str, Part] = {name: part for place in _PLACES for name, part in place.PARTS.items()}
