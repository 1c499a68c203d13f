"""Object store for files: a folder, or an S3 bucket. It keeps evidence of failures and the files of messages.

Raises ObjectStoreFailed for every error: an outage of S3 must not look like one of the page. ObjectStoreFull,
a subclass, means that a folder's disk or quota is full.
"""

import errno
import io
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from whatsapp_tasks.domain.addresses import is_loopback
from whatsapp_tasks.domain.full_disk import is_full
from whatsapp_tasks.errors import ObjectStoreFailed, ObjectStoreFull
from whatsapp_tasks.extras import insist_on_extra

CONNECT_SECONDS = 3
ANSWER_SECONDS = 5
"""After a failed attempt the worker waits for S3 once, and no longer than this."""
LARGE_ANSWER_SECONDS = 60
"""For one answer, or one read of it, when a whole file is stored or fetched: S3 answers after it has all of
it.
"""
SLOWEST_BYTES_PER_SECOND = 64 * 1024
"""A transfer that is slower, after ``LARGE_ANSWER_SECONDS``, is ended: S3 that sends or takes a byte now and
then would hold a worker up without limit.
"""
_NO_TIME_SECONDS = 0.001
CHUNK_BYTES = 256 * 1024
"""A file is copied in pieces of this size, however large it is."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9_-]+\.(?!part$)[a-z0-9]+", re.ASCII)
_DRAFT = ".part"
MARK = "whatsapp-tasks.store"
"""A file in the folder of a store."""


class Readable(Protocol):
    """An open file, or the body of an answer."""

    def read(self, size: int = ..., /) -> bytes: ...


class ObjectStore(Protocol):
    """Names are ``folder/name.kind`` in lower-case letters, digits and hyphens; evidence:
    ``account/id.jpg``.
    """

    def put(self, name: str, content: bytes) -> None:
        """Stores ``content`` so that nobody else can read it."""

    def get(self, name: str) -> bytes | None:
        """The stored content; None if it is not there (any more)."""

    def put_file(self, name: str, path: Path) -> None:
        """Stores the content of the file at ``path``, which stays. When this returns it is on disk, whole."""

    def get_file(self, name: str, path: Path) -> bool:
        """Writes the stored content to ``path`` (mode 0600), all of it or nothing; False if it is not there
        (any more).
        """

    def size(self, name: str) -> int | None:
        """Bytes of the stored content; None if it is not there (any more)."""

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted."""

    def delete(self, names: Iterable[str]) -> None:
        """Deletes these; missing ones are ignored."""

    def forget_drafts(self, folder: str, older_seconds: float) -> None:
        """Deletes what killed processes have left half-written in a folder, if it is older than this."""

    def is_marked(self) -> bool:
        """Whether this place was marked: the folder of a disk that is not mounted is another one."""

    def mark(self) -> None:
        """Marks this place, before something is stored in it for the first time."""


def open_store(
    place: str, folder: Path, s3_endpoint: str = "", setting: str = "WHATSAPP_EVIDENCE"
) -> ObjectStore | None:
    """The store for a setting: ``folder``, ``s3://bucket/prefix``; None for ``off``.

    Raises ConfigurationError, which names ``setting``, if the packages for S3 are not installed.
    """
    if place == "off":
        return None
    if place == "folder":
        return FolderStore(folder)
    insist_on_extra("s3", f"{setting}={place}")
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    return S3Store(bucket, prefix.strip("/"), s3_endpoint or None)


