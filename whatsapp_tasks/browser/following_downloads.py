"""Follows one download to its end: what is too large, too slow or not wanted any more is cancelled."""

import contextlib
from pathlib import Path

from whatsapp_tasks.browser.connection import Connection
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.downloads import OF_THE_PAGE, Downloaded, DownloadLimits, DownloadNews
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.errors import DownloadStopped, PageError

ASK_SECONDS = 0.25
CANCEL_SECONDS = 5.0


def allow_downloads(connection: Connection, folder: Path, deadline: Deadline) -> None:
    """From now on what the page offers is saved in ``folder``, under the download's id."""
    params: dict[str, JSON] = {"behavior": "allowAndName", "downloadPath": str(folder), "eventsEnabled": True}
    connection.send("Browser.setDownloadBehavior", params, deadline)


def refuse_downloads(connection: Connection, deadline: Deadline, *, events: bool = False) -> None:
    """From now on nothing that the page offers is saved. With `events` the browser reports them still."""
    connection.send("Browser.setDownloadBehavior", {"behavior": "deny", "eventsEnabled": events}, deadline)


def follow(connection: Connection, folder: Path, limits: DownloadLimits, deadline: Deadline) -> Downloaded:
    """The first file that the page saves in ``folder``. Raises DownloadStopped, and the errors of
    ``limits.may_go_on``; the folder is empty then.
    """
    first: DownloadNews | None = None
    try:
        first = _begun(connection, limits, deadline)
        if not first.url.startswith(OF_THE_PAGE):
            raise DownloadStopped("not_of_the_page")
        _until_complete(connection, first, limits, deadline)
        return Downloaded(folder / first.id, first.name)
    except BaseException:
        try:
            _end(connection, first)
        finally:
            for left in folder.iterdir():
                left.unlink(missing_ok=True)
        raise


def _begun(connection: Connection, limits: DownloadLimits, deadline: Deadline) -> DownloadNews:
    begins = deadline.capped(limits.begin_seconds)
    while not begins.passed:
        news = _next_news(connection, limits, begins)
        if news is not None and news.state == "begun":
            return news
    raise DownloadStopped("not_begun")


def _until_complete(
    connection: Connection, download: DownloadNews, limits: DownloadLimits, deadline: Deadline
) -> None:
    while not deadline.passed:
        news = _next_news(connection, limits, deadline)
        if news is None:
            continue
        if news.id != download.id:
            if news.state == "begun":  # one press, one file
                _cancel(connection, news)
            continue
        if news.bytes > limits.most_bytes:
            raise DownloadStopped("too_large")
        if news.state == "completed":
            return
        if news.state == "cancelled":
            raise DownloadStopped("cancelled")
    raise DownloadStopped("late")


def _next_news(connection: Connection, limits: DownloadLimits, deadline: Deadline) -> DownloadNews | None:
    """What the browser says within a moment, as long as the download is wanted."""
    if not limits.may_go_on():
        raise DownloadStopped("given_up")
    return connection.next_download_news(deadline.capped(ASK_SECONDS))


def _end(connection: Connection, first: DownloadNews | None) -> None:
    """Returns when the browser writes nothing more. What a press began may begin only now: on a busy machine
    the page offers it after we have given up.
    """
    if first is not None:
        _cancel(connection, first)
    refuse_downloads(connection, Deadline.within(CANCEL_SECONDS), events=True)
    while (news := connection.next_download_news(Deadline.within(ASK_SECONDS))) is not None:
        if news.state == "begun":
            _cancel(connection, news)


def _cancel(connection: Connection, download: DownloadNews) -> None:
    """Returns when the browser writes no more of it."""
    deadline = Deadline.within(CANCEL_SECONDS)
    with contextlib.suppress(PageError):  # it has just ended by itself
        connection.send("Browser.cancelDownload", {"guid": download.id}, deadline)
