"""What a `ChromePage` needs of whatever carries the DevTools protocol to its page."""

from collections.abc import Mapping
from typing import Any, Protocol

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.memory import TreeMemory
from whatsapp_tasks.browser.page import JSON


class Connection(Protocol):
    """A browser with one page. Every command ends soon after its deadline, by force if need be.

    Raises the errors of `whatsapp_tasks.browser.page`.
    """

    browser_version: str
    driver_version: str

    def send(self, method: str, params: Mapping[str, JSON], deadline: Deadline) -> dict[str, Any]:
        """The result of one command of the protocol."""

    def navigate(self, url: str, deadline: Deadline) -> None:
        """Begin to load `url`; does not wait for anything of it."""

    def memory(self) -> TreeMemory:
        """See `Page.memory`."""

    def alive(self) -> bool:
        """See `Page.alive`."""

    def close(self, deadline: Deadline) -> None:
        """See `Page.close`."""

    def kill(self) -> None:
        """See `Page.kill`."""
