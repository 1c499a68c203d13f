"""WhatsApp Web as an object: reading the page and acting on it, without decisions."""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from whatsapp_tasks.browser.chats_on_page import ChatsOnPage
from whatsapp_tasks.browser.compose_input import Box, ComposeInput, MayGoOn
from whatsapp_tasks.browser.deadlines import SIGN_OF_LIFE_SECONDS, Deadline
from whatsapp_tasks.browser.look_script import look_script, parts_script
from whatsapp_tasks.browser.page import JSON, Page
from whatsapp_tasks.browser.page_language import PageLanguage
from whatsapp_tasks.browser.readings import reading
from whatsapp_tasks.browser.selectors import Selectors
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.open_chat import ChatMark
from whatsapp_tasks.domain.page_controls import Button, PhoneEntry
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.phones import digits
from whatsapp_tasks.domain.raw_snapshot import page_snapshot_from
from whatsapp_tasks.domain.typing_plan import Stroke
from whatsapp_tasks.errors import SelectorsInvalid, WaitTimeout

T = TypeVar("T")

BUBBLES_LOOKED_AT = 60

# The app listens for clicks on the anchor itself and opens the chat without a reload (docs/whatsapp-web.md,
# 3). The anchor is never painted and is removed at once.
_CLICK_ANCHOR = """(href) => {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.style.display = "none";
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  return true;
}"""

# Kept as JSON text like "4915112345678:12@c.us" while a device is registered.
_OWN_PHONE = """() => {
  const kept = localStorage.getItem("last-wid-md") || "";
  const found = /^"?(\\d{7,15})[:@]/.exec(kept);
  return found ? found[1] : null;
}"""

_CONTROL = """(selectors, wordings) => {
  for (const css of selectors) {
    const found = [...document.querySelectorAll(css)].filter((node) => {
      const words = (node.getAttribute("aria-label") || node.textContent).toLowerCase();
      return !wordings.length || wordings.some((part) => words.includes(part.toLowerCase()));
    });
    if (!found.length) continue;
    const box = found.at(-1).getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }
  return null;
}"""


# A look is returned as JSON text: the driver would sort the keys of an object, which could then not be
# compared with the next look.
@cache
def _look_text_script() -> str:
    return f"(config, limit, rows) => JSON.stringify(({look_script()})(config, limit, rows))"


@cache
def _changed_script() -> str:
    return (
        f"(config, limit, rows, before) => {{ const now = ({_look_text_script()})(config, limit, rows); "
        "return now === before ? null : now; }"
    )


