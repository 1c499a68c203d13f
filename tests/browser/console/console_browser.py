"""An operator's browser: headless Chromium at the console page, through plain selenium."""

import base64
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

T = TypeVar("T")
AXE = Path(__file__).with_name("vendor") / "axe.min.js"
DESKTOP = (1280, 900)
PHONE = (390, 844)
NARROWEST = (320, 640)
PATIENCE_SECONDS = 30.0


class ConsoleBrowser:
    """What an operator does and sees."""

    def __init__(self, base: str) -> None:
        options = ChromeOptions()
        options.binary_location = os.environ.get("WHATSAPP_CHROMIUM", "/usr/bin/chromium")
        for argument in (
            "--headless=new",
            "--hide-scrollbars",
            "--no-proxy-server",
            "--disable-dev-shm-usage",
        ):
            options.add_argument(argument)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = Chrome(
            options, Service(os.environ.get("WHATSAPP_CHROMEDRIVER", "/usr/bin/chromedriver"))
        )
        self._base = base
        self.look_like(DESKTOP)

    def close(self) -> None:
        self.driver.quit()

    # how it looks

    def look_like(self, size: tuple[int, int], *, dark: bool = False) -> None:
        """Width and height of the viewport, and what the operator prefers."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600},
        )
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def picture(self, file: Path, *, whole: bool = True, quality: int = 80) -> None:
        """A JPEG, or a PNG where the name says so, of the viewport or of the whole page."""
        kind = "png" if file.suffix == ".png" else "jpeg"
        params: dict[str, Any] = {"format": kind, "captureBeyondViewport": whole}
        if kind == "jpeg":
            params["quality"] = quality
        if whole:
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            params["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        answer = self.driver.execute_cdp_cmd("Page.captureScreenshot", params)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(answer["data"]))

    def overflow(self) -> int:
        """By how many pixels the page is wider than the viewport."""
        script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.driver.execute_script(script))

    # what is done

    def go(self, path: str) -> None:
        self.driver.get(self._base + path)

    def log_in(self, key_id: str, secret: str) -> None:
        self.driver.delete_all_cookies()
        self.go("/login")
        self.type("#key", key_id)
        self.type("#secret", secret)
        self.click("form button")

    def click(self, css: str) -> None:
        """Waits for it, then clicks it."""

        def clicked() -> bool:
            found = self.all(css)
            if not found:
                return False
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[0])
            found[0].click()
            return True

        self.until(clicked, f"{css} to click")

    def type(self, css: str, text: str) -> None:
        self.until(lambda: self.all(css), css)[0].send_keys(text)

    def agree(self, **values: str) -> None:
        """Fills the dialog in and agrees."""
        for name, value in values.items():
            self.type(f"#field-{name}", value)
        self.click("#dialog[open] button[type=submit]")
        self.until(lambda: not self.all("#dialog[open]"), "the dialog closes")

    def open_row(self, message_id: str, section: str = "messages") -> str:
        """Opens a message's details; the selector of its row."""
        row = f"#{section} li[data-key='{message_id}']"
        self.until(lambda: self.all(row), f"the row of {message_id}")
        if not self.all(f"{row} details[open]"):
            self.click(f"{row} summary")
        return row

    # what is seen

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        """The visible text of the first such element, empty when there is none."""
        found = self.all(css)
        return found[0].text if found else ""

    def await_text(self, css: str, text: str, seconds: float = PATIENCE_SECONDS) -> None:
        self.until(lambda: text in self.text(css), f"'{text}' in {css}", seconds)

    def until(self, asked: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
        """The first true answer; elements that the page replaces meanwhile are looked for again."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = asked()
            except (StaleElementReferenceException, WebDriverException) as error:
                answer, problem = None, f" ({type(error).__name__})"
            else:
                problem = ""
            if answer:
                return answer
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}{problem}"
            time.sleep(0.05)

    def shown(self, css: str) -> bool:
        """Whether an image is there and was really loaded."""
        script = (
            "const i = document.querySelector(arguments[0]); return Boolean(i?.complete && i.naturalWidth)"
        )
        return bool(self.driver.execute_script(script, css))

    def messages_of_the_page(self) -> list[str]:
        """What the page wrote to its own log: errors, refused sources."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def violations(self) -> list[str]:
        """What axe finds to be serious or critical, one line each."""
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
        found = self.driver.execute_async_script(
            "const done = arguments[0];"
            "axe.run({resultTypes: ['violations']}).then((r) => done(r.violations),"
            " (e) => done([{id: String(e), impact: 'critical', nodes: []}]))"
        )
        return [
            f"{each['impact']}: {each['id']}: {node['html'][:150]}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"] or [{"html": ""}]
        ]
