"""Types of the API's requests and answers. A test compares them with the API's models."""

from typing import Any, NotRequired, TypedDict

FileToSend = TypedDict(
    "FileToSend",
    {"id": str | None, "url": str | None, "as": str | None, "name": str | None},
    total=False,
)
"""The file of a message: ``id`` of an upload, or ``url``. ``as``: image, video, audio or document."""


class TemplateToSend(TypedDict):
    """The template that makes the text of a message; ``variables`` has a value for each of its variables."""

    name: str
    language: str
    variables: NotRequired[dict[str, str]]


class UploadedFile(TypedDict):
    """A file that was uploaded. ``kind`` is how it is sent unless a message says otherwise."""

    id: str
    name: str | None
    size: int
    media_type: str
    kind: str
    sha256: str
    created_at: str
    expires_at: str
    links: "Links"


class MessageFile(TypedDict):
    """The file of a message. What is None is known once the file was fetched from its URL."""

    name: str | None
    kind: str | None
    size: int | None
    media_type: str | None
    sha256: str | None
    url: NotRequired[str]


class Links(TypedDict):
    """Where to look next."""

    self: str


class LiveEvent(TypedDict):
    """An event as ``Client.events`` yields it. ``place`` is what goes on after it: ``events(after=place)``.

    ``missed`` is a type of its own: events of the account after ``data["after"]`` are not kept any more; it
    has neither id nor timestamp.
    """

    place: str
    id: str | None
    type: str
    timestamp: str | None
    account: str
    data: dict[str, Any]


class SendOptions(TypedDict, total=False):
    """Options of a message. Times: RFC 3339 with an offset, or unix seconds."""

    account: str
    send_at: str | float | None
    expires_at: str | float | None
    priority: str
    metadata: dict[str, Any] | None
    reply_to: str | None
    reply_policy: str


class ChatAddress(TypedDict):
    """A chat without a phone, by its id."""

    chat: str


class NewMessage(SendOptions):
    """One message, to ``phone`` or ``to`` a chat: a text (or a template that makes it), a file, or both."""

    phone: NotRequired[str | None]
    to: NotRequired[ChatAddress | None]
    message: NotRequired[str]
    file: NotRequired[FileToSend | None]
    template: NotRequired[TemplateToSend | None]
    idempotency_key: NotRequired[str | None]


class AcceptedMessage(TypedDict):
    """``duplicate``: it was accepted before; ``status`` is its current status."""

    id: str
    status: str
    duplicate: bool
    links: Links


class MessageError(TypedDict):
    """Why a message was not sent, or is in doubt; ``evidence`` is the id of a picture of the page, for
    admins.
    """

    code: str
    message: str
    evidence: NotRequired[str]


class TimelineEntry(TypedDict):
    """One change of status."""

    status: str
    at: str
    code: NotRequired[str]


class Resolution(TypedDict):
    """How a person settled a message that was in doubt."""

    by: str
    note: str


class Message(TypedDict):
    """A message with its status. Times: RFC 3339, UTC, with milliseconds."""

    id: str
    account: str
    phone: str | None
    chat: str | None
    message: str
    file: MessageFile | None
    status: str
    priority: str
    created_at: str
    updated_at: str
    send_at: str | None
    expires_at: str | None
    attempts: int
    metadata: dict[str, Any]
    error: MessageError | None
    resolution: Resolution | None
    timeline: list[TimelineEntry]
    reply_to: str | None
    reply_policy: str | None
    quoted: bool | None
    links: Links


class BatchItem(TypedDict):
    """One item; ``index`` is its position in the request; ``outcome`` is accepted, duplicate or refused."""

    index: int
    outcome: str
    id: str | None
    status: str | None
    problem: dict[str, Any] | None


class Batch(TypedDict):
    """A batch; ``progress`` is the settled share, from 0 to 1."""

    id: str
    created_at: str
    total: int
    accepted: int
    duplicates: int
    refused: int
    by_status: dict[str, int]
    progress: float
    items: list[BatchItem]
    links: Links


