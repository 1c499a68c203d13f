"""Object store for files: a folder, or an S3 bucket. Evidence of failures is the first user.

Raises ObjectStoreFailed for every error: an outage of S3 must not look like one of the page.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from whatsapp_tasks.domain.addresses import is_loopback
from whatsapp_tasks.errors import ObjectStoreFailed
from whatsapp_tasks.extras import insist_on_extra

CONNECT_SECONDS = 3
ANSWER_SECONDS = 5
"""After a failed attempt the worker waits for S3 once, and no longer than this."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9_-]+\.(?!part$)[a-z0-9]+", re.ASCII)
_DRAFT = ".part"


class ObjectStore(Protocol):
    """Names are ``folder/name.kind`` in lower-case letters, digits and hyphens; evidence:
    ``account/id.jpg``.
    """

    def put(self, name: str, content: bytes) -> None:
        """Stores ``content`` so that nobody else can read it."""

    def get(self, name: str) -> bytes | None:
        """The stored content; None if it is not there (any more)."""

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted."""

    def delete(self, names: Iterable[str]) -> None:
        """Deletes these; missing ones are ignored."""


def open_store(place: str, folder: Path, s3_endpoint: str = "") -> ObjectStore | None:
    """The store for a setting: ``folder``, ``s3://bucket/prefix``; None for ``off``.

    Raises ConfigurationError if the packages for S3 are not installed.
    """
    if place == "off":
        return None
    if place == "folder":
        return FolderStore(folder)
    insist_on_extra("s3", f"WHATSAPP_EVIDENCE={place}")
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    return S3Store(bucket, prefix.strip("/"), s3_endpoint or None)


class FolderStore:
    """Files that only this user may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """See ``ObjectStore``. The file is written atomically."""
        file = self._file(name)
        with _failing_as_store():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = file.with_suffix(_DRAFT)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
            draft.replace(file)

    def get(self, name: str) -> bytes | None:
        """See ``ObjectStore``."""
        with _failing_as_store():
            try:
                return self._file(name).read_bytes()
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """See ``ObjectStore``."""
        with _failing_as_store():
            files = (self._folder / folder).glob("*")
            found = (f"{folder}/{file.name}" for file in files if file.suffix != _DRAFT)
            return sorted(name for name in found if _NAME.fullmatch(name))

    def delete(self, names: Iterable[str]) -> None:
        """See ``ObjectStore``."""
        with _failing_as_store():
            for name in names:
                self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / _checked(name)


class S3Store:
    """Objects in a bucket, with the credentials that boto3 finds (environment, profile, role)."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._endpoint = endpoint
        self._made: Any = None

    def put(self, name: str, content: bytes) -> None:
        """See ``ObjectStore``. Without an ACL: the bucket's own rules keep it private."""
        key, kind = self._prefix + _checked(name), guess_type(name)[0] or "application/octet-stream"
        with _failing_as_store():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=kind)

    def get(self, name: str) -> bytes | None:
        """See ``ObjectStore``."""
        with _failing_as_store():
            client = self._client
            try:
                answer = client.get_object(Bucket=self._bucket, Key=self._prefix + _checked(name))
            except client.exceptions.NoSuchKey:
                return None
            return bytes(answer["Body"].read())

    def names(self, folder: str) -> list[str]:
        """See ``ObjectStore``."""
        with _failing_as_store():
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
        with _failing_as_store():
            for start in range(0, len(keys), 1000):
                self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": keys[start : start + 1000], "Quiet": True}
                )

    @property
    def _client(self) -> Any:
        if self._made is None:
            import boto3  # the import takes half a second, so it is done only if S3 is used
            from botocore.config import Config

            self._made = boto3.client(
                "s3",
                endpoint_url=self._endpoint,
                config=Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=ANSWER_SECONDS,
                    retries={"total_max_attempts": 1},
                    proxies={} if is_loopback(urlsplit(self._endpoint or "").hostname or "") else None,
                    # A server other than AWS is reached by its own address, not by a host name with the
                    # bucket.
                    s3={"addressing_style": "path" if self._endpoint else "auto"},
                ),
            )
        return self._made


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ObjectStoreFailed("The object's name is invalid.")
    return name


@contextmanager
def _failing_as_store() -> Iterator[None]:
    try:
        yield
    except ObjectStoreFailed:
        raise
    except OSError as error:
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
