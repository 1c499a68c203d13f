"""Bytes are stored once, never deleted while a message needs them, and always in the end (issue 15,
Storage).
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from tests.integration.files.conftest import DAY, HOUR, FilesRig
from tests.integration.s3_server import s3_url, use_test_credentials
from tests.support.pictures import PDF, picture
from whatsapp_tasks.clients.folder_store import MARK
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.files import FileFacts, FileKind
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import FileGone, ObjectStoreFailed, ObjectStoreFull, RequestRefused
from whatsapp_tasks.files import uploads
from whatsapp_tasks.files.contents import Contents, Received
from whatsapp_tasks.files.drafts import Draft
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.admission import Acceptance
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import Accept

__all__ = ["s3_url"]  # the fixture

S = Status


def test_the_same_bytes_are_stored_once(files: FilesRig) -> None:
    first, second = files.upload(PDF, "a.pdf", "one"), files.upload(PDF, "b.pdf", "two")
    assert first.id != second.id
    assert first.content == second.content
    assert len(files.kept()) == 1
    assert files.leftovers() == []
    assert files.upload(PDF, "a.pdf", "one").id == first.id


def test_an_upload_that_nobody_uses_goes_when_its_time_is_over(files: FilesRig) -> None:
    upload = files.upload(PDF)
    files.pass_time(DAY - HOUR)
    assert files.kept() == [upload.content.object]
    files.pass_time(2 * HOUR)
    assert files.kept() == []
    assert files.records.content(upload.content.digest) is None
    assert not [key for key in files.ledger.database.texts("KEYS", "wa:file*") if "due" not in key]


def test_a_message_holds_the_bytes_until_it_is_settled_and_its_record_is_gone(files: FilesRig) -> None:
    upload = files.upload(PDF, "a.pdf")
    message = files.ledger.accept(file=files.file(upload))
    assert message.file == files.file(upload)
    files.pass_time(100 * DAY)
    assert files.kept() == [upload.content.object]
    assert files.records.upload(upload.id, files.ledger.now) is None
    assert files.ledger.pop() == message.id
    assert files.ledger.claim(message) == "claimed"
    assert files.ledger.advance(message, S.SENT, fence=files.ledger.fence)
    files.pass_time(29 * DAY)
    assert files.kept()
    assert files.ledger.advance(message, S.READ)
    files.pass_time(29 * DAY)
    assert files.kept()
    files.pass_time(2 * DAY)
    assert files.kept() == []


@pytest.mark.parametrize("ends", [S.FAILED, S.EXPIRED, S.CANCELLED])
def test_a_message_that_ends_otherwise_lets_go_too(files: FilesRig, ends: Status) -> None:
    message = files.ledger.accept(file=files.file(files.upload(PDF)))
    assert files.ledger.advance(message, ends)
    files.pass_time(29 * DAY)
    assert files.kept()
    files.pass_time(2 * DAY)
    assert files.kept() == []


def test_a_message_in_doubt_keeps_its_file_until_a_person_settles_it(files: FilesRig) -> None:
    message = files.ledger.claimed(file=files.file(files.upload(PDF)))
    assert files.ledger.advance(message, S.UNKNOWN, fence=files.ledger.fence)
    files.pass_time(60 * DAY)
    assert files.kept()
    assert files.ledger.advance(message, S.FAILED)
    files.pass_time(31 * DAY)
    assert files.kept() == []


def test_the_last_of_two_messages_lets_go(files: FilesRig) -> None:
    file = files.file(files.upload(PDF))
    first, second = files.ledger.accept(file=file), files.ledger.accept(file=file)
    assert files.ledger.advance(first, S.CANCELLED)
    files.pass_time(31 * DAY)
    assert files.kept()
    assert files.ledger.advance(second, S.CANCELLED)
    files.pass_time(31 * DAY)
    assert files.kept() == []


def test_a_record_that_somebody_deleted_holds_nothing(files: FilesRig) -> None:
    message = files.ledger.accept(file=files.file(files.upload(PDF)))
    files.ledger.database.do("DEL", files.ledger.keys.message(message.id))
    files.pass_time(3 * DAY)
    assert files.kept() == []


def test_bytes_that_are_gone_are_accepted_for_no_message(files: FilesRig) -> None:
    file = files.file(files.upload(PDF))
    files.pass_time(2 * DAY)
    before = files.ledger.everything()
    assert files.ledger.admission.accept(files.ledger.new(file=file)) == Acceptance(Accept.FILE_GONE, "", "")
    assert files.ledger.everything() == before


def test_a_refused_message_holds_nothing(files: FilesRig) -> None:
    file = files.file(files.upload(PDF))
    files.ledger.accept(identity="same", content="a", file=file)
    conflict = files.ledger.new(identity="same", content="b", file=file)
    assert files.ledger.admission.accept(conflict).outcome is Accept.CONFLICT
    assert files.ledger.database.number("ZCARD", keys.file_held(file.digest)) == 2  # the upload, one message


def test_an_upload_repairs_what_somebody_deleted_from_the_store(files: FilesRig) -> None:
    upload = files.upload(PDF)
    files.store.delete(files.kept())
    again = files.upload(PDF)
    assert files.kept() == [again.content.object]
    assert again.content.object != upload.content.object
    assert files.records.content(upload.content.digest) == again.content


def test_whoever_uploads_deletes_what_nobody_needs_any_more(
    files: FilesRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So files go also where no webhooks worker runs; a store that fails then fails no upload."""
    monkeypatch.setattr(uploads, "SWEEP_SECONDS", 0.0)
    files.upload(PDF)
    files.ledger.now += 2 * DAY
    kept = files.upload(picture("PNG"))
    assert files.kept() == [kept.content.object]

    def fail(_names: object) -> None:
        raise ObjectStoreFailed

    monkeypatch.setattr(files.store, "delete", fail)
    files.ledger.now += 2 * DAY
    assert files.upload(b"text").content.size == 4


