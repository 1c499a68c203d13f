"""The browser that is measured."""

import os
from pathlib import Path

from whatsapp_tasks.browser.driver import BrowserOptions


def options_in(folder: Path) -> BrowserOptions:
    """A browser whose profile and driver live in ``folder``."""
    return BrowserOptions(
        profile=folder / "profile",
        headless=True,
        no_sandbox=os.geteuid() == 0,
        chromium=Path("/usr/bin/chromium"),
        chromedriver=Path("/usr/bin/chromedriver"),
        driver_cache=folder / "driver",
        viewport=(1400, 800),
    )
