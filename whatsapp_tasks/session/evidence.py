"""Keeps what explains a failure: a picture of the page, what it is made of, and what happened before.

Nothing in here may make a failure worse: whatever goes wrong is logged, and the failure is handled without
evidence.
"""

import json
import logging
from collections.abc import Callable, Iterable

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.page_capture import PageCapture, capture_page
from whatsapp_tasks.clients.object_store import ObjectStore, open_store
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.events import Event
from whatsapp_tasks.errors import BrowserError, ObjectStoreFailed, StoreError
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.evidence import Evidence, EvidenceIndex, account_of, new_evidence_id, taken_ms

log = logging.getLogger(__name__)

EVENTS_TOLD = 30
DAY_MS = 24 * 3600 * 1000


class EvidenceKeeper:
    """The evidence of one account."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        account: str,
        storage: ObjectStore | None,
        take: Callable[..., PageCapture] = capture_page,
    ) -> None:
        self._settings = settings
        self._account = account
        self._storage = storage
        self._index = EvidenceIndex(database, account)
        self._events = EventLog(database, account)
        self._take = take
        self._ahead: tuple[str, PageCapture] | None = None

    @classmethod
    def from_settings(cls, database: Database, settings: Settings, account: str) -> "EvidenceKeeper":
        folder = settings.data_dir.resolve() / "evidence"
        storage = open_store(settings.evidence, folder, settings.s3_endpoint)
        return cls(database, settings, account, storage)

    def take_ahead(self, page: Page | None, code: str) -> None:
        """What ``keep`` shall keep of the page if it is called for ``code`` next: the page is about to be put
        right, and would show nothing of the failure any more.
        """
        if self._storage is not None:
            self._ahead = (code, self._capture(page))

    def keep(
        self,
        page: Page | None,
        *,
        code: str,
        detail: str,
        state: str,
        now_ms: int,
        message_id: str | None = None,
    ) -> str | None:
        """The id of what was kept, or None when nothing could be."""
        if self._storage is None:
            return None
        ahead, self._ahead = self._ahead, None
        capture = ahead[1] if ahead is not None and ahead[0] == code else self._capture(page)
        evidence = Evidence(
            new_evidence_id(self._account, now_ms),
            self._account,
            now_ms,
            code,
            detail,
            state,
            message_id,
            picture=capture.picture is not None,
            structure=bool(capture.structure),
        )
        try:
            self._put(self._storage, evidence, capture)
        except (ObjectStoreFailed, StoreError) as error:
            log.warning("Evidence of a failure was not kept", extra={"detail": str(error), "code": code})
            return None
        log.info("Evidence of a failure was kept", extra={"evidence": evidence.id, "code": code})
        return evidence.id

    def forget(self) -> int:
        """Deletes all evidence of the account; how many files. Others may lie beside it, in one bucket.
        Raises ObjectStoreFailed.
        """
        if self._storage is None:
            return 0
        stored = self._storage.names(self._account)
        names = [name for name in stored if account_of(_id_in(name)) == self._account]
        self._storage.delete(names)
        return len(names)

    def _capture(self, page: Page | None) -> PageCapture:
        pictures = self._settings.evidence_pictures
        if page is None or not page.alive():
            return PageCapture(None, ())
        try:
            return self._take(
                page,
                Deadline.within(self._settings.look_timeout_seconds),
                picture=pictures != "off",
                masked=pictures == "masked",
            )
        except BrowserError as error:
            log.warning("No picture of the page could be taken", extra={"detail": str(error)})
            return PageCapture(None, ())

    def _put(self, storage: ObjectStore, evidence: Evidence, capture: PageCapture) -> None:
        settings, name = self._settings, f"{self._account}/{evidence.id}"
        keep_ms = int(settings.evidence_keep_days * DAY_MS)
        if capture.picture is not None:
            storage.put(f"{name}.jpg", capture.picture)
        storage.put(f"{name}.json", _report(evidence, capture, self._events.latest(EVENTS_TOLD)))
        self._index.add(evidence, keep_count=settings.evidence_keep_count, keep_ms=keep_ms)
        names = storage.names(self._account)
        storage.delete(outdated(names, settings.evidence_keep_count, evidence.at_ms - keep_ms))


def _id_in(name: str) -> str:
    return name.partition("/")[2].partition(".")[0]


def outdated(names: Iterable[str], keep_count: int, before_ms: int) -> list[str]:
    """Of the files of an account, those that are too old or one too many."""
    by_id: dict[str, list[str]] = {}
    for name in names:
        by_id.setdefault(_id_in(name), []).append(name)
    times = {i: taken_ms(i) for i in by_id}
    ours = sorted((i for i in by_id if times[i] is not None), key=lambda i: (times[i], i))
    gone = set(ours[:-keep_count]) | {i for i in ours if (times[i] or 0) <= before_ms}
    return [name for i in ours if i in gone for name in by_id[i]]


def _report(evidence: Evidence, capture: PageCapture, events: list[Event]) -> bytes:
    last_events = [
        {"type": e.type, "subject": e.subject, "at_ms": e.at_ms, "code": e.code, **e.details} for e in events
    ]
    fields = {
        "id": evidence.id,
        "account": evidence.account,
        "at_ms": evidence.at_ms,
        "code": evidence.code,
        "detail": evidence.detail,
        "state": evidence.state,
        "message_id": evidence.message_id,
        "last_events": last_events,
        "structure": list(capture.structure),
    }
    return json.dumps(fields, ensure_ascii=False, indent=1).encode()
