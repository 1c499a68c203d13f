"""The command line of Chromium."""

import platform
from dataclasses import dataclass
from pathlib import Path

from whatsapp_tasks.browser.page import JSON

FIRST_PAGE = "file:///dev/null"
"""An empty page that counts as a secure context; `about:blank` does not, and has no `userAgentData`."""

# Only the last --disable-features counts, so there is one list. Hidden omnibox pages alone: 52 MB PSS.
DISABLED_FEATURES = (
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "PreloadTopChromeWebUI",
    "Translate",
    "MediaRouter",
    "OptimizationHints",
    "BackForwardCache",
)

FLAGS = (
    # memory, each measured: 396 MB PSS and 159 MB anonymous become 312 and 87 on a light page
    "--js-flags=--optimize-for-size",
    "--enable-features=NetworkServiceInProcess2",
    "--disable-features=" + ",".join(DISABLED_FEATURES),
    "--disable-software-rasterizer",
    "--disable-gpu",
    "--disable-extensions",
    # a container's /dev/shm holds 64 MB
    "--disable-dev-shm-usage",
    # the browser contacts no server except the page's
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-breakpad",
    "--disable-crashpad-for-testing",  # two processes that outlive the browser, in groups of their own
    "--metrics-recording-only",
    "--no-pings",
    # nothing waits for a person
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-search-engine-choice-screen",
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--disable-prompt-on-repost",
    "--deny-permission-prompts",
    "--noerrdialogs",
    "--password-store=basic",
    "--mute-audio",
    # timers of a hidden page run on time
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    # a port would be open to every user of the machine; a pipe alone sets navigator.webdriver to true
    "--remote-debugging-pipe",
    "--disable-blink-features=AutomationControlled",
    "--log-level=2",
)

BLOCK_FLAGS = ("--disable-remote-fonts",)
# Not `imagesEnabled=false`: it stops pictures that the page makes itself as well (`blob:`, measured with
# Chromium 156), and the preview of a picture reads its size from such a one: it would never come.
_PICTURES = ("jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "ico", "bmp")
_FONTS_AND_MEDIA = ("woff", "woff2", "ttf", "otf", "mp4", "webm", "mp3", "m4a", "ogg", "opus", "wav")
BLOCKED_URLS = tuple(f"*.{ending}{tail}" for ending in (*_PICTURES, *_FONTS_AND_MEDIA) for tail in ("", "?*"))
"""Pictures from the network cost 65 MB on a page full of them. An upload's address has no such ending."""

NETWORK_URLS = tuple(f"{scheme}://*" for scheme in ("http", "https", "ws", "wss", "ftp"))


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """Options for opening a browser."""

    profile: Path
    """Chromium's `--user-data-dir`; it holds the login."""
    headless: bool
    no_sandbox: bool
    """Chromium refuses to run as root with its sandbox."""
    chromium: Path
    chromedriver: Path
    driver_cache: Path
    """Folder for our patched copy of the driver."""
    viewport: tuple[int, int]
    """Width and height of the page, in CSS pixels."""
    language: str = "en-US"
    block_resources: bool = True
    """Whether images, web fonts and media are left out."""
    extra_args: tuple[str, ...] = ()


def profile_flag(profile: Path) -> str:
    """The flag that names the profile, and by which its processes are found."""
    return f"--user-data-dir={profile.absolute()}"


def chromium_command(options: BrowserOptions, user_agent: str) -> list[str]:
    """The whole command line; nothing is added to it later."""
    width, height = options.viewport
    command = [
        str(options.chromium),
        *FLAGS,
        profile_flag(options.profile),
        f"--window-size={width},{height}",
        f"--lang={options.language}",
        # also for workers and requests, which commands to the page do not affect
        f"--user-agent={user_agent}",
    ]
    if options.headless:
        command += ["--headless=new", "--screen-info={1920x1080}"]
    if options.no_sandbox:
        command += ["--no-sandbox", "--test-type"]
    if options.block_resources:
        command += BLOCK_FLAGS
    return [*command, *options.extra_args, FIRST_PAGE]


def user_agent(version: str) -> str:
    """The user agent of a windowed Chromium of this version; headless sends `HeadlessChrome`.

    WhatsApp Web answers `HeadlessChrome` with its page for unsupported browsers. Chromium sends a fixed
    platform, and only the major version ("user agent reduction").
    """
    major = version.partition(".")[0]
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major}.0.0.0 Safari/537.36"
    )


def user_agent_metadata(version: str, brands: list[dict[str, str]]) -> dict[str, JSON]:
    """The other user agent data of a windowed Chromium; a custom `--user-agent` would empty it.

    `brands` are those the page sees: `{"brand": …, "version": …}`.
    """
    real = [brand for brand in brands if "Headless" not in brand["brand"]]
    full = [
        {
            "brand": brand["brand"],
            "version": version if version.startswith(f"{brand['version']}.") else f"{brand['version']}.0.0.0",
        }
        for brand in real
    ]
    machine = platform.machine()
    return {
        "brands": real,
        "fullVersionList": full,
        "platform": "Linux",
        "platformVersion": "",
        "architecture": "arm" if machine.startswith(("arm", "aarch")) else "x86",
        "bitness": "64" if "64" in machine else "32",
        "model": "",
        "mobile": False,
        "wow64": False,
        "formFactors": ["Desktop"],
    }
