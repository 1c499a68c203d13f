"""The chats beyond what one look shows: rows to press, messages to scroll to."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from whatsapp_tasks.browser.deadlines import SIGN_OF_LIFE_SECONDS, Deadline
from whatsapp_tasks.browser.input_scripts import reveal_script, scroll_to_end_script
from whatsapp_tasks.browser.look_script import reading_script
from whatsapp_tasks.browser.page import JSON, Page
from whatsapp_tasks.browser.readings import reading
from whatsapp_tasks.domain.bubbles import Revealed
from whatsapp_tasks.domain.open_chat import ShownChat
from whatsapp_tasks.domain.raw_snapshot import revealed


class ChatsOnPage:
    """Raises the BrowserErrors of ``page``. ``config`` gives the current selectors."""

    def __init__(self, page: Page, config: Callable[[], dict[str, JSON]]) -> None:
        self._page = page
        self._config = config

    def shown(self, deadline: Deadline) -> tuple[ShownChat, ...]:
        """The chats that were open in this load of the page since the first call, the latest last, with the
        bubbles that were mounted there, whether or not a look saw them.
        """
        found = self._read("shown", None, deadline)
        with reading("The page's answer about the chats it has shown"):
            chats = cast("list[dict[str, Any]]", found)
            return tuple(ShownChat(c["node"], c["title"], tuple(c["ids"])) for c in chats)

    def show_row(self, title: str, deadline: Deadline) -> bool:
        """Scrolls the chat list so that the row with this title is in sight; false if none is mounted."""
        return self._read("row", title, deadline) is not None

    def press_row(self, title: str, deadline: Deadline) -> bool:
        """Presses the row of the chat list with this title; of several, one with a badge. False if none is
        mounted.
        """
        found = self._read("row", title, deadline)
        if found is None:
            return False
        with reading("The page's answer about a row"):
            point = cast("dict[str, float]", found)
            x, y = point["x"], point["y"]
        self._page.click(x, y, deadline)
        return True

    def show_list_further(self, deadline: Deadline) -> bool:
        """Scrolls the chat list down by a screen; false at its end."""
        return bool(self._read("list_further", None, deadline))

    def show_list_top(self, deadline: Deadline) -> None:
        """Scrolls the chat list up to its newest chats."""
        self._read("list_top", None, deadline)

    # the messages of the open chat

    def show_older(self, deadline: Deadline) -> bool:
        """Scrolls up to where older messages are fetched; false if the chat does not scroll."""
        return bool(self._read("older", None, deadline))

    def show_newest(self, deadline: Deadline) -> None:
        """Scrolls down to the end, as far as messages are loaded."""
        self._read("newest", None, deadline)

    def show_bubble(self, bubble_id: str, deadline: Deadline) -> None:
        """Scrolls to this bubble: out of sight it may have lost its content."""
        self._read("show", bubble_id, deadline)

    def unfold(self, bubble_id: str, deadline: Deadline) -> bool:
        """Presses "Read more" of this bubble; false if there is none."""
        return bool(self._read("unfold", bubble_id, deadline))

    def reveal(self, bubble_id: str, before: str, deadline: Deadline) -> Revealed:
        """Brings the message with this id into view. If it is not there, the chat is scrolled up, once it
        shows no older message than ``before``, an id.

        Raises WaitTimeout if no older ones come: the chat's beginning is there.
        """
        found = self._page.wait_for(reveal_script(), self._config(), bubble_id, before, deadline=deadline)
        with reading("The page's answer about a message"):
            return revealed(cast("Mapping[str, Any]", found))

    def scroll_to_end(self, deadline: Deadline) -> None:
        """Waits until the newest messages are in view."""
        self._page.wait_for(scroll_to_end_script(), self._config(), deadline=deadline)

    def _read(self, order: str, argument: str | None, deadline: Deadline) -> JSON:
        soon = deadline.capped(SIGN_OF_LIFE_SECONDS)
        return self._page.evaluate(reading_script(), self._config(), order, argument, deadline=soon)
