"""Issue 16, point 2: the browser saves what a press began, into a folder that is given, and nothing else."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from whatsapp_tasks.browser.chrome_page import ChromePage
from whatsapp_tasks.browser.downloads import DownloadLimits
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.errors import DownloadStopped

from .conftest import within
from .test_files import BY_PAGE

BUTTON = """(size, name) => {
  document.body.replaceChildren();
  const button = document.createElement("button");
  button.style.cssText = "position:fixed;left:0;top:0;width:200px;height:200px";
  button.onclick = () => setTimeout(() => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([new Uint8Array(size).fill(7)]));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 100);
  }, 50);
  document.body.append(button);
}"""
MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    return folder


def offers(page: Page, size: int, name: str) -> Callable[[], None]:
    """What presses the button of a page that lets so many bytes be saved then."""
    page.evaluate(BY_PAGE, f"({BUTTON})({size}, {name!r})", deadline=within())
    return lambda: page.click(50, 50, within())


def limits(most: int = 10 * MIB, begin_seconds: float = 60, *, go_on: bool = True) -> DownloadLimits:
    return DownloadLimits(most, begin_seconds, lambda: go_on)


@pytest.mark.parametrize("name", ["setup.exe", "../../etc/passwd"])
def test_a_file_is_saved_whole_whatever_it_is_called(page: Page, folder: Path, name: str) -> None:
    saved = page.download(folder, offers(page, 3 * MIB, name), limits(), within(120))
    assert list(folder.iterdir()) == [saved.path]
    assert hashlib.sha256(saved.path.read_bytes()).digest() == hashlib.sha256(b"\7" * 3 * MIB).digest()
    assert "/" not in saved.name
    saved.path.unlink()


def test_two_in_a_row_are_saved(page: Page, folder: Path) -> None:
    """Chromium asks before a page saves several files; a press in between answers."""
    for count in range(3):
        saved = page.download(folder, offers(page, 1000 + count, "a.bin"), limits(), within(120))
        assert saved.path.stat().st_size == 1000 + count


def test_what_is_too_large_or_not_wanted_leaves_nothing(page: Page, folder: Path) -> None:
    with pytest.raises(DownloadStopped, match="too_large"):
        page.download(folder, offers(page, 3 * MIB, "a.bin"), limits(MIB), within(120))
    with pytest.raises(DownloadStopped, match="given_up"):
        page.download(folder, offers(page, 3 * MIB, "a.bin"), limits(go_on=False), within(120))
    assert list(folder.iterdir()) == []


def test_at_other_times_nothing_is_saved(page: Page, folder: Path) -> None:
    """What the browser is told after each download, with its news of others."""
    page.download(folder, offers(page, 10, "a.bin"), limits(), within(120)).path.unlink()
    connection = cast("ChromePage", page)._connection
    connection.send("Browser.setDownloadBehavior", {"behavior": "deny", "eventsEnabled": True}, within())
    connection.forget_downloads()
    offers(page, 10, "b.bin")()
    states: list[str] = []
    while not states or states[-1] not in ("completed", "cancelled"):
        news = connection.next_download_news(within(60))
        assert news is not None
        states.append(news.state)
    assert states[-1] == "cancelled"
    assert list(folder.iterdir()) == []
