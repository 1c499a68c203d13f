"""The templates of this installation: one hash in Redis, the same for all accounts and keys."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.outcomes import PutTemplate, outcome_of

MOST_TEMPLATES = 1000
"""Texts: each language of a name is one."""


@dataclass(frozen=True)
class Template:
    """One text. ``author`` is who wrote it last, as others see them."""

    name: str
    language: str
    text: str
    updated_ms: int
    author: str


class Found(NamedTuple):
    """What there is by a name: the template in the wanted language, else ``languages`` that it is in."""

    template: Template | None
    languages: tuple[str, ...] = ()


class TemplateRecords:
    """A reader sees a template before a change or after it, never between."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, name: str, language: str) -> Found:
        """The template by name and language."""
        return _found(name, language, self._db.run("template_find", *_wanted(name, language)))

    async def find_through(self, pipeline: Pipeline, name: str, language: str) -> Found:
        """The same, without blocking other coroutines."""
        return _found(name, language, await pipeline.run("template_find", *_wanted(name, language)))

    def put(self, template: Template) -> PutTemplate:
        """Keeps a checked template, unless it has the same text already."""
        record = {"text": template.text, "updated_ms": template.updated_ms, "author": template.author}
        answer = self._db.run(
            "template_put",
            {"templates": keys.TEMPLATES},
            {
                "field": _field(template.name, template.language),
                "record": json.dumps(record),
                "text": template.text,
                "most": MOST_TEMPLATES,
            },
        )
        return outcome_of(PutTemplate, answer)

    def remove(self, name: str, language: str) -> bool:
        """Whether there was one."""
        return self._db.number("HDEL", keys.TEMPLATES, _field(name, language)) == 1

    def page(self, after: tuple[str, str] | None, limit: int) -> tuple[list[Template], bool]:
        """Templates by name and language, from the one after ``after``, and whether more follow."""
        places = sorted(_place(field) for field in self._db.texts("HKEYS", keys.TEMPLATES))
        following = [place for place in places if after is None or place > after]
        wanted = following[:limit]
        return self._read(wanted), len(following) > limit

    def _read(self, places: Sequence[tuple[str, str]]) -> list[Template]:
        if not places:
            return []
        records = self._db.texts_or_none("HMGET", keys.TEMPLATES, *(_field(*place) for place in places))
        # One may have been removed since its name was read.
        return [
            _template(*place, record)
            for place, record in zip(places, records, strict=True)
            if record is not None
        ]


def _field(name: str, language: str) -> str:
    return f"{name}/{language}"


def _place(field: str) -> tuple[str, str]:
    name, _, language = field.partition("/")
    return name, language


def _wanted(name: str, language: str) -> tuple[dict[str, str], dict[str, str | int | float]]:
    return {"templates": keys.TEMPLATES}, {"name": name, "language": language}


def _found(name: str, language: str, answer: Sequence[str | None]) -> Found:
    record, *languages = answer
    if record is not None:
        return Found(_template(name, language, record))
    return Found(None, tuple(sorted(str(each) for each in languages)))


def _template(name: str, language: str, record: str) -> Template:
    fields = json.loads(record)
    return Template(name, language, fields["text"], int(fields["updated_ms"]), fields["author"])
