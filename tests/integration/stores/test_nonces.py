"""Nonces: a signature is used once."""

import threading

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.nonces import Nonces


def test_a_signature_is_used_once_within_its_time(database: Database) -> None:
    nonces = Nonces(database)
    assert [nonces.use("a", 5000), nonces.use("a", 5000), nonces.use("b", 5000)] == [True, False, True]
    assert 0 < database.number("PTTL", keys.nonce("a")) <= 5000


def test_of_many_at_once_one_is_first(database: Database) -> None:
    nonces, start, first = Nonces(database), threading.Barrier(20), []

    def use() -> None:
        start.wait()
        if nonces.use("a", 5000):
            first.append(1)

    threads = [threading.Thread(target=use) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first == [1]
