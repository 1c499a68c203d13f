"""What the tests do to the page, and nothing of the service: selectors stand as in the spec."""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from selenium.webdriver import Chrome

from whatsapp_simulator.testing import Simulator

T = TypeVar("T")

COMPOSE = '#main footer div[contenteditable="true"][role="textbox"]'


class WhatsAppPage:
    def __init__(self, browser: Chrome, simulator: Simulator) -> None:
        self.browser = browser
        self.simulator = simulator

    def js(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(script, *arguments)

    def wait(self, what: str, condition: Callable[[], T], seconds: float = 30.0) -> T:
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                text = self.js("return document.body.innerText")[:600]
                raise AssertionError(f"{what} did not come within {seconds} s; the page says: {text}")
            time.sleep(0.03)

    def has(self, selector: str) -> bool:
        return bool(self.js("return document.querySelector(arguments[0]) !== null", selector))

    def wait_for(self, selector: str, seconds: float = 30.0) -> None:
        self.wait(selector, lambda: self.has(selector), seconds)

    def wait_gone(self, selector: str, seconds: float = 30.0) -> None:
        self.wait(f"not {selector}", lambda: not self.has(selector), seconds)

    def text(self, selector: str) -> str:
        return str(self.js("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def attribute(self, selector: str, name: str) -> str | None:
        value = self.js(
            "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null", selector, name
        )
        return None if value is None else str(value)

    def click(self, selector: str) -> None:
        self.browser.find_element("css selector", selector).click()

    # --- steps ----------------------------------------------------------------------------------------------

    def open(self, path: str = "/") -> None:
        self.browser.get(self.simulator.page_url + path)

    def forget_device(self) -> None:
        """As a fresh profile."""
        self.open()
        self.js("localStorage.clear()")

    def link(self) -> None:
        """Opens the page, scans, and waits for the chats."""
        self.open()
        self.wait_for("div[data-ref]")
        self.simulator.link(ref=self.attribute("div[data-ref]", "data-ref"))
        self.wait_for("#pane-side")

    def open_chat(self, phone: str, text: str = "") -> None:
        """
        By the anchor, without a reload (§3). "Starting chat" may still lie over the chat and keeps Enter from
        the box (§11.6), so its end is waited for.
        """
        self.js(
            """const a = document.createElement("a");
            a.href = arguments[0];
            document.body.append(a); a.click(); a.remove();""",
            f"{self.simulator.page_url}/send?phone={phone}&text={quote(text)}",
        )
        self.wait("the chat", lambda: self._is_open(phone) and self.has(COMPOSE))

    def _is_open(self, phone: str) -> bool:
        screens = self.simulator.pages()
        return any(each.get("chat") == phone and each.get("popup") != "starting_chat" for each in screens)

    def play(self, name: str, **parameters: object) -> None:
        """Switches on a scenario that the page itself plays, and waits until the page knows of it."""
        self.simulator.scenario(name, **parameters)
        known = """const [name, done] = arguments;
            import("/_sim/static/js/state.js").then(({ state }) => done(name in state.scenarios));"""
        self.wait(name, lambda: self.browser.execute_async_script(known, name))

    def insert(self, text: str) -> None:
        """Types as the service does: insertText per line, Shift+Enter between."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.press_enter(shift=True)
            if line:
                self.browser.execute_cdp_cmd("Input.insertText", {"text": line})

    def press_enter(self, *, shift: bool = False) -> None:
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "modifiers": 8 if shift else 0}
        self.browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **key})
        self.browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **key})

    def press(self, key: str) -> None:
        """A key that makes no character."""
        for kind in ("rawKeyDown", "keyUp"):
            event = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": {"Escape": 27}[key]}
            self.browser.execute_cdp_cmd("Input.dispatchKeyEvent", event)

    def boxed(self) -> str:
        """The text in the compose box, as a reader of the DOM sees it."""
        return str(self.js("return document.querySelector(arguments[0]).innerText", COMPOSE))

    def errors(self) -> list[str]:
        """Errors of the page's console since the last call."""
        return [entry["message"] for entry in self._log() if entry["level"] == "SEVERE"]

    def _log(self) -> list[dict[str, Any]]:
        return list(self.browser.get_log("browser"))  # type: ignore[no-untyped-call]