def test_a_name_that_was_deleted_is_never_used_again(files: FilesRig) -> None:
    """So whoever deletes late cannot meet bytes that came back meanwhile."""
    upload = files.upload(PDF)
    files.ledger.now += 2 * DAY
    gone = files.records.let_go(upload.content.digest, files.ledger.now)
    assert gone == upload.content.object
    back = files.upload(PDF)
    files.store.delete([gone])
    assert files.kept() == [back.content.object]


def test_a_worker_gets_the_bytes_under_the_name_that_the_recipient_sees(
    files: FilesRig, tmp_path: Path
) -> None:
    file = files.file(files.upload(PDF, "Rechnung 👍.pdf"))
    handed = files.contents.hand_over(file, tmp_path)
    assert handed.path == tmp_path / "Rechnung 👍.pdf"
    assert handed.path.read_bytes() == PDF
    assert (handed.digest, handed.size) == (file.digest, len(PDF))
    assert handed.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "name", "converted"),
    [
        (picture("WEBP"), "a.webp", "a.jpg"),
        (picture("WEBP", mode="RGBA"), "a.webp", "a.png"),
        (picture("GIF"), "a.gif", "a.jpg"),
        (picture("BMP"), "a", "a.jpg"),
    ],
)
def test_a_webp_that_is_sent_as_a_picture_is_converted_and_as_a_document_is_not(
    files: FilesRig, tmp_path: Path, content: bytes, name: str, converted: str
) -> None:
    upload = files.upload(content, name)
    handed = files.contents.hand_over(files.file(upload, FileKind.IMAGE), tmp_path)
    assert handed.path == tmp_path / converted
    magic = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG"}[converted[-3:]]
    assert handed.path.read_bytes().startswith(magic)
    assert handed.digest == hashlib.sha256(handed.path.read_bytes()).hexdigest() != upload.content.digest
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [converted]
    handed.path.unlink()
    as_document = files.contents.hand_over(files.file(upload), tmp_path)
    assert as_document.path.read_bytes() == content


def test_bytes_that_are_missing_or_changed_are_gone(files: FilesRig, tmp_path: Path) -> None:
    file = files.file(files.upload(PDF))
    (files.objects / files.kept()[0]).write_bytes(b"%PDF-1.7 another")
    with pytest.raises(FileGone, match="changed"):
        files.contents.hand_over(file, tmp_path)
    assert [each for each in tmp_path.iterdir() if each.is_file()] == []
    files.store.delete(files.kept())
    with pytest.raises(FileGone):
        files.contents.hand_over(file, tmp_path)