class FolderStore:
    """Files that only this user may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """See ``ObjectStore``. The file is written atomically."""
        file = self._file(name)
        with store_errors():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = file.with_suffix(_DRAFT)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
            draft.replace(file)

    def get(self, name: str) -> bytes | None:
        """See ``ObjectStore``."""
        with store_errors():
            try:
                return self._file(name).read_bytes()
            except FileNotFoundError:
                return None

    def put_file(self, name: str, path: Path) -> None:
        """See ``ObjectStore``."""
        file = self._file(name)
        with store_errors(), path.open("rb") as source:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_whole(file, source, file.with_suffix(_DRAFT))
            _sync_folder(file.parent)

    def get_file(self, name: str, path: Path) -> bool:
        """See ``ObjectStore``."""
        with store_errors():
            try:
                source = self._file(name).open("rb")
            except FileNotFoundError:
                return False
            with source:
                _write_whole(path, source)
            return True

    def size(self, name: str) -> int | None:
        """See ``ObjectStore``."""
        with store_errors():
            try:
                return self._file(name).stat().st_size
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """See ``ObjectStore``."""
        with store_errors():
            files = (self._folder / folder).glob("*")
            found = (f"{folder}/{file.name}" for file in files if file.suffix != _DRAFT)
            return sorted(name for name in found if _NAME.fullmatch(name))

    def delete(self, names: Iterable[str]) -> None:
        """See ``ObjectStore``."""
        with store_errors():
            for name in names:
                self._file(name).unlink(missing_ok=True)

    def forget_drafts(self, folder: str, older_seconds: float) -> None:
        """See ``ObjectStore``."""
        with store_errors():
            forget_old(self._folder / folder, f"*{_DRAFT}", older_seconds)

    def is_marked(self) -> bool:
        """See ``ObjectStore``."""
        with store_errors():
            return (self._folder / MARK).exists()

    def mark(self) -> None:
        """See ``ObjectStore``."""
        with store_errors():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._folder / MARK).touch(0o600)

    def _file(self, name: str) -> Path:
        return self._folder / _checked(name)


class S3Store:
    """Objects in a bucket, with the credentials that boto3 finds (environment, profile, role)."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._endpoint = endpoint
        self._made: dict[float, Any] = {}

    def put(self, name: str, content: bytes) -> None:
        """See ``ObjectStore``. Without an ACL: the bucket's own rules keep it private."""
        key, kind = self._prefix + _checked(name), guess_type(name)[0] or "application/octet-stream"
        with store_errors():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=kind)

    def get(self, name: str) -> bytes | None:
        """See ``ObjectStore``."""
        with store_errors():
            client = self._client
            try:
                answer = client.get_object(Bucket=self._bucket, Key=self._prefix + _checked(name))
            except client.exceptions.NoSuchKey:
                return None
            with _within_time(answer):
                return bytes(answer["Body"].read())

    def put_file(self, name: str, path: Path) -> None:
        """See ``ObjectStore``. One request, whose body is read from the file as it is sent."""
        key = self._prefix + _checked(name)
        with store_errors(), _TimelyFile(path) as source:
            self._large_client.put_object(
                Bucket=self._bucket, Key=key, Body=source, ContentType="application/octet-stream"
            )

    def get_file(self, name: str, path: Path) -> bool:
        """See ``ObjectStore``."""
        with store_errors():
            client = self._large_client
            try:
                answer = client.get_object(Bucket=self._bucket, Key=self._prefix + _checked(name))
            except client.exceptions.NoSuchKey:
                return False
            with answer["Body"] as source, _within_time(answer):
                _write_whole(path, source)
            return True

    def size(self, name: str) -> int | None:
        """See ``ObjectStore``."""
        with store_errors():
            client = self._client
            try:
                answer = client.head_object(Bucket=self._bucket, Key=self._prefix + _checked(name))
            except client.exceptions.ClientError as error:
                if _reason(error) in ("404", "NoSuchKey", "NotFound"):
                    return None
                raise
            return int(answer["ContentLength"])

    def names(self, folder: str) -> list[str]:
        """See ``ObjectStore``."""
        with store_errors():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._prefix}{folder}/"
            )
            found = [
                item["Key"].removeprefix(self._prefix) for page in pages for item in page.get("Contents", ())
            ]
        return sorted(name for name in found if _NAME.fullmatch(name))

    def delete(self, names: Iterable[str]) -> None:
        """See ``ObjectStore``."""
        keys = [{"Key": self._prefix + _checked(name)} for name in names]
        with store_errors():
            for start in range(0, len(keys), 1000):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": keys[start : start + 1000], "Quiet": True}
                )
                if failed := answer.get("Errors"):  # in an answer that says 200
                    raise ObjectStoreFailed(f"S3 failed: {failed[0].get('Code')}")

    def forget_drafts(self, folder: str, older_seconds: float) -> None:
        """See ``ObjectStore``. There are none: S3 keeps nothing of an upload that was cut off."""

    def is_marked(self) -> bool:
        """See ``ObjectStore``. A bucket that is not there is an error of each request."""
        return True

    def mark(self) -> None:
        """See ``ObjectStore``."""

    @property
    def _client(self) -> Any:
        return self._client_with(ANSWER_SECONDS)

    @property
    def _large_client(self) -> Any:
        return self._client_with(LARGE_ANSWER_SECONDS)

    def _client_with(self, answer_seconds: float) -> Any:
        if answer_seconds not in self._made:
            import boto3  # the import takes half a second, so it is done only if S3 is used
            from botocore.config import Config

            self._made[answer_seconds] = boto3.client(
                "s3",
                endpoint_url=self._endpoint,
                config=Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=answer_seconds,
                    retries={"total_max_attempts": 1},
                    proxies={} if is_loopback(urlsplit(self._endpoint or "").hostname or "") else None,
                    # A server other than AWS is reached by its own address, not by a host name with the
                    # bucket.
                    s3={"addressing_style": "path" if self._endpoint else "auto"},
                ),
            )
        return self._made[answer_seconds]


