"""Has the page save the file of one message, as a person does: menu of the message, "Download"."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from whatsapp_tasks.browser.deadlines import SIGN_OF_LIFE_SECONDS, Deadline
from whatsapp_tasks.browser.downloads import Downloaded, DownloadLimits
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.received_media import MediaState, MediaStatus, download_seconds
from whatsapp_tasks.domain.received_messages import ReceivedMessage
from whatsapp_tasks.errors import DownloadStopped, InputStopped, WaitTimeout
from whatsapp_tasks.session.chat_reading import ChatLeft, chat_of
from whatsapp_tasks.session.message_menu import MENU_SECONDS, NOT_THERE, close_menu, open_menu
from whatsapp_tasks.session.revealing import revealed

REVEAL_SECONDS = 20.0
LOOK_SECONDS = 3.0
"""Between two looks at the bubble of a file that is being loaded; also for the page to begin."""
MOST_PAGES = 10
"""How often the chat is scrolled up: some 300 messages."""


class NotSaved(Exception):
    """The file was not saved; ``status`` is its end if further tries do not help. ``unanswered``: the load of
    the page that may still save it, at any time; "" if none does.
    """

    def __init__(self, state: MediaState, reason: str, unanswered: str = "") -> None:
        super().__init__(reason)
        self.status = MediaStatus(state, reason)
        self.unanswered = unanswered


class GivenUp(Exception):
    """A message to be sent came first. ``unanswered`` as in NotSaved."""

    def __init__(self, unanswered: str = "") -> None:
        super().__init__("A message to be sent came first.")
        self.unanswered = unanswered


def saved_file(
    page: WhatsAppPage,
    message: ReceivedMessage,
    folder: Path,
    *,
    most_bytes: int,
    may_go_on: Callable[[], bool],
) -> Downloaded:
    """The file of ``message``, whose chat is open, in ``folder``, unless ``may_go_on`` ends it. Raises
    NotSaved, GivenUp, ChatLeft, SendPostponed and the page's BrowserErrors.
    """
    mark = mark_of(page.look(Deadline.within(SIGN_OF_LIFE_SECONDS)))
    if mark is None:
        raise ChatLeft
    bubble = revealed(page, message.bubble_id, pages=MOST_PAGES, seconds=REVEAL_SECONDS)
    if bubble is None:
        raise NotSaved(MediaState.FAILED, "not_found")
    saving = _Saving(page, mark, bubble, download_seconds(most_bytes), may_go_on)
    try:
        saved = saving.by_menu(folder, most_bytes)
        if saved is None and bubble.file is not None and bubble.file.offered:
            saving.load()
            saved = saving.by_menu(folder, most_bytes)
    except InputStopped as error:
        raise NotSaved(MediaState.FAILED, "blocked") from error
    if saved is None:
        raise NotSaved(MediaState.FAILED, "not_offered")
    return saved


class _Saving:
    """Of one message in view, within so many seconds."""

    def __init__(
        self,
        page: WhatsAppPage,
        mark: ChatMark,
        bubble: Bubble,
        seconds: float,
        may_go_on: Callable[[], bool],
    ) -> None:
        self._page, self._mark, self._bubble = page, mark, bubble
        self._may_go_on = may_go_on
        self._deadline = Deadline.within(seconds)
        self._next_look = 0.0

    def by_menu(self, folder: Path, most_bytes: int) -> Downloaded | None:
        """None if the menu has no "Download"; then it is closed."""
        page, mark = self._page, self._mark
        try:
            open_menu(page, mark, self._bubble.id)
            self._pressed()
            limits = DownloadLimits(most_bytes, self._deadline.remaining(), self._is_wanted)
            press = partial(page.press_download, mark, self._deadline.capped(MENU_SECONDS))
            return page.page.download(folder, press, limits, self._deadline)
        except InputStopped as error:
            if error.reason not in NOT_THERE:
                raise
            close_menu(page, mark)
            return None
        except DownloadStopped as error:
            if error.reason == "too_large":
                raise NotSaved(MediaState.SKIPPED, "too_large") from error
            if error.reason == "given_up":
                raise GivenUp(mark.document) from error
            unanswered = mark.document if error.reason == "not_begun" else ""
            raise NotSaved(MediaState.FAILED, error.reason, unanswered) from error

    def load(self) -> None:
        """Has the page load the file, by the control in its bubble, until that ends."""
        self._page.press_fetch(self._mark, self._bubble.id, self._deadline.capped(MENU_SECONDS))
        self._pressed()
        while self._is_wanted():
            try:
                self._page.until(self._is_loaded, self._deadline.capped(LOOK_SECONDS))
                return
            except WaitTimeout:
                if self._deadline.passed:
                    raise NotSaved(MediaState.FAILED, "late") from None
        raise GivenUp

    def _pressed(self) -> None:
        self._next_look = time.monotonic() + LOOK_SECONDS

    def _is_wanted(self) -> bool:
        """False if something comes first. Raises NotSaved once the page offers the file again, as it
        does when it could not load it.
        """
        if not self._may_go_on():
            return False
        if time.monotonic() >= self._next_look:
            self._pressed()
            file = self._shown(self._page.look(Deadline.within(SIGN_OF_LIFE_SECONDS))).file
            if file is not None and file.offered and not file.upload:
                raise NotSaved(MediaState.EXPIRED, "gone")
        return True

    def _is_loaded(self, snapshot: PageSnapshot) -> bool | None:
        file = self._shown(snapshot).file
        return None if file is not None and (file.offered or file.upload) else True

    def _shown(self, snapshot: PageSnapshot) -> Bubble:
        """The message as it is shown now. Raises ChatLeft."""
        bubbles = chat_of(snapshot, self._mark).bubbles
        return next((each for each in bubbles if each.id == self._bubble.id), self._bubble)
