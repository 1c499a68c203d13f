"""What happens when a page opens a chat: its history is loaded, and its messages are seen."""

from dataclasses import dataclass
from functools import partial

from ..environment import Environment
from ..scenarios.active import ActiveScenarios
from ..scenarios.opening_chats import OwnMessagesLocal, StaleHistory
from ..settings import SettingsInForce
from .chat_json import message_json
from .chat_news import ChatNews
from .memory import Memory
from .messages import Message
from .pages import Json, Page


@dataclass(frozen=True)
class Reading:
    settings: SettingsInForce
    scenarios: ActiveScenarios
    memory: Memory
    news: ChatNews
    environment: Environment

    def history(self, page: Page, message: Json) -> None:
        """The page asks for messages of a chat: the newest, or those before one it has."""
        phone, before = str(message.get("phone", "")), message.get("before")
        found, more = self.memory.mailbox.history(phone, before, self.settings.now.page_size)
        found = [each for each in found if not self._is_lost(page, each)]
        stale = self._stale(page, phone) if before is None else None
        if stale is not None:
            found = found[: -stale.newest]
            late = self.news.chat(phone, refresh=True, synced=True)
            self.environment.later(stale.ms / 1000, partial(page.post, late))
        page.post(
            {
                "type": "history",
                "query": message.get("query"),
                "phone": phone,
                "messages": [message_json(each) for each in found],
                "more": more,
                "loading": stale is not None and stale.sign,
            }
        )

    def _is_lost(self, page: Page, message: Message) -> bool:
        """Whether only the storage of this device had the message, and this copy of it does not."""
        return (
            self.scenarios.look(OwnMessagesLocal) is not None
            and page.device is not None
            and message.device == page.device.id
            and message.at < page.connected_at
            and message.id not in page.own_kept
        )

    def _stale(self, page: Page, phone: str) -> StaleHistory | None:
        """Once for each chat of a page."""
        stale = None if phone in page.synced else self.scenarios.play(StaleHistory, phone)
        if stale is not None:
            page.synced.add(phone)
        return stale

    def seen(self, _page: Page, message: Json) -> None:
        """The chat is open on the page, and the page has the focus."""
        phone = str(message.get("phone", ""))
        if self.memory.mailbox.seen(phone):
            self.memory.record({"event": "seen", "phone": phone})
            self.news.tell_chat(phone)
