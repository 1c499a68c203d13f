"""Chats and the messages that were read in them: the only entry point for questions (docs/receiving.md).

Error codes: ``account_invalid``, ``account_unknown``, ``chat_not_found``, ``message_not_found``,
``media_not_stored``, ``media_quarantined``, ``media_not_quarantined``.
"""

import time
from collections.abc import Callable, Sequence

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.chats import ChatKind, ChatRecord
from whatsapp_tasks.domain.identity import account_in
from whatsapp_tasks.domain.received_media import (
    AFTER_VERDICT,
    HAS_BYTES,
    MediaState,
    MediaStatus,
    Verdict,
    holder_of,
)
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.domain.refusals import account_unknown, message_not_found
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.inbox_media import NO_LEASE


class Conversations:
    """The chats of any account. Each method raises StoreUnavailable while Redis is unavailable."""

    def __init__(
        self, database: Database, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._db = database
        self._settings = settings
        self._clock = clock

    def chats(
        self, account: str, *, kind: ChatKind | None = None, cursor: str | None, limit: int
    ) -> tuple[Sequence[ChatRecord], str | None]:
        """The account's chats, the last seen first, and the cursor of the next page; of one ``kind`` there
        may be fewer than ``limit`` although more follow. Raises RequestRefused.
        """
        if not Accounts(self._db).exists(check_account_name(account)):
            raise account_unknown(account)
        chats, following = self._stores(account).chats.page(cursor, limit)
        return [chat for chat in chats if kind is None or chat.kind is kind], following

    def chat(self, chat_id: str) -> ChatRecord:
        """Raises RequestRefused (``chat_not_found``)."""
        return self._found(chat_id)[1]

    def messages(
        self, chat_id: str, *, before: str | None, limit: int
    ) -> tuple[Sequence[ReceivedMessage], str | None]:
        """The chat's messages, newest first, older than the message ``before``; and the one to go on with.
        Raises RequestRefused (``chat_not_found``).
        """
        stores, chat = self._found(chat_id)
        return stores.inbox.page(chat.id, before, limit)

    def media(self, chat_id: str, message_id: str) -> MediaStatus:
        """The stored file of a message of the chat. Raises RequestRefused."""
        chat, message = self._found(chat_id)[1], self._by_id(message_id)[1]
        if message.chat_id != chat.id:
            raise message_not_found()
        status = message.media_status
        if status.state is MediaState.QUARANTINED:
            raise RequestRefused(
                "media_quarantined", "The file waits for the verdict of the scanner.", http_status=409
            )
        if status.state not in HAS_BYTES:
            said = f"{status.state}, {status.reason}" if status.reason else str(status.state)
            raise RequestRefused(
                "media_not_stored", f"The message has no stored file ({said}).", http_status=404
            )
        return status

    def quarantined(self, message_id: str) -> MediaStatus:
        """The file that waits for a scanner's verdict. Raises RequestRefused (``message_not_found``,
        ``media_not_quarantined``).
        """
        status = self._by_id(message_id)[1].media_status
        if status.state is not MediaState.QUARANTINED:
            raise _not_quarantined(status)
        return status

    def judge(self, message_id: str, verdict: Verdict, contents: Contents) -> ReceivedMessage:
        """A scanner's verdict on the file of a message: it is given out from now on, or deleted. Repeating it
        changes nothing. Raises RequestRefused, and ObjectStoreFailed if an infected file could not be deleted
        now; it is not given out in any case.
        """
        stores, message = self._by_id(message_id)
        status = message.media_status
        if status.state is MediaState.QUARANTINED:
            judged = status.judged(verdict)
            now_ms = int(self._clock() * 1000)
            stores.inbox_media.settle(
                message.id, MediaState.QUARANTINED, judged, fence=NO_LEASE, now_ms=now_ms
            )
            stores, message = self._by_id(message_id)  # another verdict may have been faster
        if message.media_status.state is not AFTER_VERDICT[verdict]:
            raise _not_quarantined(message.media_status)
        if verdict is Verdict.INFECTED:
            contents.release(message.media_status.sha256, holder_of(message.id))
        return message

    def _by_id(self, message_id: str) -> tuple[AccountStores, ReceivedMessage]:
        account = account_in(message_id)
        stores = self._stores(account) if account else None
        message = stores.inbox.find(message_id) if stores else None
        if stores is None or message is None:
            raise message_not_found()
        return stores, message

    def _found(self, chat_id: str) -> tuple[AccountStores, ChatRecord]:
        """The chat, and the stores of its account."""
        account = account_in(chat_id)
        stores = self._stores(account) if account else None
        chat = stores.chats.get(chat_id) if stores else None
        if stores is None or chat is None:
            raise RequestRefused("chat_not_found", "There is no chat with this id.", http_status=404)
        return stores, chat

    def _stores(self, account: str) -> AccountStores:
        return AccountStores(self._db, self._settings, account)


def _not_quarantined(status: MediaStatus) -> RequestRefused:
    return RequestRefused(
        "media_not_quarantined", f"The file waits for no verdict: it is {status.state}.", http_status=409
    )
