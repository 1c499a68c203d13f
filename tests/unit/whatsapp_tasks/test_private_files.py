"""What is written is for the user of the service alone (issue 12, row 11)."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from whatsapp_tasks.private_files import keep_private, private_folder


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("usual_umask")
def test_files_and_folders_are_closed_to_others_from_the_start(tmp_path: Path) -> None:
    keep_private()
    folder = private_folder(tmp_path / "var" / "data")
    (folder / "up.log").write_text("x")
    (folder / "profiles").mkdir()
    assert [mode(tmp_path / "var"), mode(folder), mode(folder / "profiles")] == [0o700] * 3
    assert mode(folder / "up.log") == 0o600


@pytest.mark.usefixtures("usual_umask")
def test_a_folder_of_an_older_version_is_closed(tmp_path: Path) -> None:
    open_folder = tmp_path / "var"
    open_folder.mkdir(mode=0o755)
    assert mode(private_folder(open_folder)) == 0o700


def test_a_folder_for_all_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    folder.chmod(0o1777)
    assert mode(private_folder(folder)) == 0o1777


def test_a_folder_of_another_user_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "volume"
    folder.mkdir()
    folder.chmod(0o775)
    monkeypatch.setattr("whatsapp_tasks.private_files.os.geteuid", lambda: os.getuid() + 1)
    assert mode(private_folder(folder)) == 0o775