class _TimelyFile(io.BufferedReader):
    """The file at ``path``; from its deadline on it cannot be read, so an upload of it ends."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._until = time.monotonic() + _most_seconds(path.stat().st_size)

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._until:
            raise TimeoutError(errno.ETIMEDOUT, "S3 takes the file too slowly")
        return super().read(size)


@contextmanager
def _within_time(answer: Any) -> Iterator[None]:
    """Ends a download that is late. ``read`` of a body waits for all it was asked for, however slowly that
    comes; so from the deadline on each piece from the network has no time to come.
    """
    late = threading.Timer(_most_seconds(answer["ContentLength"]), _hurry, [answer["Body"]])
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


def _hurry(body: Any) -> None:
    with suppress(AttributeError, OSError):  # it has just ended
        body.set_socket_timeout(_NO_TIME_SECONDS)


def _most_seconds(size: int) -> float:
    """For a transfer of ``size`` bytes."""
    return LARGE_ANSWER_SECONDS + size / SLOWEST_BYTES_PER_SECOND


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ObjectStoreFailed("The object's name is invalid.")
    return name


def forget_old(folder: Path, pattern: str, older_seconds: float) -> None:
    """Deletes files that were last written to more than ``older_seconds`` ago. Raises OSError."""
    for file in folder.glob(pattern):
        try:
            if time.time() - file.stat().st_mtime > older_seconds:
                file.unlink()
        except FileNotFoundError:  # another process was faster
            continue


def _write_whole(file: Path, source: Readable, draft: Path | None = None) -> None:
    """Copies ``source`` to disk, then gives it its name in one step. Nothing is left after an error."""
    if draft is None:
        descriptor, name = tempfile.mkstemp(suffix=_DRAFT, dir=file.parent)  # mode 0600
        draft = Path(name)
    else:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            shutil.copyfileobj(source, opened, CHUNK_BYTES)
            opened.flush()
            os.fsync(descriptor)
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Brings a new name in ``folder`` to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns errors of the disk, and of S3, into ours."""
    try:
        yield
    except ObjectStoreFailed:
        raise
    except OSError as error:
        if is_full(error):
            raise ObjectStoreFull from error
        raise ObjectStoreFailed(f"{type(error).__name__}: {error.strerror}") from error
    except Exception as error:  # botocore's errors have no useful base in common with urllib3's
        if not type(error).__module__.startswith(("botocore", "urllib3", "boto3")):
            raise
        # Without its text: it may hold addresses and request ids of the store.
        raise ObjectStoreFailed(f"S3 failed: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    answer = getattr(error, "response", None)
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(code or type(error).__name__)
