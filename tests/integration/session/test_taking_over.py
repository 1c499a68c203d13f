"""Two hosts, one session: on a real Redis, with a folder and with S3 (issue 14: 3, 4, 6 and "Bad input")."""

import errno
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.integration.s3_server import s3_url, use_test_credentials
from tests.support.vault_host import KEY, NOW, STORAGE, VERSION, VaultHost
from whatsapp_tasks.archives.sealing import VaultKey, new_key, pack
from whatsapp_tasks.clients.folder_store import MARK, FolderStore
from whatsapp_tasks.clients.s3_store import S3Store
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber, Refusal
from whatsapp_tasks.domain.session_custody import Custody, Gap
from whatsapp_tasks.errors import (
    BrowserStartFailed,
    LeaseLost,
    ObjectStoreFailed,
    RequestRefused,
    SessionWaits,
    StoreUnavailable,
)
from whatsapp_tasks.session.taking_over import RESTORED, STARTED
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.vault import Offer

__all__ = ["s3_url"]  # the fixture

Hosts = Callable[..., VaultHost]


@pytest.fixture(params=["folder", "s3"])
def shared(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Settings:
    changes = {"vault": "folder", "s3_endpoint": "", "data_dir": tmp_path / "shared"}
    if request.param == "s3":
        use_test_credentials(monkeypatch, tmp_path)
        endpoint = request.getfixturevalue("s3_url")
        bucket = f"vault-{time.monotonic_ns()}"
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
        changes |= {"vault": f"s3://{bucket}/sessions", "s3_endpoint": endpoint}
    return settings.model_copy(update=changes)


@pytest.fixture
def host(database: Database, shared: Settings, tmp_path: Path) -> Hosts:
    """``host("a")``; the same name again is the same machine, started again."""

    def make(name: str, **options: object) -> VaultHost:
        return VaultHost(database, shared, tmp_path / name, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def linked(host: Hosts) -> VaultHost:
    """Host a, with a phone linked and its session saved."""
    a = host("a")
    assert a.take() == STARTED
    a.link()
    a.save()
    return a


def refusal(host: VaultHost) -> str:
    """Why its worker starts no browser."""
    with pytest.raises(SessionWaits) as waits:
        host.take()
    assert str(waits.value)
    return waits.value.reason


def test_a_session_moves_to_another_host_and_back(linked: VaultHost, host: Hosts) -> None:
    linked.send()
    linked.leave()
    b = host("b")
    assert b.take() == RESTORED
    assert b.stored == "login sent"
    b.send()
    b.leave()
    again = host("a")
    assert again.take() == RESTORED
    assert again.stored == "login sent sent"
    assert (again.settings.set_aside_dir("default") / "Default").is_dir()


def test_a_restart_on_the_same_host_restores_nothing(linked: VaultHost, host: Hosts) -> None:
    linked.send()  # and is killed
    linked.lease.release()
    again = host("a")
    assert again.take() == STARTED
    assert again.stored == "login sent"


def test_an_old_host_that_comes_back_does_not_run_its_old_profile(linked: VaultHost, host: Hosts) -> None:
    linked.leave()
    b = host("b")
    b.take()
    b.send()
    b.lease.release()  # killed: its disk is newer than any archive
    assert refusal(host("a")) == Refusal.STALE
    assert host("a").stored == "login"  # nothing was touched


def test_only_a_person_may_accept_a_stale_archive(linked: VaultHost, host: Hosts) -> None:
    linked.send()
    linked.lease.release()
    shutil.rmtree(linked.settings.data_dir)
    b = host("b")
    assert refusal(b) == Refusal.STALE
    newest = b.copies.vault.custody().newest
    assert newest is not None
    b.copies.vault.record.make_offer(Offer(newest, "a person", 1))
    assert b.open() == RESTORED
    assert b.stored == "login"
    assert b.copies.vault.custody().offer is None


def test_what_was_sent_between_archive_and_takeover_is_a_gap(linked: VaultHost, host: Hosts) -> None:
    linked.lease.release()
    b = host("b")
    b.now_ms += 5000
    b.take()
    gap = Gap(linked.now_ms, b.now_ms, from_fence=linked.lease.fence, to_fence=b.lease.fence)
    assert b.vault.taking_over.gaps == [gap]
    b.leave()
    assert host("b").copies.vault.record.gaps() == [gap]


def test_a_worker_that_lost_its_lease_records_and_keeps_no_archive(linked: VaultHost, host: Hosts) -> None:
    before = linked.archives()
    linked.send()
    linked.lease.release()
    b = host("b")
    assert b.lease.acquire() is None
    linked.lease._valid_until = linked.lease._clock() + 60  # it does not know yet
    linked.save()
    assert b.archives() == before
    with pytest.raises(LeaseLost):
        linked.copies.vault.record.begin_run(linked.lease.fence, KEY.recipient)


def test_a_worker_that_slept_through_its_lease_deletes_no_archive_of_the_next(
    linked: VaultHost, host: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had recorded its own, and was stopped before it looked for older ones."""
    record, b = linked.copies.vault.record, host("b")

    def recorded_then_asleep(fence: int, header: ArchiveHeader) -> None:
        monkeypatch.undo()
        record.record_newest(fence, header)
        linked.lease.release()
        b.take()
        b.save()

    monkeypatch.setattr(record, "record_newest", recorded_then_asleep)
    linked.save()
    b.lease.release()
    assert host("c").take() == RESTORED


def brought(
    host: VaultHost, tmp_path: Path, content: str, number: ArchiveNumber, version: str = VERSION
) -> ArchiveHeader:
    """A person brings an archive with this content and number, in spite of what is there."""
    parts = tmp_path / f"brought {content}"
    (parts / STORAGE).parent.mkdir(parents=True)
    (parts / STORAGE).write_text(content, "utf-8")
    about = ArchiveHeader("default", number, version, NOW)
    header = pack(parts, about, KEY.recipient, tmp_path / "brought.session")
    host.copies.vault.bring(header, tmp_path / "brought.session", "a person", NOW, accept_stale=True)
    return header


def test_an_archive_that_is_brought_replaces_none_of_the_same_number(
    linked: VaultHost, host: Hosts, tmp_path: Path
) -> None:
    """Of another service, say, whose numbers are its own."""
    other = brought(linked, tmp_path, "other", newest_of(linked).number)
    linked.copies.vault.record.drop_offer(linked.lease.fence, other, "why")
    linked.lease.release()
    b = host("b")
    assert b.take() == RESTORED
    assert b.stored == "login"


def test_an_archive_that_is_brought_is_used_whatever_its_number(
    linked: VaultHost, host: Hosts, tmp_path: Path
) -> None:
    brought(linked, tmp_path, "other", newest_of(linked).number)
    linked.lease.release()
    b = host("b")
    assert b.take() == RESTORED
    assert b.stored == "other"
    assert b.vault.taking_over.gaps[-1].from_ms == 0  # nothing of what was sent here is known to it


@pytest.mark.parametrize("seen", [False, True])
def test_what_a_person_brought_outlives_the_disk_it_was_restored_to(
    database: Database, host: Hosts, tmp_path: Path, seen: bool
) -> None:
    """Killed before the first archive is made; the desktop that linked the phone has no copy any more."""
    brought(host("a"), tmp_path, "linked at a desk", ArchiveNumber())
    a = host("a")
    assert a.take() == RESTORED
    if seen:
        Sessions(database, "default").set_linked(True)
        a.vault.saving.logged_in(linked_anew=True)
    a.lease.release()
    b = host("b")
    assert b.take() == RESTORED
    assert b.stored == "linked at a desk"


@pytest.mark.parametrize("first_is_good", [True, False])
def test_what_is_brought_while_another_is_restored_is_used_next(
    host: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_is_good: bool
) -> None:
    """Whoever brought it was told that it will be, and has no copy any more."""
    a = host("a")
    brought(a, tmp_path, "first", ArchiveNumber(), VERSION if first_is_good else "999.0.0.1")
    custody = a.copies.vault.record.custody

    def then_another() -> Custody:
        monkeypatch.undo()
        seen = custody()
        brought(a, tmp_path, "second", ArchiveNumber())
        return seen

    monkeypatch.setattr(a.copies.vault.record, "custody", then_another)
    a.take()
    a.lease.release()
    b = host("b")
    assert b.take() == RESTORED
    assert b.stored == "second"


def test_a_number_that_nobody_counted_to_is_refused(linked: VaultHost, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match="number"):
        brought(linked, tmp_path, "other", ArchiveNumber(10**11, 1))
    assert linked.copies.vault.custody().offer is None


@pytest.mark.parametrize("doing", ["save", "unlink"])
def test_what_a_killed_worker_left_half_written_goes(
    linked: VaultHost, monkeypatch: pytest.MonkeyPatch, doing: str
) -> None:
    """It holds the session, encrypted (tests/integration/clients/test_object_store.py)."""
    forgotten: list[str] = []
    storage = type(linked.copies.vault._storage)
    monkeypatch.setattr(storage, "forget_drafts", lambda _, folder, __: forgotten.append(folder))
    linked.save() if doing == "save" else linked.vault.saving.deleted("unlinked")
    assert forgotten == ["default"]


def test_the_newest_two_are_kept(linked: VaultHost) -> None:
    for _ in range(3):
        linked.save()
    fence = linked.lease.fence
    assert linked.archives() == [f"{fence}.3", f"{fence}.4"]


def test_a_new_link_makes_older_archives_go(linked: VaultHost) -> None:
    linked.vault.saving.logged_out()
    linked.link("another login")
    assert linked.archives() == []
    linked.save()
    assert linked.copies.vault.custody().ended == ""
    assert len(linked.archives()) == 1


def test_after_a_logout_by_the_phone_nothing_is_restored(linked: VaultHost, host: Hosts) -> None:
    linked.vault.saving.logged_out()
    assert linked.archives()
    linked.leave()
    b = host("b")
    assert b.take() == STARTED
    assert b.stored is None


@pytest.mark.parametrize("reason", ["unlinked", "banned"])
def test_archives_of_an_unlinked_or_banned_account_are_deleted(
    linked: VaultHost, host: Hosts, reason: str
) -> None:
    linked.vault.saving.deleted(reason)
    assert linked.archives() == []
    linked.save()
    assert linked.archives() == []
    linked.lease.release()
    assert host("b").take() == STARTED


# bad input


def test_another_key_restores_nothing_and_loses_nothing(linked: VaultHost, host: Hosts) -> None:
    linked.leave()
    b = host("b", key=VaultKey(new_key()))
    assert refusal(b) == Refusal.WRONG_KEY
    with pytest.raises(SessionWaits):
        b.open()  # not fetched again
    b.lease.release()
    assert host("c").take() == RESTORED


def test_an_older_chromium_does_not_open_a_newer_profile(linked: VaultHost, host: Hosts) -> None:
    linked.leave()
    b = host("b", version="155.0.1.1")
    assert refusal(b) == Refusal.NEWER_CHROMIUM
    b.lease.release()
    assert host("c", version="157.0.1.1").take() == RESTORED


def newest_of(host: VaultHost) -> ArchiveHeader:
    newest = host.copies.vault.custody().newest
    assert newest is not None
    return newest


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda raw: raw[:-1], Refusal.TRUNCATED),
        (lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), Refusal.DAMAGED),
        (lambda raw: raw + b"x", Refusal.DAMAGED),
        (lambda raw: b"", Refusal.NOT_AN_ARCHIVE),
        (lambda raw: None, Refusal.NOT_STORED),
    ],
)
def test_a_damaged_archive_is_refused_and_its_profile_stays(
    linked: VaultHost, host: Hosts, damage: Callable[[bytes], bytes | None], reason: Refusal
) -> None:
    linked.leave()
    storage, name = linked.copies.vault._storage, newest_of(linked).name
    damaged = damage(storage.get(name) or b"")
    storage.put(name, damaged) if damaged is not None else storage.delete([name])
    b = host("b")
    assert refusal(b) == reason
    assert b.stored is None


def test_an_archive_that_somebody_replaced_is_refused(linked: VaultHost, host: Hosts) -> None:
    """Whoever may write to the bucket knows the public key perhaps; Redis knows the hash."""
    linked.store("the login of somebody else")
    about = newest_of(linked)
    with linked.copies.drafts() as folder:
        linked.copies.profile.copy_to(folder / "parts")
        pack(folder / "parts", about, KEY.recipient, folder / "forged")
        linked.copies.vault._storage.put_file(about.name, folder / "forged")
    linked.lease.release()
    assert refusal(host("b")) == Refusal.NOT_AS_RECORDED


def test_an_offer_that_cannot_be_used_is_dropped_and_the_session_goes_on(
    linked: VaultHost, host: Hosts
) -> None:
    linked.leave()
    b = host("b")
    other = ArchiveHeader("other", ArchiveNumber(), "156.0.1.1", 1, size=1, sha256="0" * 64)
    b.copies.vault.record.make_offer(Offer(other, "a person", 1))
    assert b.take() == RESTORED
    assert b.stored == "login"
    assert "another account" in b.copies.vault.record.refused_offer()


def test_a_number_that_is_not_proven_raises_none_here(linked: VaultHost, host: Hosts, tmp_path: Path) -> None:
    """The first line of an archive is in clear, and anyone can write another number into it."""
    header = brought(linked, tmp_path, "other", ArchiveNumber(5))
    forged, file = replace(header, number=ArchiveNumber(99_999)), tmp_path / "brought.session"
    file.write_bytes(file.read_bytes().replace(header.to_json().encode(), forged.to_json().encode(), 1))
    linked.copies.vault.bring(forged, file, "a person", NOW, accept_stale=True)
    linked.lease.release()
    b = host("b")
    assert b.take() == RESTORED
    assert b.stored == "login"
    assert b.lease.fence < 100
    assert "changed" in b.copies.vault.record.refused_offer()


def test_a_proven_number_is_outnumbered(linked: VaultHost, host: Hosts, tmp_path: Path) -> None:
    """A host that ran under it may come back."""
    brought(linked, tmp_path, "other", ArchiveNumber(5000))
    linked.lease.release()
    b = host("b")
    assert b.take() == RESTORED
    assert b.stored == "other"
    assert b.lease.fence > 5000


def test_an_archive_of_a_newer_version_that_redis_names_is_one_clear_reason(
    linked: VaultHost, database: Database, host: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    """A host was updated, and then another one, which was not, takes over."""
    header = newest_of(linked).as_json() | {"format": 2}
    database.do("HSET", "wa:{default}:vault", "newest", json.dumps(header))
    linked.save()
    assert "newer version" in caplog.records[-1].detail  # type: ignore[attr-defined]
    linked.lease.release()
    assert refusal(host("b")) == Refusal.NEWER_FORMAT


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EIO])
def test_a_disk_that_fails_before_a_start_is_one_clear_error(
    linked: VaultHost, host: Hosts, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    linked.leave()

    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("whatsapp_tasks.browser.session_profile.SessionProfile.claim", fails)
    b = host("b")
    with pytest.raises(SessionWaits if number != errno.EIO else BrowserStartFailed):
        b.take()
    monkeypatch.undo()
    assert b.open() == RESTORED


def test_a_start_whose_record_was_written_but_not_answered_is_known(
    linked: VaultHost, host: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its browser would be started anew with each look, and its gap be forgotten: sent twice."""
    linked.leave()
    b = host("b")
    record = b.copies.vault.record
    begin_run = record.begin_run

    def unanswered(*arguments: Any, **options: Any) -> None:
        begin_run(*arguments, **options)
        raise StoreUnavailable("Connection closed by server.")

    monkeypatch.setattr(record, "begin_run", unanswered)
    with pytest.raises(StoreUnavailable):
        b.take()
    monkeypatch.undo()
    b.open()
    assert b.vault.taking_over.runs_under_our_lease
    assert len(b.vault.taking_over.gaps) == 1


# the vault is away


class Away:
    """A store that is away."""

    def __getattr__(self, name: str) -> object:
        raise ObjectStoreFailed("S3 failed: EndpointConnectionError")


def away(host: VaultHost) -> None:
    host.copies.vault._storage = Away()  # type: ignore[assignment]


def test_a_vault_that_is_away_stops_no_host_that_has_the_session(linked: VaultHost, host: Hosts) -> None:
    linked.leave()
    again = host("a")
    away(again)
    assert again.take() == STARTED
    again.save()  # a warning, and the archives from before stay
    assert newest_of(again).number.fence == linked.lease.fence


def test_a_vault_that_is_away_delays_a_host_that_needs_it(linked: VaultHost, host: Hosts) -> None:
    linked.leave()
    b = host("b")
    there = b.copies.vault._storage
    away(b)
    assert refusal(b) == Refusal.STORE_AWAY
    b.copies.vault._storage = there
    assert b.open() == RESTORED


@pytest.mark.parametrize("shared", ["folder"], indirect=True)
@pytest.mark.parametrize("is_named", [True, False])
def test_a_vault_on_a_disk_that_is_not_mounted_is_away(
    linked: VaultHost, host: Hosts, shared: Settings, is_named: bool
) -> None:
    """Before, no archive was there to be seen: a QR code was shown, or the archive was said to be gone."""
    linked.leave()
    if not is_named:
        linked.database.do("HDEL", "wa:{default}:vault", "newest")
    folder = shared.data_dir / "vault"
    disk = folder.rename(shared.data_dir / "disk")
    b = host("b")
    assert refusal(b) == Refusal.STORE_AWAY
    assert b.stored is None
    with pytest.raises(ObjectStoreFailed, match="Mount it"):
        b.copies.vault.sizes()
    with pytest.raises(ObjectStoreFailed, match="Mount it"):
        b.copies.vault.newest_stored()
    folder.rmdir()  # nothing was stored beside the disk
    disk.rename(folder)
    if is_named:
        assert b.open() == RESTORED
    else:
        with pytest.raises(SessionWaits) as waits:
            b.open()
        assert waits.value.reason == Refusal.UNPROVEN


@pytest.mark.parametrize("shared", ["folder"], indirect=True)
def test_nothing_is_saved_beside_a_disk_that_went_away(
    linked: VaultHost, shared: Settings, tmp_path: Path
) -> None:
    before = newest_of(linked)
    folder = shared.data_dir / "vault"
    disk = folder.rename(tmp_path / "disk")
    folder.mkdir()
    linked.send()
    linked.save()  # a warning
    folder.rmdir()
    disk.rename(folder)
    assert newest_of(linked) == before
    linked.save()
    assert newest_of(linked).sends == before.sends + 1


@pytest.mark.parametrize("shared", ["folder"], indirect=True)
def test_a_vault_of_before_there_was_a_mark_gets_one(
    linked: VaultHost, database: Database, shared: Settings
) -> None:
    mark = shared.data_dir / "vault" / MARK
    mark.unlink()
    database.do("HDEL", "wa:{default}:vault", "used")
    linked.send()
    linked.save()
    assert mark.exists()


def test_an_archive_that_breaks_off_halfway_is_never_the_newest(
    linked: VaultHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest_of(linked)

    def broken(*_: object) -> None:
        raise ObjectStoreFailed("S3 failed: ConnectionClosedError")

    monkeypatch.setattr(FolderStore, "put_file", broken)
    monkeypatch.setattr(S3Store, "put_file", broken)
    linked.send()
    linked.save()
    assert newest_of(linked) == before


def test_a_profile_that_lost_what_it_had_is_restored(linked: VaultHost, host: Hosts) -> None:
    """A disk that was repaired, for example; the file with the numbers is still there."""
    linked.leave()
    shutil.rmtree(linked.profile / "Default")
    again = host("a")
    assert again.take() == RESTORED
    assert again.stored == "login"


def test_no_qr_code_while_archives_are_left_that_redis_does_not_name(
    linked: VaultHost, database: Database, host: Hosts
) -> None:
    """Redis lost its data, host a went on with its profile, and is killed before it could save."""
    linked.leave()
    database.do("FLUSHALL")
    again = host("a")
    again.take()
    Sessions(database, "default").set_linked(True)
    again.lease.release()
    assert refusal(host("b")) == Refusal.UNPROVEN


# Redis lost its data, or an older state of it was restored


def test_redis_lost_everything_and_the_profile_here_is_the_newest_there_is(
    linked: VaultHost, database: Database, host: Hosts
) -> None:
    linked.leave()
    database.do("FLUSHALL")
    again = host("a")
    assert again.take() == STARTED
    assert again.stored == "login"
    assert again.lease.fence > linked.lease.fence


def test_redis_lost_everything_and_another_host_ran_the_session_since(
    linked: VaultHost, database: Database, host: Hosts
) -> None:
    linked.leave()
    b = host("b")
    b.take()
    b.leave()
    database.do("FLUSHALL")
    assert refusal(host("a")) == Refusal.UNPROVEN
    database.do("FLUSHALL")
    assert host("b").take() == STARTED


def test_redis_lost_everything_and_no_profile_is_here(
    linked: VaultHost, database: Database, host: Hosts
) -> None:
    """A person says which archive; the number grows although Redis counts from 1 again."""
    linked.leave()
    newest = newest_of(linked)
    database.do("FLUSHALL")
    c = host("c")
    assert refusal(c) == Refusal.UNPROVEN
    c.copies.vault.record.make_offer(Offer(newest, "a person", 1))
    assert c.open() == RESTORED
    assert c.lease.fence > newest.number.fence


def test_an_older_state_of_redis_does_not_bring_an_older_session_back(
    linked: VaultHost, database: Database, host: Hosts
) -> None:
    linked.leave()
    record = database.record("wa:{default}:vault")
    b = host("b")
    b.take()
    b.leave()
    database.do("DEL", "wa:{default}:vault")
    database.do("HSET", "wa:{default}:vault", *(word for pair in record.items() for word in pair))
    a = host("a")
    assert refusal(a) == Refusal.UNPROVEN  # Redis says that it ran last, an archive of b's that it did not
    a.lease.release()
    again = host("b")
    assert again.take() == STARTED  # it ran last, and its number shows it


def test_two_hosts_that_start_at_once_never_both_run_it(linked: VaultHost, host: Hosts) -> None:
    linked.leave()
    b, c = host("b"), host("c")
    assert b.take() == RESTORED
    assert c.lease.acquire() is not None
    with pytest.raises(LeaseLost):
        c.open()


def test_a_vault_that_is_turned_on_later_takes_the_profile_that_is_there(host: Hosts) -> None:
    a = host("a")
    a.store("login of before")
    assert a.take() == STARTED
    assert a.stored == "login of before"


# when it is saved


def test_it_is_saved_at_a_quiet_moment_after_linking(
    linked: VaultHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("whatsapp_tasks.session.saving.time.monotonic", lambda: clock[0])
    saving = linked.vault.saving
    before = linked.archives()
    saving.logged_in(linked_anew=False)

    def look(quiet_seconds: float) -> bool:
        return saving.look(linked.page, quiet_seconds)  # type: ignore[arg-type]

    assert look(100.0)
    assert linked.archives() == before  # not due yet
    clock[0] += 6.0
    assert look(1.0)  # something was just sent
    assert linked.archives() == before
    clock[0] += linked.settings.vault_seconds
    assert not look(1.0)  # for so long that the caller makes a pause
    assert look(6.0)
    assert linked.page.held_times == 1
    assert linked.archives() != before
    assert look(100.0)
    assert linked.page.held_times == 1


def test_it_is_saved_under_each_number_although_nobody_is_said_to_have_logged_in(
    linked: VaultHost, host: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that starts in RESTRICTED sends replies, which the archive must know of."""
    linked.leave()
    clock = [1000.0]
    monkeypatch.setattr("whatsapp_tasks.session.saving.time.monotonic", lambda: clock[0])
    again = host("a")
    again.take()
    for _ in range(3):
        assert again.vault.saving.look(again.page, 100.0)  # type: ignore[arg-type]
        clock[0] += 6.0
    assert newest_of(again).number == ArchiveNumber(again.lease.fence, 1)


def test_a_disk_that_is_full_leaves_the_archives_from_before(
    linked: VaultHost, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before, archives = newest_of(linked), linked.archives()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("whatsapp_tasks.session.session_copies.pack", full)
    linked.send()
    linked.save()
    assert (newest_of(linked), linked.archives()) == (before, archives)
    assert [record.message for record in caplog.records] == [
        "The session was not saved; the archives from before stay"
    ]
    assert not (linked.settings.data_dir / "vault-drafts" / "default").exists()


def test_a_store_that_is_away_is_asked_less_and_less_often(
    linked: VaultHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("whatsapp_tasks.session.saving.time.monotonic", lambda: clock[0])
    saving, there = linked.vault.saving, linked.copies.vault._storage
    away(linked)
    pauses = []
    for _ in range(8):
        linked.save()
        pauses.append(saving._due - clock[0])
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    linked.copies.vault._storage = there
    linked.save()
    assert saving._due - clock[0] == linked.settings.vault_seconds


def test_a_lease_that_was_taken_again_is_noticed(linked: VaultHost) -> None:
    assert linked.vault.taking_over.runs_under_our_lease
    assert linked.lease.acquire() is None
    assert not linked.vault.taking_over.runs_under_our_lease
    assert linked.open() == STARTED
    assert linked.vault.taking_over.runs_under_our_lease
