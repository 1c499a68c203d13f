"""Fetches the files of messages from their URLs, before an account's worker gets the message."""

import logging
import random
import time
from collections.abc import Callable
from functools import lru_cache, partial

from whatsapp_tasks.clients.file_get import get_file
from whatsapp_tasks.clients.pinned_http import Limits
from whatsapp_tasks.config import Settings
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.file_fetches import (
    breaks_off,
    check_is_no_page,
    fetched_name,
    next_pause_seconds,
)
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.file_types import check_type, default_name
from whatsapp_tasks.domain.files import MessageFile, decide_kind
from whatsapp_tasks.domain.identity import account_in
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import FetchFailed, ObjectStoreFailed, RequestRefused
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.files.uploads import examined
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.file_fetches import Fetch, FileFetches
from whatsapp_tasks.stores.messages import Message

log = logging.getLogger(__name__)

HOLD_MS = 30_000
"""A fetch is held for this long, again and again; after a kill -9 it rests until the hold runs out."""
HELD_MS = 3_600_000
"""A fetched content is held for this long, until its message holds it."""
_ACCOUNTS_KNOWN = 1000


class Fetcher:
    """For all threads of the webhooks worker at once. Several such workers do no harm: a script decides who
    takes which fetch, and that of a killed worker is taken again when its hold ends.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        contents: Contents,
        *,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.fetches = FileFetches(database)
        self._contents = contents
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._stores = lru_cache(maxsize=_ACCOUNTS_KNOWN)(partial(AccountStores, database, settings))

    def fetch(self, message_id: str) -> None:
        """One attempt; its result is in the ledger afterwards. Raises StoreUnavailable."""
        account = account_in(message_id)
        fetch = self.fetches.begin(message_id, account, self._now_ms()) if account else None
        if fetch is None or fetch.message.file_wanted is None:
            return
        if breaks_off(fetch.message.fetches):
            self._failed(fetch, FetchFailed("file_fetch_broken_off", "Too many attempts had no result."))
            return
        log.info("Fetching a file", extra={"account": account, "message_id": message_id})
        try:
            file = self._got(fetch.message, fetch.message.file_wanted)
        except FetchFailed as failed:
            self._failed(fetch, failed)
            return
        reach("before_file_fetched")
        if self.fetches.fetched(fetch, file, self._now_ms()):
            log.info("A file was fetched", extra={"message_id": message_id, "bytes": file.size})

    def _got(self, message: Message, wanted: FileRequest) -> MessageFile:
        """The file, in the object store. Raises FetchFailed or StoreUnavailable."""
        settings = self._settings
        try:
            with self._contents.drafts.draft(settings.max_file_bytes) as draft:
                fetched = get_file(
                    wanted.url or "",
                    draft,
                    allow_private=settings.file_url_allow_private,
                    limits=Limits(settings.webhook_connect_timeout_seconds, settings.file_url_seconds),
                    most_bytes=settings.max_file_bytes,
                )
                received = examined(draft, name=wanted.name, declared=None)
                media_type = received.facts.media_type
                name = wanted.name or fetched_name(fetched.name, fetched.url, media_type)
                check_is_no_page(media_type, name)
                check_type(media_type, name=name)
                kind = decide_kind(received.facts, received.size, wanted.kind, has_caption=bool(message.text))
                self._contents.keep(received, f"f:{message.id}", self._now_ms() + HELD_MS)
                name = name or default_name(kind, media_type)
                return MessageFile(received.digest, name, kind, received.size, media_type)
        except RequestRefused as refused:
            raise FetchFailed(refused.code, str(refused)) from refused
        except ObjectStoreFailed as error:
            raise FetchFailed("file_store_unavailable", str(error), again=True) from error

    def _failed(self, fetch: Fetch, failed: FetchFailed) -> None:
        message, now_ms, error = fetch.message, self._now_ms(), (failed.code, str(failed))
        pause = None
        if failed.again:
            pause = next_pause_seconds(
                failed.code,
                [entry.code for entry in message.timeline],
                jitter=self._jitter(),
                at_least_seconds=failed.at_least_seconds,
            )
        log.warning(
            "A file was not fetched",
            extra={"message_id": message.id, "code": failed.code, "next_in_seconds": pause},
        )
        if pause is not None:
            self.fetches.again(fetch, now_ms, now_ms + int(pause * 1000), error)
            return
        if not self.fetches.is_latest(fetch, now_ms + HOLD_MS):
            return  # we were stopped meanwhile, and another worker may have the file
        ledger = self._stores(message.account).ledger
        ledger.advance(message, Status.FAILED, now_ms, code=failed.code, error=error, only_from=Status.QUEUED)
        self.fetches.over(fetch)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
