"""What Redis knows about files: uploads, contents and who needs them.

A content is a sequence of bytes, named by its SHA-256. It is kept in one object of the object store as long
as somebody holds it: an upload until it expires, a message until it is settled and its record's time is over.
The name of an object is never used again, so whoever deletes an object that nobody holds cannot meet one that
has just been stored.
"""

import re
import secrets
from dataclasses import asdict, dataclass, field

from whatsapp_tasks.domain.files import FileFacts
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

FOLDER = "files"
"""Of the object store."""
LOOK_AGAIN_MS = 3_600_000
_ANY = keys.AccountKeys("%s")


@dataclass(frozen=True)
class Content:
    """Bytes that are kept in ``object``."""

    digest: str
    object: str
    size: int
    facts: FileFacts


@dataclass(frozen=True)
class Upload:
    """A file that a caller has handed in; ``owner`` is the id of its API key."""

    id: str
    owner: str
    name: str = field(repr=False)
    content: Content
    created_ms: int
    expires_ms: int


def new_object(digest: str, now_ms: int) -> str:
    """The name of a new object; it contains the time at which it was made."""
    return f"{FOLDER}/{now_ms:013d}_{digest}_{secrets.token_hex(4)}.bin"


_OBJECT = re.compile(FOLDER + r"/([0-9]{13})_([0-9a-f]{64})_[0-9a-f]{8}\.bin")


def is_older(object_name: str, before_ms: int) -> bool:
    """Whether an object was made before that time; never for a name that ``new_object`` did not give."""
    found = _OBJECT.fullmatch(object_name)
    return found is not None and int(found[1]) < before_ms


def _digest_in(object_name: str) -> str:
    found = _OBJECT.fullmatch(object_name)
    return found[2] if found is not None else ""


class FileRecords:
    """Uploads and contents. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def content(self, digest: str) -> Content | None:
        record = self._db.record(keys.file_content(digest))
        return _content(digest, record) if record else None

    def hold(self, digest: str, holder: str, until_ms: int, now_ms: int) -> str | None:
        """Holds a content if it is known; returns its object."""
        return self._keep(digest, holder, until_ms, now_ms, "", "", []) or None

    def keep(
        self, content: Content, holder: str, until_ms: int, now_ms: int, *, lost: str | None = None
    ) -> str:
        """Records a content that was stored, and holds it. Returns the object that keeps it: another one if
        somebody stored the same bytes meanwhile. ``lost`` is an object that is not there any more.
        """
        return self._keep(
            content.digest, holder, until_ms, now_ms, content.object, lost or "", _facts(content)
        )

    def _keep(  # noqa: PLR0917 - the arguments of one script
        self,
        digest: str,
        holder: str,
        until_ms: int,
        now_ms: int,
        object_name: str,
        lost: str,
        facts: list[str],
    ) -> str:
        return str(
            self._db.run(
                "file_keep",
                {
                    "content": keys.file_content(digest),
                    "held": keys.file_held(digest),
                    "due": keys.FILES_DUE,
                },
                {
                    "digest": digest,
                    "holder": holder,
                    "until_ms": until_ms,
                    "now": now_ms,
                    "object": object_name,
                    "lost": lost,
                },
                more_args=facts,
            )
        )

    def add_upload(self, upload: Upload) -> None:
        """Until ``expires_ms``; an upload with the same id is replaced. What it was is remembered for as long
        as a request that named it may be repeated (``accept.lua``).
        """
        key, facts = keys.upload(upload.id), _facts(upload.content)
        self._db.together(
            (
                "HSET", key, "owner", upload.owner, "digest", upload.content.digest, "name", upload.name,
                "created_ms", upload.created_ms, "expires_ms", upload.expires_ms,
                "object", upload.content.object, *facts,
            ),
            ("PEXPIREAT", key, upload.expires_ms, "NX"),
            ("PEXPIREAT", key, upload.expires_ms, "GT"),
        )  # fmt: skip

    def upload(self, upload_id: str, now_ms: int) -> Upload | None:
        """None if it has expired."""
        found = self.remembered(upload_id)
        if found is None or found.expires_ms <= now_ms or self.content(found.content.digest) is None:
            return None
        return found

    def remembered(self, upload_id: str) -> Upload | None:
        """The same, also for some time after it has expired; its content may be gone then."""
        record = self._db.record(keys.upload(upload_id))
        content = self.content(record["digest"]) if record else None
        if content is None and "media_type" in record:
            content = _content(record["digest"], record)
        if content is None:
            return None
        return Upload(
            upload_id,
            record["owner"],
            record["name"],
            content,
            int(record["created_ms"]),
            int(record["expires_ms"]),
        )

    def knows_any(self) -> bool:
        """Whether any content is stored."""
        return self._db.number("EXISTS", keys.FILES_DUE) == 1

    def due(self, now_ms: int, limit: int) -> list[str]:
        """Digests of contents that may not be needed any more."""
        return self._db.texts("ZRANGEBYSCORE", keys.FILES_DUE, "-inf", now_ms, "LIMIT", 0, limit)

    def let_go(self, digest: str, now_ms: int) -> str | None:
        """Forgets a content that nobody holds; returns the object to delete."""
        found = self._db.run(
            "file_sweep",
            {
                "content": keys.file_content(digest),
                "held": keys.file_held(digest),
                "due": keys.FILES_DUE,
            },
            {
                "digest": digest,
                "now": now_ms,
                "record_pattern": _ANY.message(""),
                "again": LOOK_AGAIN_MS,
            },
        )
        return str(found) or None

    def unknown(self, objects: list[str]) -> list[str]:
        """Those of ``objects`` that keep no known content."""
        if not objects:
            return []
        kept = self._db.together(*(("HGET", keys.file_content(_digest_in(o)), "object") for o in objects))
        return [name for name, known in zip(objects, kept, strict=True) if name != known]


def _facts(content: Content) -> list[str]:
    """Fields of a record, from which ``_content`` reads them."""
    facts = {**asdict(content.facts), "size": content.size}
    return [str(int(v) if isinstance(v, bool) else v) for pair in facts.items() for v in pair]


def _content(digest: str, record: dict[str, str]) -> Content:
    facts = FileFacts(
        record["media_type"],
        int(record["pixels"]),
        moves=record["moves"] == "1",
        damaged=record["damaged"] == "1",
    )
    return Content(digest, record["object"], int(record["size"]), facts)
