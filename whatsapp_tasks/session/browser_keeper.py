"""Keeps one browser open for the account, and opens another when it is gone."""

import logging
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.neighbours import require_alone
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.processes import sweep_orphans
from whatsapp_tasks.browser.profile_lock import LOCK_NAME, ProfileLock
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import (
    BrowserDied,
    BrowserError,
    BrowserStartFailed,
    BrowserTimeout,
    StoreError,
)

log = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0
LOGIN_WRITTEN_SECONDS = 6.0
"""Measured: what a page stores outlives even a kill from then on (docs/protection.md)."""


class BrowserKeeper:
    """Owns the account's profile and the browser on it. For the worker's main thread only: the browser's
    processes are tied to the thread that started them.
    """

    def __init__(
        self,
        settings: Settings,
        account: str,
        open_: Callable[[BrowserOptions, Deadline], Page] = open_page,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``count`` gets each cure of the browser by its cause, to keep for good."""
        self._settings = settings
        self._profile = settings.profile_dir(account)
        self._open = open_
        self.selectors = load_selectors()
        """For the next browser; the page check puts overrides here."""
        self._lock = ProfileLock(self._profile)
        self._page: WhatsAppPage | None = None
        self._loaded = False
        self._count = count
        self.before_start: Callable[[], object] = lambda: None
        """Called before each browser is started on the profile; it may refuse by an error."""
        self.before_open: Callable[[], None] = lambda: None
        """Called before a browser opens WhatsApp Web: its start may have taken long."""
        self.after_close: Callable[[], None] = lambda: None
        """Called after a browser was closed in order: its profile is complete then."""
        self._cause = "first"
        self._login_on_disk = 0.0
        self.cures: Counter[str] = Counter()
        """What this worker did to the browser: ``start_first``, ``start_hung``, ``reload_stuck``, …"""

    def take_profile(self) -> None:
        """Locks the profile and ends what a killed worker left running on it.

        Raises BrowserStartFailed, also when other people of this machine could reach the browser's driver.
        """
        if not self._settings.accept_other_users:
            require_alone()
        self._profile.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        swept = sweep_orphans(self._profile)
        if swept:
            log.warning("Ended processes that a killed worker left", extra={"processes": swept})

    def ensure(self) -> WhatsAppPage:
        """The page, at WhatsApp Web; raises BrowserErrors of starting and opening."""
        page = self._page
        if page is None or not page.page.alive():
            self.discard()
            self.before_start()
            settings = self._settings
            page = WhatsAppPage(
                self._open(self._options(), Deadline.within(settings.start_timeout_seconds)),
                settings.origin,
                self.selectors,
                settings.language,
            )
            self._page, self._loaded = page, False
            cause, self._cause = self._cause, "gone"
            self.count(f"start_{cause}")
            log.info("Browser started", extra={"browser_version": page.page.browser_version, "cause": cause})
        if not self._loaded:
            self.before_open()
            page.open(Deadline.within(self._settings.boot_timeout_seconds))
            self._loaded = True
        return page

    @property
    def running(self) -> Page | None:
        """The page if there is one, without starting any."""
        return self._page.page if self._page is not None else None

    @property
    def loaded(self) -> WhatsAppPage | None:
        """The page at WhatsApp Web, if there is one and its browser lives, without starting any."""
        return self._page if self._loaded and self.started else None

    @property
    def started(self) -> bool:
        """Whether there is a browser whose processes live; nothing is asked of the page."""
        return self._page is not None and self._page.page.alive()

    def count(self, cure: str) -> None:
        """Counts something that was done to the browser."""
        self.cures[cure] += 1
        try:
            self._count(cure)
        except StoreError as error:
            log.warning("A cure of the browser was not counted", extra={"cure": cure, "detail": str(error)})

    def failed(self, error: BrowserError) -> None:
        """Remembers why the next browser has to be started. ``gone``, where nobody says: browser or driver
        ended by themselves.
        """
        if isinstance(error, BrowserTimeout):
            self._cause = "hung"
        elif isinstance(error, BrowserDied):
            self._cause = "died"
        elif isinstance(error, BrowserStartFailed):
            self._cause = "start_failed"

    def discard(self) -> None:
        """Ends the browser by force."""
        if self._page is not None:
            self._page.page.kill()
            self._page = None

    def login_is_new(self) -> None:
        """A phone was just linked. Chromium writes the keys to disk in its own time: on a busy machine an
        orderly close within a second has lost them.
        """
        self._login_on_disk = time.monotonic() + LOGIN_WRITTEN_SECONDS

    def restart(self, cause: str) -> None:
        """Ends the browser in order, so that its profile is complete; the next ``ensure`` opens another."""
        self._cause = cause
        if self._page is not None:
            in_order = self._page.page.alive()
            if in_order:
                time.sleep(max(0.0, self._login_on_disk - time.monotonic()))
            try:
                in_order &= self._page.page.close(Deadline.within(CLOSE_SECONDS))
            except BrowserError:
                in_order = False
                self._page.page.kill()
            self._page = None
            sweep_orphans(self._profile)
            if in_order:
                self.after_close()

    def end_at_once(self) -> None:
        """Kills the browser; the next ``ensure`` opens another. From any thread."""
        page = self._page
        if page is not None:
            page.page.kill()

    def forget_login(self) -> None:
        """Ends the browser and deletes what is in its profile: the next one is linked to no phone."""
        self.restart("logout")
        for entry in self._profile.iterdir():
            if entry.name == LOCK_NAME:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def close(self) -> None:
        self.restart("closed")
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
