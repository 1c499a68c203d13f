import os
from pathlib import Path

import pytest

from whatsapp_tasks.browser.private_driver import private_driver


def patch(draft: Path) -> None:
    draft.write_bytes(draft.read_bytes() + b" undetected chromedriver")


def forbidden(_: Path) -> None:
    raise AssertionError("patched again")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "chromedriver"
    source.write_bytes(b"driver 1")
    return source


def test_copy_is_patched_and_the_source_is_not(source: Path, tmp_path: Path) -> None:
    copy = private_driver(source, tmp_path / "cache", patch)
    assert copy.read_bytes() == b"driver 1 undetected chromedriver"
    assert os.access(copy, os.X_OK)
    assert source.read_bytes() == b"driver 1"


def test_patched_once(source: Path, tmp_path: Path) -> None:
    copy = private_driver(source, tmp_path / "cache", patch)
    assert private_driver(source, tmp_path / "cache", forbidden) == copy


def test_new_driver_gets_a_new_copy(source: Path, tmp_path: Path) -> None:
    old = private_driver(source, tmp_path / "cache", patch)
    source.write_bytes(b"driver 2")
    assert private_driver(source, tmp_path / "cache", patch) != old
    assert old.exists()


def test_driver_without_the_block_is_refused_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can patch"):
        private_driver(source, tmp_path / "cache", lambda _: None)
    assert list((tmp_path / "cache").iterdir()) == []
