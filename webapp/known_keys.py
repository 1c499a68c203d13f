"""API keys, cached by this process: read from Redis at most every two seconds."""

import time
from collections.abc import Callable

from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys

KEY_CACHE_SECONDS = 2.0
"""How long a revoked or changed key still works in a process that has cached it. Caching saves the second
round trip of ``POST /send``; two seconds are short enough for an operator who revokes a key and checks it."""


class KnownKeys:
    """Looks up keys. Unknown ids are not cached, so that guessing cannot fill the memory."""

    def __init__(
        self,
        store: ApiKeys,
        seconds: float = KEY_CACHE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._clock = clock
        self._known: dict[str, tuple[ApiKey, float]] = {}

    def known(self, key_id: str) -> ApiKey | None:
        """The key, if it is cached."""
        entry = self._known.get(key_id)
        return entry[0] if entry is not None and self._clock() < entry[1] else None

    def get(self, key_id: str) -> ApiKey | None:
        """The key, or None. Raises StoreUnavailable: a cached key is not used longer than its time."""
        known = self.known(key_id)
        return known if known is not None else self.read(key_id)

    def read(self, key_id: str) -> ApiKey | None:
        """The key read from Redis now, or None. Raises StoreUnavailable."""
        now = self._clock()
        key = self._store.get(key_id)
        if key is None:
            self._known.pop(key_id, None)
        else:
            self._known[key_id] = (key, now + self._seconds)
        return key
