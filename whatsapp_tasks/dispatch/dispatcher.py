"""Accepts messages."""

import time
from collections.abc import Callable, Sequence
from functools import lru_cache

from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.dispatch.acceptance import Accepted, Prepared
from whatsapp_tasks.dispatch.addressing import Addressing
from whatsapp_tasks.dispatch.content import MessageContents
from whatsapp_tasks.dispatch.messages import AcceptedMessages
from whatsapp_tasks.dispatch.quoting import Quoting
from whatsapp_tasks.domain import identity
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.message_fields import (
    check_metadata,
    check_text,
    parse_priority,
    parse_times,
    too_late,
)
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.signatures import signature_digest
from whatsapp_tasks.domain.template_requests import TemplateRequest
from whatsapp_tasks.stores.admission import NewMessage, Window
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.files import Upload
from whatsapp_tasks.stores.nonces import nonce_ttl_ms
from whatsapp_tasks.stores.templates import Found


class Dispatcher(AcceptedMessages):
    """Validates a message and writes it to ledger and queue in one step."""

    def __init__(
        self, database: Database, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(database, settings, clock)
        self._settings = settings
        self._contents = MessageContents(database, settings, clock)
        self._addressing = Addressing(self._stores)
        self._quoting = Quoting(self._stores)

    def caps(self, account: str) -> Caps | None:
        """The daily cap of an account; None if the setting turned it off."""
        return self._stores(account).caps

    def send(self, request: MessageRequest, *, source: str = "api") -> Accepted:
        """Accepts one message.

        Raises RequestRefused (bad input, conflict, replay, unknown account, opted out: nothing is queued) or
        StoreUnavailable (repeat the request with the same idempotency key).
        """
        return self.prepare(request, source=source).accept()

    def needs_no_redis(self, account: str, *, names_others: bool = False) -> bool:
        """Whether ``prepare`` finds everything it needs in this process, without waiting for Redis. Not if
        the request ``names_others``: a chat, an uploaded file, or a message that it replies to.
        """
        if names_others:
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
        account, key = check_account_name(check_text("account", request.account)), request.idempotency_key
        now_ms = int(self._clock() * 1000)
        recipient, named, unwritable = self._addressing.of(request, account, now_ms)
        text, compared, parts, file, refusal = self._contents.of(request, found)
        reply, unquotable = self._quoting.of(request, account, recipient)
        if request.reply_to is not None:
            parts = (*parts, "reply_to", request.reply_to)
        if key is not None:
            identity.check_idempotency_key(check_text("idempotency_key", key))
        priority = parse_priority(request.priority)
        send_at_ms, expires_at_ms = parse_times(request.send_at, request.expires_at, now_ms)
        refusal = unwritable or refusal or unquotable or too_late(expires_at_ms, now_ms)
        who = identity.identity_digest(account, named, compared, key, parts)
        return Prepared(
            self._stores(account).admission,
            NewMessage(
                id=identity.message_id(who, now_ms, account),
                recipient=recipient,
                text=text,
                identity=who,
                content=identity.content_digest(account, named, compared, parts),
                priority=priority,
                now_ms=now_ms,
                window_ms=self._window_ms(key, send_at_ms, now_ms),
                send_at_ms=send_at_ms,
                expires_at_ms=expires_at_ms,
                metadata=check_metadata(request.metadata),
                source=source,
                nonce=signature_digest(signature) if signature else None,
                nonce_ttl_ms=nonce_ttl_ms(self._settings),
                windows=windows() if windows else (),
                file=file,
                upload=request.file.id or "" if request.file else "",
                reply=reply,
                only_repeat=refusal is not None,
            ),
            refusal,
        )

    async def template_through(self, pipeline: Pipeline, wanted: TemplateRequest) -> Found:
        """The wanted template as it is now, without blocking other coroutines."""
        return await self._contents.template_through(pipeline, wanted)

    def upload(self, upload_id: str, owner: str | None) -> Upload:
        """The upload of this owner (an API key), or of any with None; raises RequestRefused
        (``file_unknown``).
        """
        return self._contents.upload(upload_id, owner)

    def _window_ms(self, idempotency_key: str | None, send_at_ms: int | None, now_ms: int) -> int:
        """How long the identity stays claimed. With a caller's key, the window begins at ``send_at``:
        otherwise a late repeat of the request would create a second message. Without a key, it begins now:
        the same text at another time may be another message sooner.
        """
        window_ms = int(self._settings.idempotency_window_seconds * 1000)
        if idempotency_key is None or send_at_ms is None:
            return window_ms
        return window_ms + max(0, send_at_ms - now_ms)


@lru_cache(maxsize=1)
def default_dispatcher() -> Dispatcher:
    """The dispatcher of this process, configured by the environment; used by ``send_message.delay()``."""
    settings = load_settings()
    return Dispatcher(Database.connect(settings), settings)
