"""The object store in a bucket of S3, or of a server that speaks its protocol."""

import errno
import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from mimetypes import guess_type
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from whatsapp_tasks.clients.stored_objects import (
    OBJECT_NAME,
    checked_name,
    reason_of,
    store_errors,
    write_whole,
)
from whatsapp_tasks.clients.timely_calls import TimelyCalls
from whatsapp_tasks.domain.addresses import is_loopback
from whatsapp_tasks.errors import ObjectStoreFailed

CONNECT_SECONDS = 3
ANSWER_SECONDS = 5
"""After a failed attempt the worker waits for S3 once, and no longer than this."""
CALL_SECONDS = 15
"""For a whole call of S3, however its answer arrives: boto3 only limits the wait for the next bytes."""
MOST_GIVEN_UP = 8
"""Calls that go on in the background although nobody waits for them; more are not begun."""
LARGE_ANSWER_SECONDS = 60
"""For one answer, or one read of it, when a whole file is stored or fetched: S3 answers after it has all of
it.
"""
SLOWEST_BYTES_PER_SECOND = 64 * 1024
"""A transfer that is slower, after ``LARGE_ANSWER_SECONDS``, is ended: S3 that sends or takes a byte now and
then would hold a worker up without limit.
"""
_NO_TIME_SECONDS = 0.001

T = TypeVar("T")


class S3Store:
    """Objects in a bucket, with the credentials that boto3 finds (environment, profile, role)."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._endpoint = endpoint
        self._made: dict[float, Any] = {}
        self._calls = TimelyCalls(MOST_GIVEN_UP)

    def put(self, name: str, content: bytes) -> None:
        """See ``ObjectStore``. Without an ACL: the bucket's own rules keep it private."""
        key, kind = self._prefix + checked_name(name), guess_type(name)[0] or "application/octet-stream"
        with store_errors():
            client = self._client
            self._called(
                lambda: client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=kind)
            )

    def get(self, name: str) -> bytes | None:
        """See ``ObjectStore``."""
        with store_errors():
            answer = self._object(self._client, name, CALL_SECONDS)
            if answer is None:
                return None
            with _within_time(answer):
                return bytes(answer["Body"].read())

    def put_file(self, name: str, path: Path) -> None:
        """See ``ObjectStore``. One request, whose body is read from the file as it is sent."""
        key = self._prefix + checked_name(name)
        with store_errors(), _TimelyFile(path) as source:
            client = self._large_client
            self._called(
                lambda: client.put_object(
                    Bucket=self._bucket, Key=key, Body=source, ContentType="application/octet-stream"
                ),
                _most_seconds(path.stat().st_size) + LARGE_ANSWER_SECONDS,
            )

    def get_file(self, name: str, path: Path) -> bool:
        """See ``ObjectStore``."""
        with store_errors():
            answer = self._object(self._large_client, name, LARGE_ANSWER_SECONDS)
            if answer is None:
                return False
            with answer["Body"] as source, _within_time(answer):
                write_whole(path, source)
            return True

    def _object(self, client: Any, name: str, seconds: float) -> Any | None:
        """The answer with the object's body; None if it is not there."""
        key = self._prefix + checked_name(name)
        try:
            return self._called(
                lambda: client.get_object(Bucket=self._bucket, Key=key), seconds, lambda a: a["Body"].close()
            )
        except client.exceptions.NoSuchKey:
            return None

    def size(self, name: str) -> int | None:
        """See ``ObjectStore``."""
        with store_errors():
            client, key = self._client, self._prefix + checked_name(name)
            try:
                answer = self._called(lambda: client.head_object(Bucket=self._bucket, Key=key))
            except client.exceptions.ClientError as error:
                if reason_of(error) in ("404", "NoSuchKey", "NotFound"):
                    return None
                raise
            return int(answer["ContentLength"])

    def names(self, folder: str) -> list[str]:
        """See ``ObjectStore``."""
        with store_errors():
            pages = iter(
                self._client.get_paginator("list_objects_v2").paginate(
                    Bucket=self._bucket, Prefix=f"{self._prefix}{folder}/"
                )
            )
            found = [
                item["Key"].removeprefix(self._prefix)
                for page in iter(lambda: self._called(lambda: next(pages, None)), None)
                for item in page.get("Contents", ())
            ]
        return sorted(name for name in found if OBJECT_NAME.fullmatch(name))

    def delete(self, names: Iterable[str]) -> None:
        """See ``ObjectStore``."""
        keys = [{"Key": self._prefix + checked_name(name)} for name in names]
        with store_errors():
            client = self._client
            for start in range(0, len(keys), 1000):
                wanted = {"Objects": keys[start : start + 1000], "Quiet": True}
                answer = self._called(partial(client.delete_objects, Bucket=self._bucket, Delete=wanted))
                if failed := answer.get("Errors"):  # in an answer that says 200
                    raise ObjectStoreFailed(f"S3 failed: {failed[0].get('Code')}")

    def forget_drafts(self, folder: str, older_seconds: float) -> None:
        """See ``ObjectStore``. There are none: S3 keeps nothing of an upload that was cut off."""

    def is_marked(self) -> bool:
        """See ``ObjectStore``. A bucket that is not there is an error of each request."""
        return True

    def mark(self) -> None:
        """See ``ObjectStore``."""

    def _called(
        self,
        call: Callable[[], T],
        seconds: float | None = None,
        undo: Callable[[T], object] | None = None,
    ) -> T:
        """``seconds``: ``CALL_SECONDS`` if not given. Raises ObjectStoreFailed and what the call raises."""
        try:
            return self._calls.run(call, CALL_SECONDS if seconds is None else seconds, undo)
        except TimeoutError:
            raise ObjectStoreFailed("S3 does not answer in time.") from None

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
