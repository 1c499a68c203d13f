"""A message and a chat, as WhatsApp's server has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["sent", "delivered", "read"]
ORDER: tuple[Status, ...] = ("sent", "delivered", "read")


FileKind = Literal["image", "video", "audio", "document", "sticker"]
Special = Literal["location", "contact", "deleted"]
"""What a message of others may be that has neither text nor file (§12.4)."""


@dataclass(frozen=True)
class Attachment:
    """A file as the server received it: the digest is that of its bytes."""

    name: str
    type: str
    size: int
    """Bytes."""
    sha256: str
    kind: FileKind = "document"


@dataclass(frozen=True)
class Quotation:
    """What a message answers to, as its bubble repeats it."""

    author: str
    text: str
    id: str | None = None
    """None where nobody said which message it is."""
    kind: FileKind | None = None
    """Of the file that it has."""


def quotation_of(said: Mapping[str, Any] | None) -> Quotation | None:
    """From what a page or a test says of it."""
    if not said:
        return None
    return Quotation(str(said.get("author", "")), str(said.get("text", "")), said.get("id"), said.get("kind"))


@dataclass
class Message:
    id: str
    """Upper-case hex; ours start with 3EB0, those of others with 3A (§4.1)."""
    chat: str
    """Digits of the other side's phone number."""
    text: str
    at: float
    """Unix seconds on the server."""
    mine: bool
    status: Status | None = None
    times: dict[str, float] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    seq: int | None = None
    """Position in the ground truth, from 1; None for messages of others."""
    device: str | None = None
    quoted: Quotation | None = None
    edited: bool = False
    author: str | None = None
    """Who wrote it, in a group."""
    special: Special | None = None


@dataclass
class Chat:
    phone: str
    name: str | None = None
    """Name in the address book; None for an unsaved number."""
    unread: int = 0
    marked_unread: bool = False
    """By hand: a badge without a number."""
    members: list[str] | None = None
    """Names in a group or channel; None for a person's chat."""
    channel: bool = False
    hidden: bool = False
    """`phone` is a number of WhatsApp's own, of somebody who hides the phone (§10.10)."""
    messages: list[Message] = field(default_factory=list)

    @property
    def last(self) -> Message | None:
        return self.messages[-1] if self.messages else None
