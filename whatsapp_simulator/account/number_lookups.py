"""Is this number on WhatsApp? The page asks before it opens a chat by its number."""

from dataclasses import dataclass, field
from functools import partial

from ..environment import Environment
from ..phones import FATES, SHORTEST_NUMBER, digits_of, printed
from ..scenarios.active import ActiveScenarios
from ..scenarios.opening_chats import InvalidNumber, LookupFailures, QueryError, SlowQuery, WrongChat
from ..settings import SettingsInForce
from .chat_json import chat_json
from .memory import Memory
from .pages import Json, Page

SLOW_QUERY_MS = 3000
"""Of the magic number `slow`."""


@dataclass
class NumberLookups:
    settings: SettingsInForce
    scenarios: ActiveScenarios
    memory: Memory
    environment: Environment
    in_this_spell: int = 0
    """Look-ups since the spell of failures began (lookup_failures)."""
    asked: list[Json] = field(default_factory=list)
    """All since the last reset, in order: phone and result."""

    def clear(self) -> None:
        self.asked.clear()

    def answer(self, page: Page, message: Json) -> None:
        phone = digits_of(str(message.get("phone", "")))
        milliseconds = self._milliseconds(phone)
        about = {"query": message.get("query"), "phone": phone, "printed": printed(phone)}
        answer = {"type": "exists", **about, **self._result(phone)}
        self.asked.append({"phone": phone, "result": answer["result"]})
        self.environment.later(milliseconds / 1000, partial(page.post, answer))

    def _milliseconds(self, phone: str) -> int:
        slow = self.scenarios.play(SlowQuery, phone)
        if slow is not None:
            return slow.ms
        return SLOW_QUERY_MS if FATES.get(phone) == "slow" else self.settings.now.query_ms

    def _result(self, phone: str) -> Json:
        if self._fails(phone):
            return {"result": "error"}
        if self._is_unknown(phone):
            return {"result": "miss"}
        wrong = self.scenarios.play(WrongChat, phone)
        chat = self.memory.mailbox.chat(wrong.opens if wrong else phone)
        return {"result": "hit", "chat": chat_json(chat, self.settings.now)}

    def _fails(self, phone: str) -> bool:
        if FATES.get(phone) == "query_error" or self.scenarios.play(QueryError, phone):
            return True
        return self._fails_in_a_spell(phone)

    def _fails_in_a_spell(self, phone: str) -> bool:
        """In a spell of failures every n-th look-up fails."""
        spell = self.scenarios.look(LookupFailures, phone)
        if spell is None:
            self.in_this_spell = 0
            return False
        self.in_this_spell += 1
        if self.in_this_spell % spell.every:
            return False
        self.scenarios.play(LookupFailures, phone)
        return True

    def _is_unknown(self, phone: str) -> bool:
        if FATES.get(phone) == "not_on_whatsapp" or len(phone) < SHORTEST_NUMBER:
            return True
        prefix = self.settings.now.unknown_prefix
        if prefix and phone.startswith(prefix):
            return True
        return self.scenarios.play(InvalidNumber, phone) is not None
