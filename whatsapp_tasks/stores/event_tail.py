"""What is new in the events of several accounts, for coroutines of one event loop.

Nothing waits in Redis: a reader that blocked there would be woken by each script that adds an event, and so
by each ``POST /send``.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from whatsapp_tasks.domain.events import Event, event_of
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.api_keys import key_of
from whatsapp_tasks.stores.connection import Pipeline


class Entry(NamedTuple):
    """An entry of an account's stream, not yet parsed: most are wanted by nobody."""

    account: str
    position: str
    fields: Sequence[str]

    @property
    def type(self) -> str:
        """Empty for one that no version of ours wrote."""
        return self.fields[1] if self.fields[:1] == ["type"] else ""

    def event(self) -> Event | None:
        """See ``event_of``."""
        pairs = dict(zip(self.fields[::2], self.fields[1::2], strict=True))
        return event_of(self.account, self.position, pairs)


class EventTail:
    """Raises StoreUnavailable, like everything that needs Redis."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._redis = pipeline

    async def after(self, places: Mapping[str, str], most: int) -> dict[str, list[Entry]]:
        """The next entries of each account after its place, at most so many of each; accounts without any
        are left out.
        """
        if not places:
            return {}
        accounts = {keys.AccountKeys(account).events: account for account in places}
        found = await self._redis.do("XREAD", "COUNT", most, "STREAMS", *accounts, *places.values())
        return {
            accounts[stream]: [Entry(accounts[stream], position, fields) for position, fields in entries]
            for stream, entries in found or ()
        }

    async def first(self, account: str) -> str | None:
        """The position of the oldest entry that is kept."""
        entries = await self._redis.do("XRANGE", keys.AccountKeys(account).events, "-", "+", "COUNT", 1)
        return str(entries[0][0]) if entries else None

    async def accounts(self) -> frozenset[str]:
        """The accounts that exist."""
        return frozenset(await self._redis.do("SMEMBERS", keys.GLOBAL_ACCOUNTS))

    async def allowed(self, key_ids: Collection[str], scope: str) -> frozenset[str]:
        """Those of the API keys that exist and have the scope."""
        if not key_ids:
            return frozenset()
        texts = await self._redis.do("HMGET", keys.API_KEYS, *key_ids)
        found = [key_of(text) for text in texts if text is not None]
        return frozenset(key.id for key in found if key.allows(scope))

    async def present(self, names: Sequence[str]) -> frozenset[str]:
        """Those of these keys of Redis that exist."""
        if not names:
            return frozenset()
        values = await self._redis.do("MGET", *names)
        return frozenset(name for name, value in zip(names, values, strict=True) if value is not None)