@pytest.mark.parametrize("mount_point", [True, False])
def test_a_folder_that_is_not_mounted_is_a_store_that_is_away(
    files: FilesRig, tmp_path: Path, mount_point: bool
) -> None:
    """What is on the disk is not gone, and nothing is stored beside it."""
    file = files.file(files.upload(PDF))
    disk = files.objects.rename(tmp_path / "disk")
    if mount_point:
        files.objects.mkdir()
    for _ in range(2):
        with pytest.raises(ObjectStoreFailed, match="Mount it"):
            files.contents.hand_over(file, tmp_path)
        with pytest.raises(ObjectStoreFailed, match="Mount it"):
            files.upload(b"%PDF-1.7 another")
        assert files.kept() == []
    shutil.rmtree(files.objects)
    disk.rename(files.objects)
    assert files.contents.hand_over(file, tmp_path).path.read_bytes() == PDF
    files.upload(b"%PDF-1.7 another")


def test_files_on_a_disk_that_is_lost_may_be_given_up(files: FilesRig, tmp_path: Path) -> None:
    file = files.file(files.upload(PDF))
    shutil.rmtree(files.objects)
    files.objects.mkdir()
    (files.objects / MARK).touch()
    with pytest.raises(FileGone):
        files.contents.hand_over(file, tmp_path)
    assert files.contents.hand_over(files.file(files.upload(PDF)), tmp_path).size == len(PDF)


def test_a_folder_of_before_there_was_a_mark_gets_one(files: FilesRig, tmp_path: Path) -> None:
    files.upload(PDF)
    (files.objects / MARK).unlink()
    files.upload(b"%PDF-1.7 another")
    assert (files.objects / MARK).exists()


def test_a_full_disk_is_reported_before_anything_is_written(
    files: FilesRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ObjectStoreFull):
        files.contents.drafts.begin(1 << 60)
    assert list(files.drafts.iterdir()) == []


def test_a_disk_that_is_full_at_the_very_end_is_full(files: FilesRig) -> None:
    """The last bytes reach the disk only when the file is closed."""
    draft = Draft(Path("/dev/full"))
    draft.write(b"%PDF-1.7")
    with pytest.raises(ObjectStoreFull):
        files.uploads.add(uploads.Offer("key"), draft)
    assert files.kept() == []


def test_what_is_refused_leaves_nothing_on_disk(files: FilesRig) -> None:
    for content, name in ((b"", "a.pdf"), (PDF, "a.png")):
        with pytest.raises(RequestRefused):
            files.upload(content, name)
    assert files.kept() == []
    assert files.leftovers() == []
    assert files.ledger.database.texts("KEYS", "wa:upload*") == []


KEEPER = """
import sys
from pathlib import Path
from whatsapp_tasks import crash_points
from whatsapp_tasks.config import Settings
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.files.uploads import Offer, Uploads
from whatsapp_tasks.stores.connection import Database
settings = Settings(REDIS_URL=sys.argv[1], data_dir=sys.argv[2], redis_timeout_seconds=20)
crash_points.install(Path(sys.argv[3]))
now = [int(sys.argv[5]) / 1000]
contents = Contents.from_settings(Database.connect(settings), settings, lambda: now[0])
if sys.argv[4] == "upload":
    with contents.drafts.draft(100) as draft:
        draft.write(Path(sys.argv[6]).read_bytes())
        Uploads(contents, kept_seconds=86400, clock=lambda: now[0]).add(Offer("key", "a.pdf"), draft)
else:
    contents.sweep()
"""


def kill_at(files: FilesRig, settings: Settings, point: str, what: str, source: Path) -> None:
    """Runs ``what`` in a process of its own, and kills it at ``point``."""
    points = settings.data_dir / "points"
    points.mkdir(exist_ok=True)
    (points / point).touch()
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", KEEPER, settings.redis_url, str(settings.data_dir), str(points), what),
            *(str(files.ledger.now), str(source)),
        ]
    )
    reached = points / f"{point}.reached"
    until = time.monotonic() + 60
    while not reached.exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (points / point).unlink()
    reached.unlink()


@pytest.mark.parametrize("point", ["before_file_stored", "after_file_stored"])
def test_a_process_killed_while_it_stores_a_file_leaves_nothing_for_long(
    files: FilesRig, settings: Settings, tmp_path: Path, point: str
) -> None:
    source = tmp_path / "source"
    source.write_bytes(PDF)
    kill_at(files, settings, point, "upload", source)
    assert files.records.upload("anything", files.ledger.now) is None
    assert len(files.kept()) == (point == "after_file_stored")
    assert len(files.leftovers()) == 1  # its draft
    os.utime(files.leftovers()[0], (0, 0))
    files.ledger.now += 31 * DAY
    files.contents.sweep_strays()
    assert files.kept() == []
    assert files.leftovers() == []


