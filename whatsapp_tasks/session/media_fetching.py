"""Stores the files of received messages, one at a time, while nothing is to be sent (docs/receiving.md).

The page saves a file as for a person: by "Download" in the menu of its message (docs/whatsapp-web.md, 12.14).
The bytes are in the object store, and held for the message, before one script says so and tells it. So a
worker that dies in between leaves a file that is downloaded again, and an event that is told once.
"""

import logging
import time
from collections.abc import Callable

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.received_media import (
    MOST_TRIES,
    MediaState,
    MediaStatus,
    holder_of,
    pause_seconds,
    stored_status,
    tries_for,
)
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.errors import LeaseLost, ObjectStoreFailed, ObjectStoreFull, SendError
from whatsapp_tasks.session.chat_reading import NotRead
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.media_saving import GivenUp, NotSaved, saved_file
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.row_opening import open_row
from whatsapp_tasks.stores.outcomes import SettleMedia

log = logging.getLogger(__name__)

LOOKED_AT = 20
"""Files that wait, of which the first one is taken whose pause is over."""
AFTER_A_SEND_SECONDS = 5.0
STORE_FULL_SECONDS = 300.0


class MediaFetching:
    """Of one account. ``may_send`` says whether messages may be sent now; asks Redis."""

    def __init__(self, context: AccountContext, may_send: Callable[[], bool]) -> None:
        self._context = context
        self._may_send = may_send
        self._not_before: dict[str, float] = {}
        self._unanswered = ("", "")
        """A load of the page, and the message whose file it was asked for and may save at any time."""

    def look(self, page: WhatsAppPage, snapshot: PageSnapshot) -> None:
        """Stores one file, if one waits and nothing else does. ``snapshot`` is the last look at ``page``.
        Raises BrowserErrors, LeaseLost, StoreUnavailable.
        """
        context = self._context
        due = self._due(snapshot)
        if due is None or not is_calm(snapshot) or not self._nothing_to_send():
            return
        if self._unanswered[0] == snapshot.document and self._unanswered[1] != due:
            # What comes next may be the file that was asked for before, and not that of this message.
            context.opened = None
            page.open(Deadline.within(context.settings.boot_timeout_seconds))
            return
        message = context.inbox.find(due)
        if message is None or message.media is None:
            context.inbox_media.forget(due)
            return
        rules = context.media_rules()
        if message.media.kind not in rules.kinds:  # it was asked for, and is not any more
            self._settle(message, message.media_status.ended(MediaState.SKIPPED, "not_asked"))
        elif context.inbox_media.bytes_on_day(context.now_ms()) >= rules.day_bytes:
            self._settle(message, message.media_status.ended(MediaState.SKIPPED, "day_full"))
        else:
            self._try(page, snapshot, message)

    def _due(self, snapshot: PageSnapshot) -> str | None:
        """The message whose file is next: the one that the page was asked for before, else the oldest."""
        waiting = self._context.inbox_media.waiting(LOOKED_AT)
        self._not_before = {name: at for name, at in self._not_before.items() if name in waiting}
        document, asked_for = self._unanswered
        if document == snapshot.document and asked_for in waiting:
            waiting = [asked_for]
        now = time.monotonic()
        return next((name for name in waiting if self._not_before.get(name, 0.0) <= now), None)

    def _try(self, page: WhatsAppPage, snapshot: PageSnapshot, message: ReceivedMessage) -> None:
        context = self._context
        tries = context.inbox_media.begin_try(message.id)
        if tries > MOST_TRIES:  # each of them ended with this worker, or its browser
            self._settle(message, MediaStatus(MediaState.FAILED, "cancelled"))
            return
        try:
            self._store(page, snapshot, message)
        except GivenUp as error:
            self._note(message, error.unanswered)
            context.inbox_media.forget_try(message.id)
            self._pause(message, AFTER_A_SEND_SECONDS)
        except ObjectStoreFull:
            context.inbox_media.forget_try(message.id)
            self._pause(message, STORE_FULL_SECONDS)
            log.error("There is no space for files of received messages", extra=self._fields(message))
        except NotSaved as error:
            self._note(message, error.unanswered)
            self._failed(message, tries, error.status)
        except (SendError, NotRead, ObjectStoreFailed) as error:
            self._failed(message, tries, _status_of(error))

    def _note(self, message: ReceivedMessage, unanswered: str) -> None:
        if unanswered:
            self._unanswered = (unanswered, message.id)

    def _failed(self, message: ReceivedMessage, tries: int, status: MediaStatus) -> None:
        log.info(
            "A file was not stored", extra={**self._fields(message), "code": status.reason, "tries": tries}
        )
        if tries >= tries_for(status):
            self._settle(message, status)
        else:
            self._pause(message, pause_seconds(tries))

    def _store(self, page: WhatsAppPage, snapshot: PageSnapshot, message: ReceivedMessage) -> None:
        context, rules, media = self._context, self._context.media_rules(), message.media
        assert media is not None
        with context.arriving.folder(rules.most_bytes) as folder:
            if not _shows(snapshot, message):
                self._open(page, message)
            downloaded = saved_file(
                page, message, folder, most_bytes=rules.most_bytes, may_go_on=self._nothing_to_send
            )
            reach("media_downloaded")
            found = context.arriving.examined(downloaded)
            status = stored_status(media.kind, media.name, media.size, found, rules)
            if status.sha256:
                until_ms = message.read_ms + int(context.settings.inbox_kept_seconds * 1000)
                context.arriving.keep(downloaded, found, holder_of(message.id), until_ms)
            reach("media_kept")
        self._settle(message, status)
        reach("media_settled")

    def _nothing_to_send(self) -> bool:
        return self._context.queue.nothing_queued() or not self._may_send()

    def _open(self, page: WhatsAppPage, message: ReceivedMessage) -> None:
        """Opens the message's chat. Raises SendError and NotRead."""
        context = self._context
        if message.phone is not None:
            open_chat(context, page, message.phone)
            return
        record = context.chats.get(message.chat_id)
        if record is None:
            raise NotRead("chat_not_opened", "The chat is not known any more.")
        open_row(context, page, record.title)

    def _settle(self, message: ReceivedMessage, status: MediaStatus) -> None:
        context = self._context
        outcome = context.inbox_media.settle(
            message.id, MediaState.PENDING, status, fence=context.lease.fence, now_ms=context.now_ms()
        )
        if outcome is SettleMedia.LEASE_LOST:
            raise LeaseLost
        if outcome is SettleMedia.SETTLED:
            fields = {**self._fields(message), "state": status.state, "code": status.reason}
            log.info("The file of a received message came to an end", extra=fields)

    def _pause(self, message: ReceivedMessage, seconds: float) -> None:
        self._not_before[message.id] = time.monotonic() + seconds

    def _fields(self, message: ReceivedMessage) -> dict[str, str]:
        return {"account": self._context.account, "message_id": message.id}


def _shows(snapshot: PageSnapshot, message: ReceivedMessage) -> bool:
    """Whether the open chat has the message."""
    bubbles = snapshot.chat.bubbles if snapshot.chat is not None else ()
    return any(bubble.id == message.bubble_id for bubble in bubbles)


def _status_of(error: SendError | NotRead | ObjectStoreFailed) -> MediaStatus:
    """How the file ends if no further try helps."""
    if isinstance(error, ObjectStoreFailed):
        return MediaStatus(MediaState.FAILED, "store_failed")
    return MediaStatus(MediaState.FAILED, "chat_not_opened")
