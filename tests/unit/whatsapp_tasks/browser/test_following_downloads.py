"""One press, one file: what is not of the page, too large or not wanted any more leaves nothing behind."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.plays import Clock
from whatsapp_tasks.browser import deadlines
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.downloads import DownloadLimits, DownloadNews
from whatsapp_tasks.browser.following_downloads import follow
from whatsapp_tasks.errors import DownloadStopped

OURS = "blob:https://web.whatsapp.com/0a1b"


class Said:
    """A browser that says this of downloads, one after the other, and then nothing."""

    clock = Clock()

    def __init__(self, folder: Path, news: Sequence[DownloadNews]) -> None:
        self._folder = folder
        self._news = list(news)
        self.cancelled: list[str] = []

    def next_download_news(self, deadline: Deadline) -> DownloadNews | None:
        if not self._news:
            self.clock.sleep(deadline.remaining())
            return None
        news = self._news.pop(0)
        (self._folder / news.id).write_bytes(b"a part")
        return news

    def send(self, method: str, params: Mapping[str, Any], deadline: Deadline) -> None:
        if method == "Browser.cancelDownload":
            self.cancelled.append(params["guid"])
        else:
            assert (method, params["behavior"]) == ("Browser.setDownloadBehavior", "deny")


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "time", Said.clock)


def begun(name: str = "a", url: str = OURS) -> DownloadNews:
    return DownloadNews(name, url, f"{name}.pdf")


def running(name: str, count: int) -> DownloadNews:
    return DownloadNews(name, state="running", bytes=count)


def ended(name: str, state: Any = "completed", count: int = 10) -> DownloadNews:
    return DownloadNews(name, state=state, bytes=count)


def followed(said: Said, folder: Path, *, wanted: Sequence[bool] = ()) -> tuple[Path, str]:
    answers = iter(wanted)
    limits = DownloadLimits(100, 5, lambda: next(answers, True))
    found = follow(said, folder, limits, Deadline.within(20))  # type: ignore[arg-type]
    return found.path, found.name


def test_the_file_of_the_press_is_waited_for_and_another_one_cancelled(tmp_path: Path) -> None:
    said = Said(
        tmp_path, [running("old", 5), begun(), begun("b"), running("b", 99), running("a", 5), ended("a")]
    )
    assert followed(said, tmp_path) == (tmp_path / "a", "a.pdf")
    assert said.cancelled == ["b"]


@pytest.mark.parametrize(
    ("news", "reason"),
    [
        ([], "not_begun"),
        ([begun(url="https://elsewhere.example/a.exe")], "not_of_the_page"),
        ([begun(), running("a", 101)], "too_large"),
        ([begun(), ended("a", count=101)], "too_large"),
        ([begun(), ended("a", "cancelled")], "cancelled"),
        ([begun()], "late"),
    ],
)
def test_what_is_stopped_leaves_nothing(tmp_path: Path, news: list[DownloadNews], reason: str) -> None:
    said = Said(tmp_path, news)
    with pytest.raises(DownloadStopped) as stopped:
        followed(said, tmp_path)
    assert stopped.value.reason == reason
    assert said.cancelled == (["a"] if news else [])
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_wanted_any_more_is_cancelled(tmp_path: Path) -> None:
    said = Said(tmp_path, [begun(), running("a", 5), running("a", 6), ended("a")])
    with pytest.raises(DownloadStopped, match="given_up"):
        followed(said, tmp_path, wanted=[True, True, False])
    assert said.cancelled == ["a"]
    assert list(tmp_path.iterdir()) == []


def test_what_begins_after_it_was_given_up_is_cancelled_too(tmp_path: Path) -> None:
    """The page offers the file a moment after the press; on a busy machine we may have given up by then."""
    said = Said(tmp_path, [begun("late"), running("late", 5)])
    with pytest.raises(DownloadStopped, match="given_up"):
        followed(said, tmp_path, wanted=[False])
    assert said.cancelled == ["late"]
    assert list(tmp_path.iterdir()) == []


def test_events_of_the_protocol_are_read() -> None:
    will_begin = {
        "method": "Browser.downloadWillBegin",
        "params": {"frameId": "F", "guid": "g", "url": OURS, "suggestedFilename": "a.pdf"},
    }
    progress = {
        "method": "Browser.downloadProgress",
        "params": {"guid": "g", "totalBytes": 9, "receivedBytes": 4, "state": "inProgress"},
    }
    assert DownloadNews.of(will_begin) == DownloadNews("g", OURS, "a.pdf")
    assert DownloadNews.of(progress) == DownloadNews("g", state="running", bytes=9)
    progress["params"] = {"guid": "g", "totalBytes": 0, "receivedBytes": 4, "state": "canceled"}
    assert DownloadNews.of(progress) == DownloadNews("g", state="cancelled", bytes=4)
