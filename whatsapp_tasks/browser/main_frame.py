"""Which document the page shows now."""

import time
from dataclasses import dataclass

from whatsapp_tasks.browser.connection import Connection
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.readings import reading
from whatsapp_tasks.errors import PageChanged, WaitTimeout

_RETRY_PAUSE_S = 0.005


@dataclass(frozen=True, slots=True)
class MainFrame:
    """The main frame of a page and its document."""

    id: str
    loader: str
    """Changes with each new document."""
    url: str
    """Without its fragment."""
    unreachable: bool
    """Whether the document is the browser's own error page."""


def main_frame(connection: Connection, deadline: Deadline) -> MainFrame:
    """The current document. Asks again if a navigation or a dialog of the page interrupts.

    Raises WaitTimeout if there is no answer by the deadline.
    """
    while True:
        try:
            answer = connection.send("Page.getFrameTree", {}, deadline)
            with reading("The browser's answer about its frames"):
                frame = answer["frameTree"]["frame"]
                return MainFrame(frame["id"], frame["loaderId"], frame["url"], "unreachableUrl" in frame)
        except PageChanged:
            pause_before_retry(deadline)


def pause_before_retry(deadline: Deadline) -> None:
    """Wait a moment for the page. Raises WaitTimeout if the deadline has passed."""
    if deadline.passed:
        raise WaitTimeout
    time.sleep(_RETRY_PAUSE_S)
