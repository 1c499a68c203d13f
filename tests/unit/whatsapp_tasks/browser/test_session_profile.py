"""The session in a profile: its parts, copies of it, and the numbers it ran under (issue 14, 3)."""

import os
from pathlib import Path

import pytest

from whatsapp_tasks.browser.profile_lock import LOCK_NAME
from whatsapp_tasks.browser.session_profile import NUMBERS_NAME, SessionProfile, is_part
from whatsapp_tasks.domain.session_custody import LocalProfile

DATABASE = "Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A profile with a session, and what does not belong to it."""
    folder = tmp_path / "profile"
    for name in (
        f"{DATABASE}/000005.ldb",
        f"{DATABASE}/000006.log",
        f"{DATABASE}/LOCK",
        f"{DATABASE}/LOG",
        "Default/Local Storage/leveldb/CURRENT",
        "Default/Cookies",
        "Default/History",
        "Default/Cache/Cache_Data/index",
        "Local State",
        LOCK_NAME,
    ):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, "utf-8")
    return folder


@pytest.fixture
def profile(folder: Path, tmp_path: Path) -> SessionProfile:
    return SessionProfile(folder, tmp_path / "aside")


def files_in(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_a_copy_has_the_parts_of_the_session_alone(profile: SessionProfile, tmp_path: Path) -> None:
    profile.copy_to(tmp_path / "copy")
    assert files_in(tmp_path / "copy") == {
        f"{DATABASE}/000005.ldb",
        f"{DATABASE}/000006.log",
        "Default/Local Storage/leveldb/CURRENT",
        "Default/Cookies",
    }
    assert all(map(is_part, files_in(tmp_path / "copy")))


def test_only_files_that_never_change_share_their_content(
    profile: SessionProfile, folder: Path, tmp_path: Path
) -> None:
    profile.copy_to(tmp_path / "copy")
    same = {
        name: os.path.samefile(folder / name, tmp_path / "copy" / name)
        for name in files_in(tmp_path / "copy")
    }
    assert [name for name, shared in same.items() if shared] == [f"{DATABASE}/000005.ldb"]


@pytest.mark.parametrize(
    "name", ["Default/IndexedDB", "Default/Cookies/x", "Default/IndexedDBx/1", "Local State"]
)
def test_what_is_no_part(name: str) -> None:
    assert not is_part(name)


def test_the_numbers_are_two_while_a_start_is_not_confirmed(profile: SessionProfile) -> None:
    assert profile.local() == LocalProfile(frozenset(), has_session=True)
    profile.claim(41)
    profile.confirm(41)
    assert profile.local().numbers == {41}
    profile.claim(42)
    assert profile.local().numbers == {41, 42}
    profile.confirm(42)
    assert profile.local().numbers == {42}


@pytest.mark.parametrize("text", ["", "x", "{}", "null", "[[1]]"])
def test_numbers_that_cannot_be_read_are_none(profile: SessionProfile, folder: Path, text: str) -> None:
    (folder / NUMBERS_NAME).write_text(text, "ascii")
    assert profile.local().numbers == frozenset()


def test_another_copy_takes_the_place_and_the_old_one_is_set_aside(
    profile: SessionProfile, folder: Path, tmp_path: Path
) -> None:
    profile.confirm(41)
    new = tmp_path / "new"
    (new / "Default").mkdir(parents=True)
    (new / "Default/Cookies").write_text("new", "ascii")
    profile.put_in_place(new)
    assert files_in(folder) == {"Default/Cookies", LOCK_NAME}
    assert profile.local() == LocalProfile(frozenset(), has_session=True)
    assert "Default/History" in files_in(tmp_path / "aside")
    assert LOCK_NAME not in files_in(tmp_path / "aside")


def test_a_machine_without_a_profile_has_nothing(tmp_path: Path) -> None:
    profile = SessionProfile(tmp_path / "none", tmp_path / "aside")
    assert profile.local() == LocalProfile()
    profile.set_aside()
    profile.confirm(1)
    assert profile.local() == LocalProfile(frozenset({1}))
