"""Phones that asked not to be written to. A message to one is refused before anything is queued."""

from collections.abc import Iterator

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


class OptOuts:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, phone: str) -> bool:
        return self._db.number("SADD", keys.OPT_OUTS, phone) == 1

    def remove(self, phone: str) -> bool:
        return self._db.number("SREM", keys.OPT_OUTS, phone) == 1

    def contains(self, phone: str) -> bool:
        return self._db.number("SISMEMBER", keys.OPT_OUTS, phone) == 1

    def all(self) -> Iterator[str]:
        cursor = -1
        while cursor:
            phones, cursor = self.page(max(cursor, 0), 500)
            yield from phones

    def page(self, cursor: int, about: int) -> tuple[list[str], int]:
        """``about`` so many phones, in no order, and the cursor of the next page: 0 behind the last one.

        What is on the list all the while is told at least once; a phone may be told twice.
        """
        reached, phones = self._db.do("SSCAN", keys.OPT_OUTS, cursor, "COUNT", about)
        return [str(phone) for phone in phones], int(reached)
