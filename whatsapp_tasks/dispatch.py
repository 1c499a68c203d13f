"""The only entry point for a message: REST, CLI, ``.delay()`` and tasks found on the queue all use it."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple, assert_never

from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.crash_points import reach, reach_async
from whatsapp_tasks.domain import identity, phones, texts
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.file_requests import FileRequest, check_file_url
from whatsapp_tasks.domain.file_types import check_type, default_name
from whatsapp_tasks.domain.files import MessageFile, check_caption, check_wish, decide_kind
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.nesting import MOST_LEVELS, is_too_deep
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.domain.template_requests import TemplateRequest
from whatsapp_tasks.domain.templates import fill_template, template_unknown
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.admission import Acceptance, Admission, NewMessage, Window
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.files import FileRecords, Upload
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.message_index import MessageIndex
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.outcomes import Accept
from whatsapp_tasks.stores.send_queue import SendQueue
from whatsapp_tasks.stores.templates import Found, TemplateRecords

LONGEST_DELAY_MS = 365 * 24 * 3600 * 1000
LATEST_TIME_SECONDS = 100_000_000_000
METADATA_LIMIT_BYTES = 4096
_ACCOUNTS_KNOWN = 1000
"""For how many accounts a process caches its stores; callers may name any number of accounts."""


@dataclass(frozen=True)
class Accepted:
    """``duplicate``: the message was accepted before; ``status`` is its current status."""

    id: str
    status: str
    duplicate: bool


class WindowFull(RequestRefused):
    """More requests than allowed; ``window`` is the index of the full window."""

    def __init__(self, window: int) -> None:
        super().__init__("rate_limited", "More requests than allowed.", http_status=429)
        self.window = window

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.window,))


class Content(NamedTuple):
    """What a message says. ``compared`` and ``parts`` stand for it when requests are compared: its text,
    which is empty if a template makes it, and its template and file.
    """

    text: str
    compared: str
    parts: tuple[str, ...]
    file: MessageFile | FileRequest | None
    refusal: RequestRefused | None
    """Why there is no text. A repeat is recognised without it."""


@dataclass(frozen=True)
class Prepared:
    """A valid message. Nothing changes until it is accepted; ``accept`` may be called once."""

    admission: Admission
    new: NewMessage
    refusal: RequestRefused | None = None
    """Of a message that may only be a repeat, if it is none."""

    def accept(self) -> Accepted:
        """Writes it to ledger and queue; raises RequestRefused (or its subclass WindowFull) or
        StoreUnavailable.
        """
        reach("before_accept")
        acceptance = self.admission.accept(self.new)
        reach("after_accept")
        return self._accepted(acceptance)

    async def accept_through(self, pipeline: Pipeline) -> Accepted:
        """The same, without blocking other coroutines."""
        await reach_async("before_accept")
        acceptance = await self.admission.accept_through(pipeline, self.new)
        await reach_async("after_accept")
        return self._accepted(acceptance)

    def _accepted(self, acceptance: Acceptance) -> Accepted:
        account = self.admission.account
        match acceptance.outcome:
            case Accept.ACCEPTED:
                return Accepted(acceptance.id, acceptance.status, duplicate=False)
            case Accept.DUPLICATE:
                return Accepted(acceptance.id, acceptance.status, duplicate=True)
            case Accept.LIMITED:
                raise WindowFull(acceptance.full_window)
            case Accept.CAPPED:
                raise daily_cap_reached(account, acceptance.next_place_ms, self.new.now_ms)
            case Accept.CONFLICT:
                raise _conflict(acceptance.id)
            case Accept.REPLAYED:
                raise signature_replayed()
            case Accept.NO_REPEAT:
                assert self.refusal is not None
                raise self.refusal
            case Accept.OPTED_OUT:
                raise _opted_out()
            case Accept.FILE_GONE:
                raise file_unknown()
            case Accept.ACCOUNT_UNKNOWN:
                raise account_unknown(account)
            case unknown:
                assert_never(unknown)


class Dispatcher:
    """Validates a message and writes it to ledger and queue in one step."""

    def __init__(
        self, database: Database, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._index = MessageIndex(database)
        self._files = FileRecords(database)
        self._templates = TemplateRecords(database)
        self._settings = settings
        self._clock = clock
        self._stores = lru_cache(maxsize=_ACCOUNTS_KNOWN)(partial(AccountStores, database, settings))

    def ledger(self, account: str) -> Ledger:
        return self._stores(account).ledger

    def queue(self, account: str) -> SendQueue:
        return self._stores(account).queue

    def caps(self, account: str) -> Caps | None:
        """The daily cap of an account; None if the setting turned it off."""
        return self._stores(account).caps

    def send(self, request: MessageRequest, *, source: str = "api") -> Accepted:
        """Accepts one message.

        Raises RequestRefused (bad input, conflict, replay, unknown account, opted out: nothing is queued) or
        StoreUnavailable (repeat the request with the same idempotency key).
        """
        return self.prepare(request, source=source).accept()

    def needs_no_redis(self, account: str, *, has_file: bool = False) -> bool:
        """Whether ``prepare`` finds everything it needs in this process, without waiting for Redis."""
        if has_file:
            return False
        caps = self.caps(account)
        return caps is None or caps.known()

    def prepare(
        self,
        request: MessageRequest,
        *,
        source: str = "api",
        signature: str | None = None,
        windows: Callable[[], Sequence[Window]] | None = None,
        found: Found | None = None,
    ) -> Prepared:
        """Validates one message. ``signature`` is marked as used together with the message. ``windows``
        returns the request limits and is called when everything else is valid; the acceptance counts in them.
        ``found`` is the request's template; without it, it is read now.

        Raises RequestRefused.
        """
        account, key = check_account_name(_text("account", request.account)), request.idempotency_key
        phone = phones.parse_phone(_text("phone", request.phone))
        text, compared, parts, file, refusal = self._content(request, found)
        if key is not None:
            identity.check_idempotency_key(_text("idempotency_key", key))
        priority = _priority(request.priority)
        now_ms = int(self._clock() * 1000)
        send_at_ms, expires_at_ms = _times(request.send_at, request.expires_at, now_ms)
        refusal = refusal or _too_late(expires_at_ms, now_ms)
        who = identity.identity_digest(account, phone, compared, key, parts)
        return Prepared(
            self._stores(account).admission,
            NewMessage(
                id=identity.message_id(who, now_ms, account),
                phone=phone,
                text=text,
                identity=who,
                content=identity.content_digest(account, phone, compared, parts),
                priority=priority,
                now_ms=now_ms,
                window_ms=self._window_ms(key, send_at_ms, now_ms),
                send_at_ms=send_at_ms,
                expires_at_ms=expires_at_ms,
                metadata=_metadata(request.metadata),
                source=source,
                nonce=signature_digest(signature) if signature else None,
                nonce_ttl_ms=nonce_ttl_ms(self._settings),
                windows=windows() if windows else (),
                file=file,
                upload=request.file.id or "" if request.file else "",
                only_repeat=refusal is not None,
            ),
            refusal,
        )

    def _content(self, request: MessageRequest, found: Found | None) -> Content:
        """Raises RequestRefused."""
        given = _text("message", request.message)
        if request.template is not None:
            if given.strip():
                raise _field("template_invalid", "message", "must not be given together with a template")
            return self._filled(request.template, request.file, found or self.template(request.template))
        if request.file is None:
            text = texts.normalise_message(given)
            return Content(text, text, (), None, None)
        caption = check_caption(texts.normalise_message(given)) if given.strip() else ""
        file = self._file(request.file, has_caption=bool(caption))
        return Content(caption, caption, file.identity, file, None)

    def _filled(self, wanted: TemplateRequest, asked: FileRequest | None, found: Found) -> Content:
        """What a template makes. Its variables stand for it: so a repeat is the same message although the
        template was changed or deleted meanwhile.
        """
        file = None if asked is None else self._file(asked, has_caption=True)
        parts = (*wanted.identity, *(file.identity if file else ()))
        try:
            if found.template is None:
                raise template_unknown(wanted.name, wanted.language, found.languages)
            text = fill_template(found.template.text, wanted.variables, as_caption=file is not None)
        except RequestRefused as refusal:
            return Content("", "", parts, file, refusal)
        return Content(text, "", parts, file, None)

    def template(self, wanted: TemplateRequest) -> Found:
        """The wanted template as it is now."""
        return self._templates.find(wanted.name, wanted.language)

    async def template_through(self, pipeline: Pipeline, wanted: TemplateRequest) -> Found:
        """The same, without blocking other coroutines."""
        return await self._templates.find_through(pipeline, wanted.name, wanted.language)

    def _file(self, asked: FileRequest, *, has_caption: bool) -> MessageFile | FileRequest:
        """The file, or the request if it is to be fetched first. Raises RequestRefused."""
        check_wish(asked.kind, has_caption=has_caption)
        if asked.url is not None:
            check_file_url(asked.url, allow_private=self._settings.file_url_allow_private)
            return asked
        # It may have expired since: whether this is a repeat is decided first, by ``accept.lua``.
        upload = _owned(self._files.remembered(asked.id or ""), asked.owner)
        return message_file(upload, asked, has_caption=has_caption)

    def upload(self, upload_id: str, owner: str | None) -> Upload:
        """The upload of this owner (an API key), or of any with None; raises RequestRefused
        (``file_unknown``).
        """
        return _owned(self._files.upload(upload_id, int(self._clock() * 1000)), owner)

    def _window_ms(self, idempotency_key: str | None, send_at_ms: int | None, now_ms: int) -> int:
        """How long the identity stays claimed. With a caller's key, the window begins at ``send_at``:
        otherwise a late repeat of the request would create a second message. Without a key, it begins now:
        the same text at another time may be another message sooner.
        """
        window_ms = int(self._settings.idempotency_window_seconds * 1000)
        if idempotency_key is None or send_at_ms is None:
            return window_ms
        return window_ms + max(0, send_at_ms - now_ms)

    def cancel(self, message_id: str) -> Message:
        """Cancels a queued message; raises RequestRefused (``message_not_found``, ``not_cancellable``).

        Cancelling a cancelled message again is not an error.
        """
        message = self.get(message_id)
        self.ledger(message.account).advance(message, Status.CANCELLED, int(self._clock() * 1000))
        now = self.get(message_id)
        if now.status is not Status.CANCELLED:
            raise RequestRefused(
                "not_cancellable",
                f"Only a queued message can be cancelled; this one is {now.status}.",
                http_status=409,
            )
        return now

    def resolve(self, message_id: str, to: Status, *, author: str, note: str) -> Message:
        """A person settles an ``unknown`` message as ``sent`` or ``failed``.

        Raises RequestRefused (``message_not_found``, ``not_resolvable``).
        """
        message = self.get(message_id)
        error = ("resolved_failed", note or "A person found that it was not sent.")
        if not self.ledger(message.account).advance(
            message,
            to,
            int(self._clock() * 1000),
            code="resolved",
            error=error if to is Status.FAILED else None,
            only_from=Status.UNKNOWN,
            resolved_by=author,
            resolution_note=note,
        ):
            now = self.get(message_id)
            raise RequestRefused(
                "not_resolvable",
                f"Only an unknown message can be resolved; this one is {now.status}.",
                http_status=409,
            )
        return self.get(message_id)

    def page(
        self,
        *,
        account: str | None = None,
        status: str | None = None,
        phone: str | None = None,
        cursor: str | None = None,
        limit: int,
    ) -> tuple[list[Message], str | None]:
        """Messages of one account or of all, newest first; see ``MessageIndex.page``."""
        return self._index.page(account=account, status=status, phone=phone, cursor=cursor, limit=limit)

    def get(self, message_id: str) -> Message:
        """The message, of any account; raises RequestRefused (``message_not_found``)."""
        account = self._index.account_of(message_id)
        message = self.ledger(account).get(message_id) if account else None
        if message is not None:
            return message
        raise RequestRefused(
            "message_not_found",
            "There is no message with this id, or its record has expired.",
            http_status=404,
        )


@lru_cache(maxsize=1)
def default_dispatcher() -> Dispatcher:
    """The dispatcher of this process, configured by the environment; used by ``send_message.delay()``."""
    settings = load_settings()
    return Dispatcher(Database.connect(settings), settings)


def signature_digest(signature: str) -> str:
    return hashlib.sha256(signature.encode("utf-8", "replace")).hexdigest()


def nonce_ttl_ms(settings: Settings) -> int:
    """A signature is remembered as long as its timestamp could still be accepted."""
    return int((settings.signature_past_seconds + settings.signature_future_seconds + 1) * 1000)


def signature_replayed() -> RequestRefused:
    """The error for a second use of a signature."""
    return RequestRefused(
        "signature_replayed",
        "This signature was used before. Sign each request again, with a fresh timestamp; a repeat "
        "within one second needs another body or X-Timestamp.",
        http_status=401,
    )


def worker_not_running(account: str) -> RequestRefused:
    """The error for a command that needs a worker when none gives signs of life."""
    return RequestRefused(
        "worker_not_running",
        f"No worker runs for the account '{account}', so no page is open. Start one: "
        f"whatsapp-tasks worker --account {account}",
        http_status=409,
    )


def daily_cap_reached(account: str, next_place_ms: int | None, now_ms: int) -> RequestRefused:
    """The error for a message over the daily cap, with the start of the next day with a free place."""
    if next_place_ms is None:
        when, extra, wait = "No day in the near future has a free place.", {}, None
    else:
        at = datetime.fromtimestamp(next_place_ms / 1000, UTC).isoformat(timespec="seconds")
        when = f"The next free place is at {at}."
        extra, wait = {"next_place_at": at.replace("+00:00", "Z")}, (next_place_ms - now_ms) / 1000
    return RequestRefused(
        "daily_cap_reached",
        f"The daily cap of the account '{account}' leaves no place for this message today. {when} "
        "The cap grows with each day of use.",
        http_status=429,
        retry_after_seconds=wait,
        extra=extra,
    )


def account_unknown(account: str) -> RequestRefused:
    """The error for a request for an account that does not exist."""
    return RequestRefused(
        "account_unknown",
        f"There is no account '{account[:40]}'. See GET /accounts, or add it: "
        "whatsapp-tasks accounts add NAME",
        http_status=404,
    )


def file_unknown() -> RequestRefused:
    """The error for an id that names no file that this caller has uploaded."""
    return RequestRefused(
        "file_unknown",
        "There is no file with this id that was uploaded with your key, or it has expired. Upload it again.",
        http_status=404,
        errors=[{"field": "file.id", "message": "is unknown"}],
    )


def _owned(upload: Upload | None, owner: str | None) -> Upload:
    if upload is None or owner not in (None, upload.owner):
        raise file_unknown()
    return upload


def message_file(upload: Upload, asked: FileRequest, *, has_caption: bool) -> MessageFile:
    """The file of a message, from an upload and what the caller wants; raises RequestRefused."""
    content = upload.content
    if asked.name is not None:
        check_type(content.facts.media_type, name=asked.name)
    kind = decide_kind(content.facts, content.size, asked.kind, has_caption=has_caption)
    media_type = content.facts.media_type
    name = asked.name or upload.name or default_name(kind, media_type)
    return MessageFile(content.digest, name, kind, content.size, media_type)


def _priority(value: str) -> Priority:
    try:
        return Priority(value)
    except ValueError:
        problem = "must be one of " + ", ".join(Priority)
        raise _field("priority_invalid", "priority", problem) from None


def _metadata(metadata: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not metadata:
        return {}
    try:
        size = len(json.dumps(metadata, allow_nan=False)) if isinstance(metadata, Mapping) else None
    except (TypeError, ValueError, RecursionError):
        size = None
    if size is None:
        raise _field("metadata_invalid", "metadata", "must be a JSON object")
    if size > METADATA_LIMIT_BYTES:
        problem = f"must not be longer than {METADATA_LIMIT_BYTES} bytes as JSON"
        raise _field("metadata_too_large", "metadata", problem)
    if is_too_deep(dict(metadata)):
        raise _field("metadata_invalid", "metadata", f"must not be nested more than {MOST_LEVELS} times")
    return metadata


def _times(send_at: float | None, expires_at: float | None, now_ms: int) -> tuple[int | None, int | None]:
    send_at_ms = _time_ms("send_at", send_at)
    expires_at_ms = _time_ms("expires_at", expires_at)
    if send_at_ms is not None and send_at_ms > now_ms + LONGEST_DELAY_MS:
        raise _field("send_at_invalid", "send_at", "must be within a year from now")
    if expires_at_ms is not None and send_at_ms is not None and expires_at_ms <= send_at_ms:
        raise _field("expires_at_invalid", "expires_at", "must be after send_at")
    return send_at_ms, expires_at_ms


def _too_late(expires_at_ms: int | None, now_ms: int) -> RequestRefused | None:
    """Why a message may only be a repeat: of one whose time is over by now."""
    if expires_at_ms is None or expires_at_ms > now_ms:
        return None
    return _field("expires_at_invalid", "expires_at", "must be in the future")


def _time_ms(field: str, seconds: float | None) -> int | None:
    if seconds is None:
        return None
    # Also refuses NaN, infinity, and milliseconds given as seconds.
    if not isinstance(seconds, int | float) or not 0 <= seconds < LATEST_TIME_SECONDS:
        raise _field(f"{field}_invalid", field, "must be a time in unix seconds")
    return int(seconds * 1000)


def _text(field: str, value: object) -> str:
    """Tasks put on the queue by name, and callers without a type checker, can pass any value."""
    if not isinstance(value, str):
        raise _field(f"{field}_invalid", field, "must be a text")
    return value


def _field(code: str, field: str, problem: str) -> RequestRefused:
    return RequestRefused(
        code, f"The field {field} {problem}.", errors=[{"field": field, "message": problem}]
    )


def _conflict(message_id: str) -> RequestRefused:
    return RequestRefused(
        "idempotency_conflict",
        "This idempotency key was used for another phone, text, template or file. Use a new key for a new "
        "message.",
        http_status=409,
        extra={"message_id": message_id},
    )


def _opted_out() -> RequestRefused:
    return RequestRefused(
        "recipient_opted_out",
        "The recipient asked not to get messages. Remove them from the opt-out list only with their consent.",
        errors=[{"field": "phone", "message": "is on the opt-out list"}],
    )
