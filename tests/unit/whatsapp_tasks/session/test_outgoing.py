"""A file on the worker's disk lies there for one attempt, and nobody else may read it."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from whatsapp_tasks.domain.files import FileKind, MessageFile
from whatsapp_tasks.errors import (
    LeaseLost,
    ObjectStoreFailed,
    PageChanged,
    SendPostponed,
    SendRefused,
    SendUnsettled,
    StoreUnavailable,
)
from whatsapp_tasks.files.contents import Contents, HandedOver
from whatsapp_tasks.session.outgoing import KEPT_AT_MOST, UPLOAD_BEGINS_SECONDS, Outgoing

FILE = MessageFile("0" * 64, "report.pdf", FileKind.DOCUMENT, 7, "application/pdf")


@dataclass
class Stored:
    """Contents that has this one file."""

    fails: Exception | None = None

    def hand_over(self, file: MessageFile, folder: Path) -> HandedOver:
        path = folder / file.name
        path.write_bytes(b"content")
        if self.fails:
            raise self.fails
        return HandedOver(path, file.digest, file.size)


def outgoing(folder: Path, fails: Exception | None = None) -> Outgoing:
    return Outgoing(cast(Contents, Stored(fails)), folder)


def left(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


def test_a_file_is_there_for_the_attempt_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "outgoing"
    with outgoing(folder).file(FILE) as path:
        assert (path.name, path.read_bytes()) == ("report.pdf", b"content")
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_mode & 0o777 == 0o700
    assert left(folder) == []


@pytest.mark.parametrize("error", [RuntimeError(), SendPostponed("a", ""), SendRefused("a", "")])
def test_an_attempt_that_fails_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)), outgoing(tmp_path).file(FILE):
        raise error
    assert left(tmp_path) == []


@pytest.mark.parametrize("error", [StoreUnavailable(), LeaseLost(), SendUnsettled("a", ""), PageChanged()])
def test_the_page_can_go_on_reading_after_an_attempt_that_it_outlives(
    tmp_path: Path, error: Exception
) -> None:
    """Found by the crash matrix: Redis went away at the press, and the upload that had begun failed."""
    now = [100.0]
    stored = Outgoing(cast(Contents, Stored()), tmp_path, lambda: now[0])
    with pytest.raises(type(error)), stored.file(FILE) as path:
        raise error
    stored.tidy()
    with stored.file(FILE) as other:
        assert other != path
    assert path.read_bytes() == b"content"
    now[0] += UPLOAD_BEGINS_SECONDS + 1
    stored.tidy()
    assert left(tmp_path) == []


def test_no_more_than_some_are_kept(tmp_path: Path) -> None:
    stored = outgoing(tmp_path)
    for _ in range(KEPT_AT_MOST + 3):
        with pytest.raises(SendUnsettled), stored.file(FILE):
            raise SendUnsettled("a", "")
    assert len(left(tmp_path)) == 2 * KEPT_AT_MOST  # each in a folder of its own


@pytest.mark.parametrize("error", [ObjectStoreFailed("away"), OSError(28, "No space left on device")])
def test_a_file_that_comes_in_part_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(SendPostponed), outgoing(tmp_path, error).file(FILE):
        pass
    assert left(tmp_path) == []


def test_a_worker_that_ends_leaves_nothing_and_touches_no_others(tmp_path: Path) -> None:
    """Another one may have the account by then, and the same folder."""
    ending, successor = outgoing(tmp_path), outgoing(tmp_path)
    with pytest.raises(SendUnsettled), ending.file(FILE):
        raise SendUnsettled("a", "")
    with successor.file(FILE) as path:
        ending.close()
        assert path.read_bytes() == b"content"
    assert left(tmp_path) == []


def test_what_a_dead_worker_left_is_swept(tmp_path: Path) -> None:
    attempt = tmp_path / "outgoing" / "abc"
    attempt.mkdir(parents=True)
    (attempt / "report.pdf").write_bytes(b"content")
    outgoing(tmp_path / "outgoing").sweep()
    assert left(tmp_path) == []
    outgoing(tmp_path / "outgoing").sweep()