@pytest.mark.parametrize("point", ["before_file_stored", "after_file_stored"])
def test_a_message_never_loses_its_file_to_another_process_that_is_killed(
    files: FilesRig, settings: Settings, tmp_path: Path, point: str
) -> None:
    """The killed process found the record of bytes that somebody had deleted by hand, and stored them
    again.
    """
    source = tmp_path / "source"
    source.write_bytes(PDF)
    file = files.file(files.upload(PDF))
    message = files.ledger.accept(file=file)
    files.store.delete(files.kept())
    kill_at(files, settings, point, "upload", source)
    kept = files.upload(PDF).content.object
    files.ledger.now += 31 * DAY
    files.contents.sweep()
    files.contents.sweep_strays()
    assert files.kept() == [kept]
    assert files.contents.hand_over(file, tmp_path).digest == file.digest
    assert files.ledger.get(message.id).file == file


def test_a_sweep_that_is_killed_is_finished_by_the_search_for_strays(
    files: FilesRig, settings: Settings, tmp_path: Path
) -> None:
    files.upload(PDF)
    files.ledger.now += 31 * DAY
    kill_at(files, settings, "before_file_deleted", "sweep", tmp_path)
    assert len(files.kept()) == 1
    back = files.upload(PDF)  # the bytes are back before the stray is found
    assert len(files.kept()) == 2
    assert files.contents.sweep_strays() == 1
    assert files.kept() == [back.content.object]


@pytest.mark.parametrize("name", ["files/0123456789abcdef.jpg", "files/1_2.bin", "files/1_x_2.bin"])
def test_what_is_no_file_of_messages_is_not_deleted(files: FilesRig, name: str) -> None:
    """Evidence of an account named "files" may lie beside them, in one bucket."""
    files.store.put(name, b"evidence")
    files.pass_time(60 * DAY)
    assert files.contents.sweep_strays() == 0
    assert files.kept() == [name]


def test_an_object_that_redis_does_not_know_stays_as_long_as_records_are_kept(files: FilesRig) -> None:
    """Redis may be restored with older data."""
    files.upload(PDF)
    files.ledger.database.do("FLUSHALL")
    files.ledger.now += 29 * DAY
    files.contents.sweep_strays()
    assert len(files.kept()) == 1
    files.ledger.now += 2 * DAY
    files.contents.sweep_strays()
    assert files.kept() == []


def test_two_processes_that_store_the_same_bytes_at_once_keep_one_object(
    files: FilesRig, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(PDF)
    received = Received(source, hashlib.sha256(PDF).hexdigest(), len(PDF), FileFacts("application/pdf"))
    put = files.store.put_file

    def slow_put(name: str, path: Path) -> None:
        files.store.put_file = put  # type: ignore[method-assign]
        files.contents.keep(received, "u:first", files.ledger.now + DAY)
        put(name, path)

    files.store.put_file = slow_put  # type: ignore[method-assign]
    content = files.contents.keep(received, "u:second", files.ledger.now + DAY)
    assert files.kept() == [content.object]
    assert files.ledger.database.number("ZCARD", keys.file_held(content.digest)) == 2


def test_files_in_s3_have_the_same_life(
    database: Database,
    settings: Settings,
    s3_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """issue 15, Storage: one object store, a folder or S3."""
    use_test_credentials(monkeypatch, tmp_path)
    boto3.client("s3", endpoint_url=s3_url).create_bucket(Bucket="files")
    in_s3 = settings.model_copy(update={"files": "s3://files/whatsapp", "s3_endpoint": s3_url})
    files = FilesRig(
        database, in_s3, Contents.from_settings(database, in_s3, lambda: files.ledger.now / 1000)
    )
    content = b"%PDF-" + bytes(range(256)) * 10_000
    message = files.ledger.accept(file=files.file(files.upload(content, "a.pdf")))
    assert message.file is not None
    (tmp_path / "handed").mkdir()
    assert files.contents.hand_over(message.file, tmp_path / "handed").path.read_bytes() == content
    assert files.leftovers() == []
    assert files.ledger.advance(message, S.CANCELLED)
    files.pass_time(31 * DAY)
    assert files.contents.sweep_strays() == 0
    with pytest.raises(FileGone):
        files.contents.hand_over(message.file, tmp_path / "handed")
    stray = boto3.client("s3", endpoint_url=s3_url).list_objects_v2(Bucket="files")
    assert "Contents" not in stray
