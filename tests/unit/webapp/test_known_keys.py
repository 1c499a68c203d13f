"""The cache of API keys."""

import pytest

from webapp.known_keys import KnownKeys
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.api_keys import ApiKey

KEY = ApiKey("wak_1", "test", ("send",), 1, ("was_1",))


class Store:
    """Keys in memory, counting how often it is asked."""

    def __init__(self) -> None:
        self.keys = {KEY.id: KEY}
        self.asked = 0
        self.away = False

    def get(self, key_id: str) -> ApiKey | None:
        self.asked += 1
        if self.away:
            raise StoreUnavailable
        return self.keys.get(key_id)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(store: Store, clock: Clock) -> KnownKeys:
    return KnownKeys(store, 2.0, clock)  # type: ignore[arg-type]  # the same interface


def test_a_key_is_read_once_within_its_time(known: KnownKeys, store: Store, clock: Clock) -> None:
    assert known.get(KEY.id) is known.get(KEY.id) is KEY
    assert store.asked == 1
    clock.now += 2.0
    known.get(KEY.id)
    assert store.asked == 2


def test_a_revoked_key_is_gone_when_its_time_is_over(known: KnownKeys, store: Store, clock: Clock) -> None:
    known.get(KEY.id)
    store.keys.clear()
    assert known.get(KEY.id) is KEY
    clock.now += 2.0
    assert known.get(KEY.id) is None


def test_unknown_keys_are_not_kept(known: KnownKeys, store: Store) -> None:
    for number in range(5):
        assert known.get(f"guess {number}") is None
    assert known._known == {}
    assert store.asked == 5


def test_an_old_entry_is_not_used_while_redis_is_away(known: KnownKeys, store: Store, clock: Clock) -> None:
    known.get(KEY.id)
    store.away = True
    assert known.get(KEY.id) is KEY
    clock.now += 2.0
    with pytest.raises(StoreUnavailable):
        known.get(KEY.id)
