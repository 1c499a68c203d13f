"""The selector override: put, seen by its version, taken back."""

from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.selectors import SelectorOverride


def test_nothing_is_there_at_first(database: Database) -> None:
    store = SelectorOverride(database)
    assert (store.version(), store.get()) == (0, None)


def test_each_change_has_a_version_of_its_own(database: Database) -> None:
    store = SelectorOverride(database)
    versions = [store.version()]
    store.put("[elements]\n", "ada", 5)
    versions.append(store.version())
    stored = store.get()
    assert stored is not None
    assert (stored.version, stored.text, stored.actor, stored.at_ms) == (
        versions[-1],
        "[elements]\n",
        "ada",
        5,
    )
    store.put("[icons]\n", "ada", 6)
    versions.append(store.version())
    store.clear()
    versions.append(store.version())
    assert store.get() is None
    assert len(set(versions)) == 4
