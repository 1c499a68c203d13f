"""The same promises of both stores: a folder, and S3 as moto's server speaks it over HTTP."""

import errno
import os
import socket
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from tests.integration.s3_server import s3_url, use_test_credentials
from whatsapp_tasks.clients import s3_store
from whatsapp_tasks.clients.folder_store import FolderStore
from whatsapp_tasks.clients.object_store import ObjectStore, open_store
from whatsapp_tasks.clients.s3_store import S3Store
from whatsapp_tasks.errors import ObjectStoreFailed, ObjectStoreFull

__all__ = ["s3_url"]  # the fixture

NAME = "default/default_1790000000000_0a1b2c3d"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_test_credentials(monkeypatch, tmp_path)


@pytest.fixture(params=["folder", "s3", "s3 with a prefix"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """An empty one of each kind, by the setting that names it."""
    if request.param == "folder":
        place, endpoint = "folder", ""
    else:
        endpoint = request.getfixturevalue("s3_url")
        bucket = f"evidence-{time.monotonic_ns()}"
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
        place = f"s3://{bucket}" if request.param == "s3" else f"s3://{bucket}/whatsapp/pictures/"
    opened = open_store(place, tmp_path / "evidence", endpoint)
    assert opened is not None
    return opened


def test_what_is_put_is_there_until_it_is_deleted(storage: ObjectStore) -> None:
    assert storage.get(f"{NAME}.jpg") is None
    assert storage.names("default") == []
    storage.put(f"{NAME}.jpg", b"\xff\xd8 picture")
    storage.put(f"{NAME}.json", b"{}")
    storage.put(f"{NAME.replace('default', 'default-2')}.json", b"{}")
    assert storage.get(f"{NAME}.jpg") == b"\xff\xd8 picture"
    assert storage.names("default") == [f"{NAME}.jpg", f"{NAME}.json"]
    storage.put(f"{NAME}.json", b"[1]")
    assert storage.get(f"{NAME}.json") == b"[1]"
    storage.delete([f"{NAME}.jpg", f"{NAME}.json", f"{NAME}x.json"])
    assert storage.names("default") == []
    assert len(storage.names("default-2")) == 1


@pytest.mark.parametrize("name", ["../x.jpg", "/etc/passwd", "a/../x.json", "a/x.part", "a/x", ""])
def test_no_other_name_is_touched(storage: ObjectStore, name: str) -> None:
    attempts: tuple[Callable[[], object], ...] = (
        lambda: storage.get(name),
        lambda: storage.put(name, b""),
        lambda: storage.delete([name]),
        lambda: storage.put_file(name, Path(__file__)),
        lambda: storage.get_file(name, Path("nowhere")),
        lambda: storage.size(name),
    )
    for attempt in attempts:
        with pytest.raises(ObjectStoreFailed):
            attempt()


def test_a_file_comes_back_byte_for_byte(storage: ObjectStore, tmp_path: Path) -> None:
    """issue 15: streamed, larger than several chunks, and not a multiple of one."""
    source, name = tmp_path / "source", "files/1790000000000_ab.bin"
    source.write_bytes(bytes(range(256)) * 4096 + b"end")
    assert storage.size(name) is None
    assert not storage.get_file(name, tmp_path / "got")
    assert not (tmp_path / "got").exists()
    storage.put_file(name, source)
    assert storage.size(name) == source.stat().st_size
    assert storage.get_file(name, tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == source.read_bytes()
    assert stat.S_IMODE((tmp_path / "got").stat().st_mode) == 0o600
    assert storage.names("files") == [name]
    storage.delete([name])
    assert storage.size(name) is None


def test_more_objects_than_one_answer_of_s3_holds(s3_url: str) -> None:
    bucket = "many"
    client = boto3.client("s3", endpoint_url=s3_url)
    client.create_bucket(Bucket=bucket)
    names = [f"default/default_{n:013d}_00000000.json" for n in range(1005)]
    for name in names:
        client.put_object(Bucket=bucket, Key=name, Body=b"")
    storage = S3Store(bucket, "", s3_url)
    assert storage.names("default") == names
    storage.delete(names)
    assert storage.names("default") == []


def test_a_deletion_that_s3_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 answers 200, and names what it has not deleted."""
    refused = {"Errors": [{"Key": "default/x.jpg", "Code": "AccessDenied", "Message": "no"}]}
    client = SimpleNamespace(delete_objects=lambda **_: refused)
    monkeypatch.setattr(S3Store, "_client", client)
    with pytest.raises(ObjectStoreFailed, match="AccessDenied"):
        S3Store("bucket", "", None).delete(["default/x.jpg"])


def test_the_objects_type_is_said_and_nothing_is_public(s3_url: str) -> None:
    client = boto3.client("s3", endpoint_url=s3_url)
    client.create_bucket(Bucket="private")
    S3Store("private", "p", s3_url).put(f"{NAME}.jpg", b"x")
    assert client.head_object(Bucket="private", Key=f"p/{NAME}.jpg")["ContentType"] == "image/jpeg"
    grants = client.get_object_acl(Bucket="private", Key=f"p/{NAME}.jpg")["Grants"]
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]


def test_files_are_for_this_user_alone_and_whole(tmp_path: Path) -> None:
    FolderStore(tmp_path / "evidence").put(f"{NAME}.jpg", b"x")
    file = tmp_path / "evidence" / f"{NAME}.jpg"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_an_error_of_its_own_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """issue 15: nothing half-kept."""
    (tmp_path / "source").write_bytes(b"x" * 1000)
    storage = FolderStore(tmp_path / "objects")

    def full(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ObjectStoreFull):
        storage.put_file("files/1.bin", tmp_path / "source")
    assert list((tmp_path / "objects" / "files").iterdir()) == []


def test_drafts_of_killed_processes_are_deleted_when_they_are_old(tmp_path: Path) -> None:
    storage = FolderStore(tmp_path)
    (tmp_path / "files").mkdir()
    old, new, whole = (tmp_path / "files" / name for name in ("1.part", "2.part", "3.bin"))
    for file in (old, new, whole):
        file.write_bytes(b"x")
    os.utime(old, (0, 0))
    os.utime(whole, (0, 0))
    storage.forget_drafts("files", 60)
    assert sorted(each.name for each in (tmp_path / "files").iterdir()) == ["2.part", "3.bin"]


def test_an_outage_is_one_error_of_ours_within_seconds(s3_url: str, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ObjectStoreFailed, match="EndpointConnectionError"):
        S3Store("bucket", "", "http://127.0.0.1:1").put(f"{NAME}.jpg", b"x")
    assert time.monotonic() - began < 8
    with pytest.raises(ObjectStoreFailed, match="NoSuchBucket"):
        S3Store("no-such-bucket", "", s3_url).put(f"{NAME}.jpg", b"x")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    with pytest.raises(ObjectStoreFailed):
        FolderStore(blocked).put(f"{NAME}.jpg", b"x")


class DrippingS3(threading.Thread):
    """Takes one request, and sends or takes its bytes one after the other; all at once after ``PIECES``."""

    PIECES = 400

    def __init__(self, size: int) -> None:
        super().__init__(daemon=True)
        self._size = size
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen(1)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def run(self) -> None:
        connection, _ = self._listening.accept()
        with self._listening, connection, suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += connection.recv(1)
            if head.startswith(b"GET"):
                self._send(connection)
            else:
                self._take(connection)

    def _send(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self._size)
        for _ in range(self.PIECES):
            time.sleep(0.02)
            connection.sendall(b"x")
        connection.sendall(b"x" * (self._size - self.PIECES))

    def _take(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        taken = 0
        for _ in range(self.PIECES):
            time.sleep(0.02)
            taken += len(connection.recv(1024))
        while taken < self._size:
            taken += len(connection.recv(1 << 20))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transfer that takes more than a moment is too slow."""
    monkeypatch.setattr(s3_store, "_most_seconds", lambda _: 0.3)


@pytest.mark.usefixtures("_hurried")
def test_a_store_that_drips_ends_a_download(tmp_path: Path) -> None:
    """Each byte comes in time, and all of them never would."""
    downloads: tuple[Callable[[S3Store], object], ...] = (
        lambda store: store.get_file("files/1.bin", tmp_path / "got"),
        lambda store: store.get("files/1.bin"),
    )
    for get in downloads:
        s3 = DrippingS3(1000)
        s3.start()
        with pytest.raises(ObjectStoreFailed, match="ReadTimeoutError"):
            get(S3Store("bucket", "", s3.url))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_hurried")
def test_a_store_that_drips_ends_an_upload(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(16 << 20))  # more than the system takes for a connection
    s3 = DrippingS3(source.stat().st_size)
    s3.start()
    with pytest.raises(ObjectStoreFailed):
        S3Store("bucket", "", s3.url).put_file("files/1.bin", source)


class EndlessS3(threading.Thread):
    """Takes requests, and sends an answer to each that goes on byte by byte: ``beginning``, then letters."""

    def __init__(self, beginning: bytes) -> None:
        super().__init__(daemon=True)
        self._beginning = beginning
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen(16)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            connection, _ = self._listening.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(self._beginning)
            while not self.ended.wait(0.05):
                connection.sendall(b"x")


OF_HEAD = b"HTTP/1.1 200 OK\r\nX-Long: "
OF_LISTING = b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n<ListBucketResult>"


@pytest.mark.parametrize("beginning", [OF_HEAD, OF_LISTING], ids=["head", "body"])
def test_an_answer_of_s3_that_never_ends_ends_each_call(
    beginning: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each byte comes in time. boto3 would wait for a head, or for a listing, as long as any come."""
    for limit in ("CALL_SECONDS", "LARGE_ANSWER_SECONDS"):
        monkeypatch.setattr(s3_store, limit, 0.3)
    monkeypatch.setattr(s3_store, "SLOWEST_BYTES_PER_SECOND", 1 << 20)
    (tmp_path / "source").write_bytes(b"x")
    s3 = EndlessS3(beginning)
    s3.start()
    store = S3Store("bucket", "", s3.url)
    calls: list[Callable[[], object]] = [
        lambda: store.names("default"),
        lambda: store.delete([f"{NAME}.jpg"]),
    ]
    if beginning == OF_HEAD:  # what has a whole head has an answer
        calls += [
            lambda: store.put(f"{NAME}.jpg", b"x"),
            lambda: store.put_file(f"{NAME}.jpg", tmp_path / "source"),
            lambda: store.get(f"{NAME}.jpg"),
            lambda: store.get_file(f"{NAME}.jpg", tmp_path / "got"),
            lambda: store.size(f"{NAME}.jpg"),
        ]
    try:
        for call in calls:
            with pytest.raises(ObjectStoreFailed, match="in time"):
                call()
    finally:
        s3.ended.set()
    assert not (tmp_path / "got").exists()


def test_off_is_no_store_at_all(tmp_path: Path) -> None:
    assert open_store("off", tmp_path) is None
