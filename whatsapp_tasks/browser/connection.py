"""The interface of a `ChromePage` to the transport of the DevTools protocol."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.downloads import DownloadNews
from whatsapp_tasks.browser.memory import TreeMemory
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.errors import PageChanged, PageError


class Answer(dict[str, Any]):
    """The result of one command; nested objects are of the same class.

    A missing key raises PageChanged if the answer is empty, PageError otherwise, never KeyError: ChromeDriver
    gives up a command, and answers nothing, if the page opens a dialog meanwhile.
    """

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> Self:
        """The answer with all its parts."""
        return cls({key: cls.of(part) if isinstance(part, dict) else part for key, part in result.items()})

    def __missing__(self, key: str) -> Any:
        if not self:
            raise PageChanged("The page opened a dialog while the browser was asked")
        raise PageError(f"The answer of the browser has no {key}")


class Connection(Protocol):
    """A browser with one page. Every command ends soon after its deadline, by force if need be.

    Raises the errors of `whatsapp_tasks.browser.page`.
    """

    browser_version: str
    driver_version: str

    def send(self, method: str, params: Mapping[str, JSON], deadline: Deadline) -> Answer:
        """The result of one command of the protocol."""

    def navigate(self, url: str, deadline: Deadline) -> None:
        """Begin to load `url`, without waiting for it."""

    def forget_choosers(self) -> None:
        """What pages asked files for until now is not waited for."""

    def next_chooser(self, deadline: Deadline) -> int | None:
        """The backend node for which the page asks for a file; None if it does not by the deadline."""

    def forget_downloads(self) -> None:
        """What the browser said of downloads until now is not waited for."""

    def next_download_news(self, deadline: Deadline) -> DownloadNews | None:
        """What the browser says next of a download; None if nothing by the deadline."""

    def held(self, deadline: Deadline) -> AbstractContextManager[None]:
        """See `Page.held`."""

    def memory(self) -> TreeMemory:
        """See `Page.memory`."""

    def alive(self) -> bool:
        """See `Page.alive`."""

    def close(self, deadline: Deadline) -> bool:
        """See `Page.close`."""

    def kill(self) -> None:
        """See `Page.kill`."""
