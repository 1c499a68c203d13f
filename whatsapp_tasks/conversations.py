"""Chats and the messages that were read in them: the only entry point for questions (docs/receiving.md).

Error codes: ``account_invalid``, ``account_unknown``, ``chat_not_found``, ``message_not_found``,
``media_not_stored``, ``media_quarantined``.
"""

from collections.abc import Sequence

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.chats import ChatKind, ChatRecord
from whatsapp_tasks.domain.identity import account_in
from whatsapp_tasks.domain.received_media import HAS_BYTES, MediaState, MediaStatus
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.domain.refusals import account_unknown
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database


class Conversations:
    """The chats of any account. Each method raises StoreUnavailable while Redis is unavailable."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._settings = settings

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

    def media(self, chat_id: str, message_id: str, *, unscanned: bool = False) -> MediaStatus:
        """The stored file of a message of the chat; ``unscanned``: also one that waits for the scanner.
        Raises RequestRefused.
        """
        status = self._message(chat_id, message_id)[1].media_status
        if status.state is MediaState.QUARANTINED and not unscanned:
            raise RequestRefused(
                "media_quarantined", "The file waits for the verdict of the scanner.", http_status=409
            )
        if status.state not in HAS_BYTES:
            said = f"{status.state}, {status.reason}" if status.reason else str(status.state)
            raise RequestRefused(
                "media_not_stored", f"The message has no stored file ({said}).", http_status=404
            )
        return status

    def _message(self, chat_id: str, message_id: str) -> tuple[AccountStores, ReceivedMessage]:
        stores, chat = self._found(chat_id)
        message = stores.inbox.find(message_id) if account_in(message_id) == stores.account else None
        if message is None or message.chat_id != chat.id:
            raise RequestRefused("message_not_found", "The chat has no such message.", http_status=404)
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
