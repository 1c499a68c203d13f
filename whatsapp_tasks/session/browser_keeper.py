"""Keeps one browser open for the account, and opens another when it is gone."""

import logging
import random
from collections.abc import Callable

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.processes import sweep_orphans
from whatsapp_tasks.browser.profile_lock import ProfileLock
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import BrowserError

log = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0


class BrowserKeeper:
    """Owns the account's profile and the browser on it. For the worker's main thread only: the browser's
    processes are tied to the thread that started them.
    """

    def __init__(
        self,
        settings: Settings,
        account: str,
        open_: Callable[[BrowserOptions, Deadline], Page] = open_page,
    ) -> None:
        self._settings = settings
        self._profile = settings.profile_dir(account)
        self._open = open_
        self._selectors = load_selectors(settings.selectors)
        self._lock = ProfileLock(self._profile)
        self._page: WhatsAppPage | None = None
        self._loaded = False
        self.starts = 0

    def take_profile(self) -> None:
        """Locks the profile and ends what a killed worker left running on it; raises BrowserStartFailed."""
        self._profile.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        swept = sweep_orphans(self._profile)
        if swept:
            log.warning("Ended processes that a killed worker left behind", extra={"processes": swept})

    def ensure(self) -> WhatsAppPage:
        """The page, at WhatsApp Web; raises BrowserErrors of starting and opening."""
        page = self._page
        if page is None or not page.page.alive():
            self.discard()
            settings = self._settings
            page = WhatsAppPage(
                self._open(self._options(), Deadline.within(settings.start_timeout_seconds)),
                settings.origin,
                self._selectors,
            )
            self._page, self._loaded = page, False
            self.starts += 1
            log.info("Browser started", extra={"browser_version": page.page.browser_version})
        if not self._loaded:
            page.open(Deadline.within(self._settings.boot_timeout_seconds))
            self._loaded = True
        return page

    @property
    def running(self) -> Page | None:
        """The page if there is one, without starting any."""
        return self._page.page if self._page is not None else None

    def discard(self) -> None:
        """Ends the browser by force."""
        if self._page is not None:
            self._page.page.kill()
            self._page = None

    def restart(self) -> None:
        """Ends the browser in order, so that its profile is complete; the next ``ensure`` opens another."""
        if self._page is not None:
            try:
                self._page.page.close(Deadline.within(CLOSE_SECONDS))
            except BrowserError:
                self._page.page.kill()
            self._page = None

    def close(self) -> None:
        self.restart()
        self._lock.release()

    def _options(self) -> BrowserOptions:
        settings = self._settings
        return BrowserOptions(
            profile=self._profile,
            headless=settings.headless,
            no_sandbox=settings.no_sandbox,
            chromium=settings.chromium,
            chromedriver=settings.chromedriver,
            driver_cache=settings.driver_cache,
            # the blueprint's viewport: 1366 + rand(100) x 768 + rand(100)
            viewport=(1366 + random.randrange(100), 768 + random.randrange(100)),
            language=settings.language,
        )
