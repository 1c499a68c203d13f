"""What is set once in a new browser, before its first address."""

from typing import Any

from whatsapp_tasks.browser.chrome_options import (
    BLOCKED_URLS,
    BrowserOptions,
    user_agent,
    user_agent_metadata,
)
from whatsapp_tasks.browser.connection import Connection
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.following_downloads import refuse_downloads
from whatsapp_tasks.browser.page import JSON, Page


def prepare_page(page: Page, connection: Connection, options: BrowserOptions, deadline: Deadline) -> None:
    """Makes the page look like one in a window, refuses downloads, and blocks what ``options`` say. Raises
    BrowserErrors.
    """
    brands: Any = page.wait_for(  # until the first page is there
        "() => navigator.userAgentData?.brands.map(({ brand, version }) => ({ brand, version }))",
        deadline=deadline,
    )
    language = options.language.partition("-")[0]
    override: dict[str, JSON] = {
        "userAgent": user_agent(page.browser_version),
        "acceptLanguage": f"{options.language},{language}" if language != options.language else language,
        "platform": "Linux x86_64",
        "userAgentMetadata": user_agent_metadata(page.browser_version, brands),
    }
    connection.send("Emulation.setUserAgentOverride", override, deadline)
    refuse_downloads(connection, deadline)
    if options.block_resources:
        connection.send("Network.enable", {"maxTotalBufferSize": 0}, deadline)
        connection.send("Network.setBlockedURLs", {"urls": list(BLOCKED_URLS)}, deadline)
    _resize(page, connection, options.viewport, deadline)


def _resize(page: Page, connection: Connection, viewport: tuple[int, int], deadline: Deadline) -> None:
    """Gives the window such a size that the page in it has the size of ``viewport``."""
    seen: Any = page.evaluate("() => [innerWidth, innerHeight]", deadline=deadline)
    window = connection.send("Browser.getWindowForTarget", {}, deadline)
    bounds: dict[str, JSON] = {
        "width": window["bounds"]["width"] + viewport[0] - seen[0],
        "height": window["bounds"]["height"] + viewport[1] - seen[1],
    }
    connection.send("Browser.setWindowBounds", {"windowId": window["windowId"], "bounds": bounds}, deadline)