class CancelledBatch(Batch):
    """The batch after its queued messages were cancelled."""

    cancelled_now: int


class Template(TypedDict):
    """A template in one language; ``variables`` in the order in which the text has them."""

    name: str
    language: str
    text: str
    variables: list[str]
    updated_at: str
    updated_by: str
    links: Links


class PutTemplate(Template):
    """The template as it is now; ``outcome`` is created, changed or unchanged."""

    outcome: str


class CheckedNumber(TypedDict):
    """One number; ``result`` is registered, not_registered or unknown, None until there is an answer."""

    phone: str
    result: str | None
    reason: str | None
    checked_at: str | None


class NumberCheck(TypedDict):
    """A check of numbers; ``status`` is waiting, done or cancelled, ``held_by`` what it waits for."""

    id: str
    account: str
    status: str
    held_by: str | None
    created_at: str
    finished_at: str | None
    total: int
    left: int
    registered: int
    not_registered: int
    unknown: int
    numbers: list[CheckedNumber]
    links: Links


class ChatLinks(TypedDict):
    """Where to look next."""

    self: str
    messages: str


class Chat(TypedDict):
    """A chat; ``kind`` is person, group or channel, ``phone`` None if it was never learned, ``closed`` why
    nothing could be written there when it was last open.
    """

    id: str
    account: str
    kind: str
    phone: str | None
    title: str
    titles: list[str]
    last_seen_at: str
    closed: str | None
    links: ChatLinks


class Quoted(TypedDict):
    """What a message answers to."""

    text: str
    author: str
    whatsapp_id: str | None


class Media(TypedDict):
    """The file of a message. ``kind``, ``name`` and ``size`` as its bubble shows it; ``size`` in the page's
    words, documents only. ``state``: pending, stored, quarantined, skipped, failed, expired or infected; what
    follows ``reason`` is None unless the file is stored.
    """

    kind: str
    name: str
    size: str
    state: str
    reason: str | None
    media_type: str | None
    bytes: int | None
    sha256: str | None


class ChatMessage(TypedDict):
    """A message as it was read in its chat; ``direction`` is in or out, ``shown_at`` in the page's words."""

    id: str
    whatsapp_id: str
    direction: str
    kind: str
    text: str
    author: str | None
    shown_at: str
    read_at: str
    edited: bool
    quoted: Quoted | None
    media: Media | None


class Pause(TypedDict):
    """One reason for a pause, and its author."""

    reason: str
    author: str
    since: str
    note: str


class Cap(TypedDict):
    """Today's places, in the account's time zone."""

    day: str
    cap: int
    used: int
    left: int
    new_chats_cap: int
    new_chats_left: int
    next_day_at: str


class NewChats(TypedDict):
    """Whether WhatsApp lets the account start chats: the lock that its page shows, what it is about, its
    end.
    """

    lock: str | None
    scope: str | None
    until: str | None
    seen_at: str | None


class Queue(TypedDict):
    """Numbers of messages to be sent now, to be sent later, and in doubt."""

    open: int
    scheduled: int
    unknown: int


class Lookups(TypedDict):
    """Look-ups of numbers today, and the numbers that wait for one."""

    cap: int
    used: int
    left: int
    waiting: int
    next_day_at: str


class Worker(TypedDict):
    """Whether a worker gives signs of life, and what it reports."""

    running: bool
    facts: dict[str, Any]


class AccountLinks(TypedDict):
    """Where to look next."""

    self: str
    qr: str


class Key(TypedDict):
    """An API key without its secrets; the scope ``admin`` includes the others."""

    id: str
    label: str
    scopes: list[str]


class Account(TypedDict):
    """One WhatsApp number."""

    account: str
    state: str
    meaning: str
    reason: str
    since: str | None
    restricted_until: str | None
    new_chats: NewChats
    may_send: bool
    sends: str
    pauses: list[Pause]
    cap: Cap | None
    queue: Queue
    lookups: Lookups
    worker: Worker
    links: AccountLinks


class Pauses(TypedDict):
    """All reasons why an account is paused now."""

    account: str
    paused: bool
    pauses: list[Pause]
