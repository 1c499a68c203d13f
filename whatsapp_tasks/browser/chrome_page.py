"""A `Page` over the DevTools protocol, independent of its transport."""

import base64
import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from whatsapp_tasks.browser.chrome_options import NETWORK_URLS
from whatsapp_tasks.browser.connection import Connection
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.downloads import Downloaded, DownloadLimits
from whatsapp_tasks.browser.following_downloads import allow_downloads, follow, refuse_downloads
from whatsapp_tasks.browser.isolated_world import IsolatedWorld
from whatsapp_tasks.browser.keyboard import events_of_key, events_of_stroke
from whatsapp_tasks.browser.main_frame import main_frame
from whatsapp_tasks.browser.memory import TreeMemory
from whatsapp_tasks.browser.page import JSON, MouseButton, Stroke
from whatsapp_tasks.browser.readings import reading
from whatsapp_tasks.errors import BrowserDied, PageChanged, PageError, WaitTimeout

_COMMIT_POLL_S = 0.02
_STROKE_S = 10.0
_CHOOSER_S = 5.0
"""From a press to the chooser that it opens: it does so at once."""
_RELEASE_S = 5.0
_PARSED = "() => document.readyState !== 'loading'"


class ChromePage:
    """See `whatsapp_tasks.browser.page.Page`."""

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        """Prepare the page for our scripts."""
        self._connection = connection
        self._world = IsolatedWorld(connection, deadline)

    @property
    def browser_version(self) -> str:
        """See `Page`."""
        return self._connection.browser_version

    @property
    def driver_version(self) -> str:
        """See `Page`."""
        return self._connection.driver_version

    def goto(self, url: str, deadline: Deadline) -> None:
        """See `Page`."""
        _require_time(deadline)
        self._give_up_navigation(deadline)
        before = main_frame(self._connection, deadline)
        self._connection.navigate(url, deadline)
        document, fragment, _ = url.partition("#")
        if fragment and document == before.url:
            return  # another position in the same document
        self._wait_for_document_after(before.loader, deadline)

    def reload(self, deadline: Deadline) -> None:
        """See `Page`."""
        _require_time(deadline)
        self._give_up_navigation(deadline)
        before = main_frame(self._connection, deadline).loader
        self._connection.send("Page.reload", {}, deadline)
        self._wait_for_document_after(before, deadline)

    def evaluate(self, function: str, *args: JSON, deadline: Deadline) -> JSON:
        """See `Page`."""
        _require_time(deadline)
        return self._world.evaluate(function, args, deadline)

    def wait_for(self, function: str, *args: JSON, deadline: Deadline) -> JSON:
        """See `Page`."""
        _require_time(deadline)
        return self._world.wait_for(function, args, deadline)

    def run_at_start(self, script: str, deadline: Deadline) -> str:
        """See `Page`."""
        _require_time(deadline)
        return self._world.run_at_start(script, deadline)

    def forget_at_start(self, name: str, deadline: Deadline) -> None:
        """See `Page`."""
        _require_time(deadline)
        self._connection.send("Page.removeScriptToEvaluateOnNewDocument", {"identifier": name}, deadline)

    def set_cookie(
        self, name: str, value: str, url: str, *, domain: str, seconds: float, deadline: Deadline
    ) -> None:
        """See `Page`."""
        _require_time(deadline)
        self._connection.send(
            "Network.setCookie",
            {
                "name": name,
                "value": value,
                "url": url,
                "domain": domain,
                "path": "/",
                "secure": url.startswith("https:"),
                "expires": time.time() + seconds,
            },
            deadline,
        )

    def shut_off(self, deadline: Deadline) -> None:
        """See `Page`."""
        _require_time(deadline)
        self._connection.send("Emulation.setScriptExecutionDisabled", {"value": True}, deadline)
        self._connection.send("Network.enable", {"maxTotalBufferSize": 0}, deadline)
        self._connection.send("Network.setBlockedURLs", {"urls": list(NETWORK_URLS)}, deadline)

    def type(self, strokes: Iterable[Stroke], deadline: Deadline) -> None:
        """See `Page`."""
        for stroke in strokes:
            _require_time(deadline)
            for method, params in events_of_stroke(stroke):
                # The deadline is for the whole text; a page that needs so long for one key hangs.
                self._connection.send(method, params, deadline.capped(_STROKE_S))
            if stroke.pause_ms > 0:
                time.sleep(min(stroke.pause_ms / 1000, deadline.remaining()))

    def press_enter(self, deadline: Deadline) -> None:
        """See `Page`."""
        self.press_key("Enter", deadline)

    def press_key(self, key: str, deadline: Deadline, modifiers: int = 0) -> None:
        """See `Page`."""
        _require_time(deadline)
        for method, params in events_of_key(key, modifiers):
            self._connection.send(method, params, deadline)

    def click(
        self, x: float, y: float, deadline: Deadline, *, button: MouseButton = "left", times: int = 1
    ) -> None:
        """See `Page`."""
        _require_time(deadline)
        at: dict[str, JSON] = {"x": x, "y": y}
        self._mouse({"type": "mouseMoved", **at}, deadline)
        for count in range(1, times + 1):
            held: dict[str, JSON] = {**at, "button": button, "clickCount": count}
            self._mouse({"type": "mousePressed", "buttons": 1 if button == "left" else 2, **held}, deadline)
            self._mouse({"type": "mouseReleased", "buttons": 0, **held}, deadline)

    def scroll(self, x: float, y: float, down: float, deadline: Deadline) -> None:
        """See `Page`."""
        _require_time(deadline)
        self._mouse({"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": down}, deadline)

    def close_other_tabs(self, deadline: Deadline) -> int:
        """See `Page`."""
        _require_time(deadline)
        ours = main_frame(self._connection, deadline).id  # a page's id is that of its main frame
        answer = self._connection.send("Target.getTargets", {}, deadline)
        with reading("The browser's list of its tabs"):
            others = [
                target["targetId"]
                for target in answer["targetInfos"]
                if target["type"] == "page" and target["targetId"] != ours
            ]
        for other in others:
            with contextlib.suppress(PageError):  # it has gone meanwhile, and was still in the list
                self._connection.send("Target.closeTarget", {"targetId": other}, deadline)
        return len(others)

    def screenshot(
        self, deadline: Deadline, *, scale: float = 1.0, quality: int = 60, png: bool = False
    ) -> bytes:
        """See `Page`."""
        _require_time(deadline)
        params: dict[str, JSON] = {"format": "png"} if png else {"format": "jpeg", "quality": quality}
        if scale != 1.0:
            seen = self._connection.send("Page.getLayoutMetrics", {}, deadline)["cssVisualViewport"]
            with reading("The browser's answer about the viewport"):
                params["clip"] = {
                    "x": seen["pageX"],
                    "y": seen["pageY"],
                    "width": seen["clientWidth"],
                    "height": seen["clientHeight"],
                    "scale": scale,
                }
        answer = self._connection.send("Page.captureScreenshot", params, deadline)
        with reading("The browser's picture of the page"):
            return base64.b64decode(answer["data"])

    def give_file(self, path: Path, function: str, *args: JSON, deadline: Deadline) -> bool:
        """See `Page`."""
        _require_time(deadline)
        handle = self._world.find(function, args, deadline)
        if handle is not None:
            self._set_file(handle, path, deadline)
        return handle is not None

    def choose_file(
        self,
        path: Path,
        press: Callable[[], None],
        function: str,
        *args: JSON,
        deadline: Deadline,
        chosen: Callable[[], None],
    ) -> bool:
        """See `Page`."""
        _require_time(deadline)
        self._connection.send("Page.setInterceptFileChooserDialog", {"enabled": True}, deadline)
        try:
            self._connection.forget_choosers()
            press()
            node = self._connection.next_chooser(deadline.capped(_CHOOSER_S))
            if node is None:
                return False
            chosen()
            handle = self._world.accept(node, function, args, deadline)
            if handle is None:
                return False
            self._set_file(handle, path, deadline)
            return True
        finally:
            # In a browser that is gone there is nothing to switch off.
            with contextlib.suppress(PageChanged, WaitTimeout, BrowserDied):
                soon = Deadline.within(_RELEASE_S)
                self._connection.send("Page.setInterceptFileChooserDialog", {"enabled": False}, soon)

    def _set_file(self, handle: str, path: Path, deadline: Deadline) -> None:
        files: dict[str, JSON] = {"files": [str(path)], "objectId": handle}
        self._connection.send("DOM.setFileInputFiles", files, deadline)

    def download(
        self, folder: Path, press: Callable[[], None], limits: DownloadLimits, deadline: Deadline
    ) -> Downloaded:
        """See `Page`."""
        _require_time(deadline)
        allow_downloads(self._connection, folder, deadline)
        try:
            self._connection.forget_downloads()
            press()
            return follow(self._connection, folder, limits, deadline)
        finally:
            # In a browser that is gone there is nothing to switch off.
            with contextlib.suppress(PageChanged, WaitTimeout, BrowserDied):
                refuse_downloads(self._connection, Deadline.within(_RELEASE_S))

    def held(self, deadline: Deadline) -> contextlib.AbstractContextManager[None]:
        """See `Page`."""
        return self._connection.held(deadline)

    def memory(self) -> TreeMemory:
        """See `Page`."""
        return self._connection.memory()

    def alive(self) -> bool:
        """See `Page`."""
        return self._connection.alive()

    def close(self, deadline: Deadline) -> bool:
        """See `Page`."""
        return self._connection.close(deadline)

    def kill(self) -> None:
        """See `Page`."""
        self._connection.kill()

    def _mouse(self, event: dict[str, JSON], deadline: Deadline) -> None:
        self._connection.send("Input.dispatchMouseEvent", event, deadline)

    def _give_up_navigation(self, deadline: Deadline) -> None:
        """Stop a running navigation, which would delay the next commands. It may have just ended."""
        with contextlib.suppress(PageChanged):
            self._connection.send("Page.stopLoading", {}, deadline)

    def _wait_for_document_after(self, loader: str, deadline: Deadline) -> None:
        while (frame := main_frame(self._connection, deadline)).loader == loader:
            if deadline.passed:
                raise WaitTimeout("The new document did not come")
            time.sleep(_COMMIT_POLL_S)
        if frame.unreachable:
            raise PageError("The address cannot be reached")
        self.wait_for(_PARSED, deadline=deadline)


def _require_time(deadline: Deadline) -> None:
    """Without time for an answer, do not ask the browser, so that it is not killed for not answering."""
    if deadline.passed:
        raise WaitTimeout("The deadline had passed before the browser was asked")
