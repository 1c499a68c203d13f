"""The opt-out list: phones that do not want messages, and chats without one, by their ids. A message to one
is refused before anything is queued.

A mobile number is on the list if one of its forms is (``domain/phones.py``); the list holds the form that was
added first. A phone that was added because of its answer has the source ``answer`` (stores/incoming.py).
"""

from collections.abc import Iterator, Sequence

from whatsapp_tasks.domain.phones import forms_of
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


class OptOuts:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, phone: str) -> bool:
        return not self.contains(phone) and self._db.number("SADD", keys.OPT_OUTS, phone) == 1

    def remove(self, phone: str) -> bool:
        forms = forms_of(phone)
        removed, _ = self._db.together(
            ("SREM", keys.OPT_OUTS, *forms), ("HDEL", keys.OPT_OUT_SOURCES, *forms)
        )
        return int(removed) > 0

    def contains(self, phone: str) -> bool:
        return any(self._db.do("SMISMEMBER", keys.OPT_OUTS, *forms_of(phone)))

    def among(self, phones: Sequence[str]) -> set[str]:
        """Those of ``phones`` that are on the list, in one round trip."""
        forms = [(phone, form) for phone in phones for form in forms_of(phone)]
        if not forms:
            return set()
        listed = self._db.do("SMISMEMBER", keys.OPT_OUTS, *(form for _, form in forms))
        return {phone for (phone, _), is_listed in zip(forms, listed, strict=True) if is_listed}

    def source(self, phone: str) -> str | None:
        """``answer`` if the phone was added because of its answer; None if a caller added it, or nobody
        did.
        """
        sources = self._db.texts_or_none("HMGET", keys.OPT_OUT_SOURCES, *forms_of(phone))
        return next((source for source in sources if source), None)

    def all(self) -> Iterator[str]:
        cursor = -1
        while cursor:
            phones, cursor = self.page(max(cursor, 0), 500)
            yield from phones

    def page(self, cursor: int, about: int) -> tuple[list[str], int]:
        """About ``about`` phones, unordered, and the cursor of the next page: 0 after the last one.

        A phone that stays on the list is returned at least once, and perhaps twice.
        """
        reached, phones = self._db.do("SSCAN", keys.OPT_OUTS, cursor, "COUNT", about)
        return [str(phone) for phone in phones], int(reached)
