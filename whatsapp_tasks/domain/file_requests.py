"""The file that a caller asks for: one that was uploaded, or one to be fetched from a URL."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from whatsapp_tasks.domain.file_names import check_file_name
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.outbound_urls import why_no_target, why_not_taken
from whatsapp_tasks.errors import RequestRefused

MOST_URL_CHARACTERS = 2048
_ID = re.compile("[0-9a-f]{32}")
_FIELDS = frozenset({"id", "url", "as", "name"})


@dataclass(frozen=True)
class FileRequest:
    """Exactly one of ``id`` (of an upload) and ``url``."""

    id: str | None = None
    url: str | None = field(default=None, repr=False)
    kind: FileKind | None = None
    """None: by the detected type. Callers name it ``as``."""
    name: str | None = field(default=None, repr=False)
    """As the recipient will see it; None: the name of the upload, or of the URL."""
    owner: str | None = None
    """The API key that asks: only its own uploads are found. None for apps on the same Redis."""

    @classmethod
    def of(cls, given: object, owner: str | None = None) -> "FileRequest":
        """From the JSON object of a caller; raises RequestRefused (file_invalid, file_name_invalid)."""
        if not isinstance(given, Mapping):
            raise _invalid("file", "must be an object with id or url")
        unknown = sorted(str(name)[:40] for name in given if name not in _FIELDS)
        if unknown:
            raise _invalid("file", f"has the unknown field {unknown[0]}")
        words = {name: _text(name, given[name]) for name in given if given[name] is not None}
        if ("id" in words) == ("url" in words):
            raise _invalid("file", "must have either id or url")
        if "id" in words and not _ID.fullmatch(words["id"]):
            raise _invalid("file.id", "must be the id of an uploaded file")
        kind, name = words.get("as"), words.get("name")
        return cls(
            id=words.get("id"),
            url=words.get("url"),
            kind=None if kind is None else _kind(kind),
            name=None if name is None else check_file_name(name),
            owner=owner,
        )

    @property
    def identity(self) -> tuple[str, ...]:
        """What stands for the content of a file that is not fetched yet."""
        return ("url", self.url or "", self.name or "", self.kind or "")

    def to_json(self) -> str:
        return json.dumps(self.to_fields(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "FileRequest":
        """As ``to_json`` wrote it; raises RequestRefused or ValueError for anything else."""
        return cls.of(json.loads(text))

    def to_fields(self) -> dict[str, str]:
        """As a caller writes it."""
        named = {"id": self.id, "url": self.url, "as": self.kind, "name": self.name}
        return {name: str(value) for name, value in named.items() if value is not None}


def check_file_url(url: str, *, allow_private: bool) -> str:
    """Return ``url`` if a file may be fetched from it, by the rules for webhooks;
    raise RequestRefused (``file_url_invalid``). The addresses of a name are checked when it is resolved.
    """
    return _checked_url(url, why_not_taken(url, allow_private=allow_private))


def check_redirected_url(url: str, *, allow_private: bool) -> str:
    """The same for a URL to which a redirect leads: an address in it is checked when it is connected to, like
    those of a name.
    """
    return _checked_url(url, why_no_target(url, allow_private=allow_private))


def _checked_url(url: str, problem: str | None) -> str:
    if len(url) > MOST_URL_CHARACTERS:
        problem = f"must not be longer than {MOST_URL_CHARACTERS} characters"
    if problem is not None:
        raise _invalid("file.url", problem, "file_url_invalid")
    return url


def _kind(text: str) -> FileKind:
    try:
        return FileKind(text)
    except ValueError:
        raise _invalid("file.as", "must be one of " + ", ".join(FileKind)) from None


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _invalid(f"file.{name}", "must be a text")
    return value


def _invalid(field_name: str, problem: str, code: str = "file_invalid") -> RequestRefused:
    return RequestRefused(
        code, f"The field {field_name} {problem}.", errors=[{"field": field_name, "message": problem}]
    )
