"""A phone is linked by a person, in a visible browser of their own; the session goes into an archive.

The person does all that WhatsApp asks in WhatsApp's own page: nothing of it is intercepted, answered or
forged. Here the page is only looked at. Needs no Redis: it runs where the person sits.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from whatsapp_tasks.archives.sealing import pack
from whatsapp_tasks.browser.chrome_options import BrowserOptions
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.session_profile import SessionProfile
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.browser.window import open_window
from whatsapp_tasks.domain.connection import is_calm
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber
from whatsapp_tasks.errors import BrowserDied, PageChanged, PageError, WaitTimeout

START_SECONDS = 60.0
LOOK_SECONDS = 10.0
LOOK_EACH_SECONDS = 0.5
CALM_SECONDS = 10.0
"""The chats are there, and nothing says that they are still loading, for so long. What the page has stored is
on disk after six (measured: docs/sessions.md)."""
CLOSE_SECONDS = 20.0
WINDOW = (1200, 860)


@dataclass(frozen=True)
class PersonLink:
    """``folder``: for the profile, on a disk of the person's own; it is theirs to delete. ``shown`` gets each
    look at the page; ``opened`` the page before it goes to WhatsApp.
    """

    folder: Path
    chromium: Path
    no_sandbox: bool
    origin: str
    language: str
    shown: Callable[[PageSnapshot], None]
    opened: Callable[[WhatsAppPage], None] = lambda _: None

    def archive(self, account: str, recipient: str, target: Path, seconds: float) -> ArchiveHeader:
        """Opens the window, waits for the link, and packs the session into ``target``.

        Raises WaitTimeout if no phone was linked in ``seconds``, BrowserDied if the window was closed before,
        BrowserStartFailed, and OSError.
        """
        profile = self.folder / "profile"
        page = WhatsAppPage(
            open_window(self._options(profile), Deadline.within(START_SECONDS)),
            self.origin,
            load_selectors(),
            self.language,
        )
        try:
            self.opened(page)
            page.open(Deadline.within(START_SECONDS))
            self._await_link(page, Deadline.within(seconds))
            if not page.page.close(Deadline.within(CLOSE_SECONDS)):
                raise BrowserDied("The browser did not close in order; the session may not be whole.")
        finally:
            page.page.kill()
        parts = self.folder / "parts"
        SessionProfile(profile, self.folder / "aside").copy_to(parts)
        version = page.page.browser_version
        about = ArchiveHeader(account, ArchiveNumber(), version, int(time.time() * 1000))
        return pack(parts, about, recipient, target)

    def _options(self, profile: Path) -> BrowserOptions:
        """As the worker's browser: the session goes on there."""
        return BrowserOptions(
            profile=profile,
            headless=False,
            no_sandbox=self.no_sandbox,
            chromium=self.chromium,
            chromedriver=self.chromium,
            driver_cache=self.folder,
            viewport=WINDOW,
            language=self.language,
            block_resources=False,
        )

    def _await_link(self, page: WhatsAppPage, deadline: Deadline) -> None:
        calm_since: float | None = None
        while not deadline.passed:
            try:
                snapshot = page.look(Deadline.within(LOOK_SECONDS))
            except (PageChanged, PageError, WaitTimeout):  # it loads, or the person is in a dialog of it
                calm_since = None
            else:
                self.shown(snapshot)
                calm_since = (calm_since or time.monotonic()) if is_calm(snapshot) else None
                if calm_since is not None and time.monotonic() - calm_since >= CALM_SECONDS:
                    return
            time.sleep(LOOK_EACH_SECONDS)
        raise WaitTimeout("No phone was linked in time.")
