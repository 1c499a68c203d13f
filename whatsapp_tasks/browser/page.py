"""The seam between this service and a browser: the actions on a page. No element handle crosses it.

Every method that takes a deadline raises

- `BrowserDied` if browser, renderer or driver is gone,
- `BrowserTimeout` if no answer came within 0.8 s after the deadline: give an action more time than the
  page's own scripts ever take at once,
- `WaitTimeout` if the deadline passed while the page was alive and answering,
- `PageError` if the browser refuses a command or gives an unexpected answer, and `PageChanged` if the
  document was replaced, or a dialog of the page appeared, during the command.

No other errors cross it, except a ValueError if a method says so.

After the first two, the browser is not running any more; the others do not change it. An action whose
deadline has passed before it begins raises `WaitTimeout` and does nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.downloads import Downloaded, DownloadLimits
from whatsapp_tasks.browser.memory import TreeMemory
from whatsapp_tasks.domain.typing_plan import Stroke

__all__ = ["JSON", "Page", "Stroke"]

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""A value passed into the page or returned from it."""


MouseButton = Literal["left", "right"]


class Page(Protocol):
    """One page of one browser. Not thread-safe, except `kill`, `alive` and `memory`."""

    @property
    def browser_version(self) -> str:
        """For example `156.0.8078.79`."""

    @property
    def driver_version(self) -> str:
        """The same of what drives the browser."""

    def goto(self, url: str, deadline: Deadline) -> None:
        """Open `url`; return when its document is parsed (not everything need be loaded).

        Raises `PageError` if the address cannot be reached.
        """

    def reload(self, deadline: Deadline) -> None:
        """Load the document again; return like `goto`."""

    def evaluate(self, function: str, *args: JSON, deadline: Deadline) -> JSON:
        """The result of the JavaScript `function`, for example `(a, b) => a + b`; it may be async.

        It sees the DOM but none of the page's own variables, and the page sees none of its. `undefined` and
        values that JSON cannot represent are returned as None, half a surrogate pair as U+FFFD.

        Raises `PageError` if it throws; `PageChanged` if the document was replaced while it ran, or a dialog
        of the page appeared: then it is not known how much of it ran, but it does not run twice.
        """

    def wait_for(self, function: str, *args: JSON, deadline: Deadline) -> JSON:
        """The first truthy value that `function` (see `evaluate`) returns.

        It is called at once, after every change of the DOM and every 250 ms, and continues in the new
        document if the page navigates.

        Raises `WaitTimeout` if no truthy value came, `PageError` if it throws.
        """

    def run_at_start(self, script: str, deadline: Deadline) -> str:
        """Run `script`, in the world of `evaluate`, at the start of every later document, before the page's
        own scripts. Pass the returned name to `forget_at_start`.
        """

    def forget_at_start(self, name: str, deadline: Deadline) -> None:
        """Later documents begin without this script again."""

    def set_cookie(
        self, name: str, value: str, url: str, *, domain: str, seconds: float, deadline: Deadline
    ) -> None:
        """Set a cookie for `url` and its `domain`, for so many seconds, without using the page."""

    def shut_off(self, deadline: Deadline) -> None:
        """From the next document on, run no scripts of the page and load nothing from a network."""

    def type(self, strokes: Iterable[Stroke], deadline: Deadline) -> None:
        """Type into the focused element: `ComposeInput` makes sure that this is the right box.

        `key` strokes are one printable ASCII character each, as key events; `insert` any text at once, as an
        input method does; `newline` is Shift+Enter. Raises ValueError for another character as a key.
        """

    def press_enter(self, deadline: Deadline) -> None:
        """Press Enter, without modifiers."""

    def press_key(self, key: str, deadline: Deadline, modifiers: int = 0) -> None:
        """Press a key by its DOM name: `Escape`, `Backspace`, `ArrowDown`, `a`; also `Control+A`.

        `modifiers` are the protocol's bits: 1 Alt, 2 Control, 4 Meta, 8 Shift.
        """

    def click(
        self, x: float, y: float, deadline: Deadline, *, button: MouseButton = "left", times: int = 1
    ) -> None:
        """Move the mouse to a point of the viewport, in CSS pixels, and click; twice is a double click."""

    def give_file(self, path: Path, function: str, *args: JSON, deadline: Deadline) -> bool:
        """Hand the file at ``path`` to the `<input type=file>` that ``function`` (see `evaluate`) returns;
        False if it returns null. The browser reads the file itself.
        """

    def choose_file(
        self,
        path: Path,
        press: Callable[[], None],
        function: str,
        *args: JSON,
        deadline: Deadline,
        chosen: Callable[[], None],
    ) -> bool:
        """Hand over the file at ``path`` when ``press`` makes the page open a file chooser, which is not
        shown: to the input that the page opened it for, and only if ``function`` (input, …) says that this
        one may have it. ``chosen`` is called while the chooser is open. False if no such chooser came.
        """

    def download(
        self, folder: Path, press: Callable[[], None], limits: DownloadLimits, deadline: Deadline
    ) -> Downloaded:
        """The file that the page lets the browser save after ``press``: written into ``folder``, which is
        empty and nobody else's, under a name of the browser's. At all other times downloads are refused.

        Raises DownloadStopped.
        """

    def scroll(self, x: float, y: float, down: float, deadline: Deadline) -> None:
        """Turn the mouse wheel over a point of the viewport; ``down`` in CSS pixels, negative for up."""

    def close_other_tabs(self, deadline: Deadline) -> int:
        """Close the tabs and windows that this page has opened: they would cover it. Returns how many."""

    def screenshot(
        self, deadline: Deadline, *, scale: float = 1.0, quality: int = 60, png: bool = False
    ) -> bytes:
        """The viewport as JPEG, or as PNG."""

    def held(self, deadline: Deadline) -> AbstractContextManager[None]:
        """A block in which all processes of the browser stand still, so that its files do not change.

        Raises WaitTimeout if they do not stop by the deadline, or if the block took longer; they go on then.
        """

    def memory(self) -> TreeMemory:
        """The memory of browser and driver now. Raises `BrowserDied` if they are gone."""

    def alive(self) -> bool:
        """Whether the processes exist; does not use the page."""

    def close(self, deadline: Deadline) -> bool:
        """End the browser so that its profile is complete on disk; by force after the deadline. Whether it
        ended by itself.

        Never raises for a browser that has already ended; may be called again.
        """

    def kill(self) -> None:
        """End browser and driver at once. From any thread; may be called again."""