class WhatsAppPage:
    """One page at ``origin``, seen through ``selectors``. Raises the BrowserErrors of the page below it.

    ``language``: the one it is kept in, see PageLanguage.
    """

    def __init__(self, page: Page, origin: str, selectors: Selectors, language: str = "") -> None:
        self.page = page
        self._origin = origin
        self._language = PageLanguage(page, origin, language)
        self.selectors = selectors
        self._input = ComposeInput(page, lambda: self._config)
        self.chats = ChatsOnPage(page, lambda: self._config)

    @property
    def selectors(self) -> Selectors:
        return self._selectors

    @selectors.setter
    def selectors(self, selectors: Selectors) -> None:
        self._selectors = selectors
        self._config: dict[str, JSON] = selectors.for_script()

    def open(self, deadline: Deadline) -> None:
        self._language.pin(deadline)
        self.page.goto(self._origin + "/", deadline)

    def look(
        self, deadline: Deadline, *, rows: bool = False, bubbles: int = BUBBLES_LOOKED_AT
    ) -> PageSnapshot:
        """The current state of the page; with ``rows`` including the chat list, in the same command. Of the
        open chat the last ``bubbles``.
        """
        return _snapshot(self._look_text(deadline, rows=rows, bubbles=bubbles))

    def until(
        self,
        wanted: Callable[[PageSnapshot], T | None],
        deadline: Deadline,
        *,
        rows: bool = False,
        bubbles: int = BUBBLES_LOOKED_AT,
    ) -> T:
        """The first result of ``wanted`` that is not None; it is called at once and after each change of the
        page, with what ``look`` returns for the same ``rows`` and ``bubbles``.

        Raises WaitTimeout if the deadline passes first.
        """
        text = self._look_text(deadline, rows=rows, bubbles=bubbles)
        while True:
            answer = wanted(_snapshot(text))
            if answer is not None:
                return answer
            try:
                text = cast(
                    "str",
                    self.page.wait_for(
                        _changed_script(),
                        self._config,
                        bubbles,
                        rows,
                        text,
                        deadline=deadline.capped(SIGN_OF_LIFE_SECONDS),
                    ),
                )
            except WaitTimeout:
                if deadline.passed:
                    raise

    def open_chat_inside(self, phone: str, deadline: Deadline) -> None:
        """Asks the running app for the chat with ``phone``; only while the page is in its main state."""
        self.page.evaluate(
            _CLICK_ANCHOR, self._chat_url(phone), deadline=deadline.capped(SIGN_OF_LIFE_SECONDS)
        )

    def open_chat_by_url(self, phone: str, deadline: Deadline) -> None:
        """Reloads the page, at the chat with ``phone``."""
        self._language.pin(deadline)
        self.page.goto(self._chat_url(phone), deadline)

    def press(self, button: Button, deadline: Deadline) -> None:
        self.page.click(button.x, button.y, deadline)

    def focus(self, mark: ChatMark, deadline: Deadline, box: Box = "compose") -> None:
        """Clicks into the box of the chat with this mark: `ComposeInput.focus`."""
        self._input.focus(mark, deadline, box)

    def clear_compose(self, mark: ChatMark, deadline: Deadline, box: Box = "compose") -> None:
        """Empties the box of the chat with this mark: `ComposeInput.clear`."""
        self._input.clear(mark, deadline, box)

    def type_text(
        self, strokes: Iterable[Stroke], mark: ChatMark, deadline: Deadline, box: Box = "compose"
    ) -> None:
        """Types into the empty box of the chat with this mark: `ComposeInput.type_text`."""
        self._input.type_text(strokes, mark, deadline, box)

    def press_enter(
        self, mark: ChatMark, text: str, deadline: Deadline, may_go_on: MayGoOn = lambda _: None
    ) -> None:
        """Enter, if the compose box of the chat with this mark holds ``text``: `ComposeInput.press_enter`."""
        self._input.press_enter(mark, text, deadline, may_go_on)

    def press_send(
        self, mark: ChatMark, text: str, deadline: Deadline, may_go_on: MayGoOn = lambda _: None
    ) -> None:
        """The same by the send button: `ComposeInput.press_send`."""
        self._input.press_send(mark, text, deadline, may_go_on)

    def open_message_menu(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        """Opens the menu of a message: `ComposeInput.open_message_menu`."""
        self._input.open_message_menu(mark, bubble, deadline)

    def press_reply(self, mark: ChatMark, deadline: Deadline) -> None:
        """Presses "Reply" in the open menu: `ComposeInput.press_reply`."""
        self._input.press_reply(mark, deadline)

    def press_download(self, mark: ChatMark, deadline: Deadline) -> None:
        """Presses "Download" in the open menu: `ComposeInput.press_download`."""
        self._input.press_download(mark, deadline)

    def press_fetch(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        """Has the page load a bubble's file: `ComposeInput.press_fetch`."""
        self._input.press_fetch(mark, bubble, deadline)

    def reply_beside(self, mark: ChatMark, bubble: str, deadline: Deadline) -> None:
        """Replies without the menu: `ComposeInput.reply_beside`."""
        self._input.reply_beside(mark, bubble, deadline)

    def disarm_reply(self, mark: ChatMark, deadline: Deadline) -> None:
        """Takes away what stands armed: `ComposeInput.disarm_reply`."""
        self._input.disarm_reply(mark, deadline)

    def press_attach(self, mark: ChatMark, deadline: Deadline) -> None:
        """Opens or closes the menu of files: `ComposeInput.press_attach`."""
        self._input.press_attach(mark, deadline)

    def choose_file(
        self, mark: ChatMark, kind: FileKind, path: Path, deadline: Deadline, chosen: Callable[[], None]
    ) -> None:
        """Gives a file to the open menu: `ComposeInput.choose_file`."""
        self._input.choose_file(mark, kind, path, deadline, chosen)

    def press_send_file(
        self, mark: ChatMark, caption: str, deadline: Deadline, may_go_on: MayGoOn = lambda _: None
    ) -> None:
        """The send button of the preview, if its caption is this one: `ComposeInput.press_send`."""
        self._input.press_send(mark, caption, deadline, may_go_on, "caption")

    def parts(self, deadline: Deadline, selectors: Selectors | None = None) -> dict[str, dict[str, int]]:
        """How often each variant of each element is found; -1 for an invalid selector."""
        elements = {name: dict(css) for name, css in (selectors or self._selectors).elements.items()}
        counts = cast(
            "dict[str, dict[str, int]]", self.page.evaluate(parts_script(), elements, deadline=deadline)
        )
        # in the order in which they are tried: the driver sorts what comes back
        with reading("The page's count of its elements"):
            return {name: {each: counts[name][each] for each in css} for name, css in elements.items()}

    def check_selectors(self, selectors: Selectors, deadline: Deadline) -> None:
        """Raises SelectorsInvalid, which names the entry, if the browser does not understand a selector."""
        for name, variants in self.parts(deadline, selectors).items():
            for variant, count in variants.items():
                if count < 0:
                    raise SelectorsInvalid(
                        f"elements.{name}.{variant}.css: the browser knows no such selector."
                    )

    def until_control(self, element: str, text: str | None, deadline: Deadline) -> Button:
        """The last control of this name, once there is one; with ``text``, one with such a text."""
        wordings = [part for parts in self._selectors.texts[text].values() for part in parts] if text else []
        found = self.page.wait_for(
            _CONTROL, list(self._selectors.elements[element].values()), wordings, deadline=deadline
        )
        point = cast("dict[str, float]", found)
        with reading("The page's answer about a control"):
            return Button(text or element, point["x"], point["y"])

    def names_of(self, text: str) -> frozenset[str]:
        """Names of the known texts in ``text``, in any language."""
        said = _plain(text)
        return frozenset(
            name
            for name, by_language in self._selectors.texts.items()
            if any(_plain(part) in said for parts in by_language.values() for part in parts)
        )

    def enter_phone(self, entry: PhoneEntry, phone: str, deadline: Deadline) -> None:
        """Types the phone, in international form, into the input for a pairing code."""
        self.page.click(entry.x, entry.y, deadline)
        self.page.press_key("Control+a", deadline)
        self.page.press_key("Backspace", deadline)
        self.page.type([Stroke("key", character, 0) for character in phone], deadline)

    def own_phone(self, deadline: Deadline) -> str | None:
        """Digits of the linked account's phone, from the app's storage (docs/whatsapp-web.md, 1.3: B)."""
        found = self.page.evaluate(_OWN_PHONE, deadline=deadline)
        return found if isinstance(found, str) else None

    def screenshot(self, deadline: Deadline, *, scale: float = 1.0) -> bytes:
        """A JPEG of the page."""
        return self.page.screenshot(deadline, scale=scale)

    def _chat_url(self, phone: str) -> str:
        return f"{self._origin}/send?phone={digits(phone)}"

    def _look_text(self, deadline: Deadline, *, rows: bool = False, bubbles: int = BUBBLES_LOOKED_AT) -> str:
        soon = deadline.capped(SIGN_OF_LIFE_SECONDS)
        return cast(
            "str", self.page.evaluate(_look_text_script(), self._config, bubbles, rows, deadline=soon)
        )


# Half of a surrogate pair, as JSON.stringify writes it: a page may cut a name in the middle of an emoji.
# Neither Redis nor a log accepts it. "\\\\" is matched first, because what follows it is no escape.
_HALF = re.compile(r"(\\\\)|\\ud[89a-f][0-9a-f]{2}")


def _snapshot(text: str) -> PageSnapshot:
    with reading("What the look returned"):
        if "\\ud" in text:
            text = _HALF.sub(lambda found: found[1] or "\\ufffd", text)
        return page_snapshot_from(json.loads(text))


def _plain(text: str) -> str:
    """The form in which the look compares words: lower case, one kind of apostrophe."""
    return text.lower().translate(_APOSTROPHES)


_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc", "'''")
