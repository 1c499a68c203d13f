"""The page under test: the real `WhatsAppPage` in a real browser, in front of the simulator."""

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from tests.support.page_context import page_context
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Chat, ChatRow
from whatsapp_tasks.domain.open_chat import ChatMark, mark_of
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of
from whatsapp_tasks.domain.typing_plan import typing_plan
from whatsapp_tasks.errors import InputStopped
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.opening import open_chat
from whatsapp_tasks.session.watching import Watcher

T = TypeVar("T")
SECONDS = 20.0


class Stage:
    """One page in one skin."""

    def __init__(self, whatsapp: WhatsAppPage, simulator: Simulator, era: str, lang: str) -> None:
        self.whatsapp = whatsapp
        self.simulator = simulator
        self.era = era
        self.lang = lang
        self.titles: dict[str, str] = {}
        self._loaded_under_a_scenario = False

    def __repr__(self) -> str:
        return f"{self.era}-{self.lang}"

    # the page as a whole

    def begin(self, **settings: object) -> None:
        """A device nobody has linked; the page is at its link screen, or on its way there."""
        self.titles.clear()
        self.context.opened = None
        self.whatsapp.page.goto("about:blank", within())  # otherwise the page reloads itself unnoticed
        self.simulator.reset(era=self.era, lang=self.lang, sync_ms=50, boot_ms=50, **settings)
        self.whatsapp.open(within())

    def link(self) -> None:
        self.kind(PageKind.QR)
        self.simulator.link(ref=self.whatsapp.look(within()).qr)
        self.kind(PageKind.MAIN)

    def tidy(self) -> None:
        """Back to the chats, with nothing over them; with a reload if the page does not get there by
        itself.
        """
        self.simulator.clear_scenarios()
        snapshot = self.whatsapp.look(within())
        if kind_of(snapshot) is not PageKind.MAIN or popup_of(snapshot) is not Popup.NONE:
            self.whatsapp.open(within())
        self.kind(PageKind.MAIN)

    def set_look(self, **settings: object) -> None:
        """Settings on which pages reload; loaded here, so that no reload comes later."""
        self.whatsapp.page.goto("about:blank", within())
        self.simulator.set(**settings)
        self.reload()
        self.kind(PageKind.MAIN)

    def load_with(self, scenario: str, **parameters: object) -> None:
        """Loads the page under a scenario of its start. Elsewhere meanwhile: some make it reload itself."""
        self.whatsapp.page.goto("about:blank", within())
        self._loaded_under_a_scenario = True
        self.simulator.scenario(scenario, **parameters)
        self.reload()

    def leave(self) -> None:
        """Ends the scenarios of a test, and the page with those that it was loaded under."""
        if self._loaded_under_a_scenario:  # the end of some makes it reload itself too
            self.whatsapp.page.goto("about:blank", within())
            self._loaded_under_a_scenario = False
        self.simulator.clear_scenarios()

    def loaded_at(self) -> JSON:
        """When the document was loaded."""
        return self.whatsapp.page.evaluate("() => performance.timeOrigin", deadline=within())

    def reload(self) -> None:
        self.whatsapp.open(within())

    def look(self) -> PageSnapshot:
        return self.whatsapp.look(within())

    def rows(self) -> tuple[ChatRow, ...]:
        """What the chat list shows now."""
        return self.whatsapp.look(within(), rows=True).rows or ()

    def until_rows(self, wanted: Callable[[tuple[ChatRow, ...]], T | None]) -> T:
        """The first answer of ``wanted``, asked of the chat list again and again."""
        deadline = within()
        while (answer := wanted(self.rows())) is None:
            assert not deadline.passed, f"the chat list shows {self.rows()}"
        return answer

    def kind(self, kind: PageKind) -> PageSnapshot:
        """The page once it is of this kind."""
        return self.until(lambda s: s if kind_of(s) is kind else None)

    def popup(self, popup: Popup) -> PageSnapshot:
        """The page once this stands over it."""
        return self.until(lambda s: s if popup_of(s) is popup else None)

    def says(self, text: str) -> PageSnapshot:
        """The page once it shows one of the known texts of this name, wherever such a text counts."""
        return self.until(lambda s: s if text in s.texts else None)

    def until(self, wanted: object) -> PageSnapshot:
        return self.whatsapp.until(wanted, within())  # type: ignore[arg-type]

    # chats

    def open_chat(self, phone: str, *, fresh: bool = False) -> Chat:
        """As the service opens it."""
        return open_chat(self.context, self.whatsapp, phone, fresh=fresh)

    def send(self, phone: str, text: str) -> Bubble:
        """Opens the chat, types, presses Enter; the new bubble."""
        self.open_chat(phone)
        known = {bubble.id for bubble in self.chat().bubbles}
        mark = self.mark()
        self.whatsapp.focus(mark, within())
        self.whatsapp.clear_compose(mark, within())
        self.whatsapp.type_text(typing_plan(text, lambda _low, _high: 0.0), mark, within(60))
        self.whatsapp.press_enter(mark, text, within())
        snapshot = self.until(lambda s: s if _new(s, known) else None)
        bubble = _new(snapshot, known)
        assert bubble is not None
        return bubble

    def mark(self) -> ChatMark:
        """Of the chat that is open now."""
        mark = mark_of(self.look())
        assert mark is not None
        return mark

    def take_focus(self) -> ChatMark:
        """Of the box of the open chat, again and again where something else keeps it; the chat's mark."""
        mark, deadline = self.mark(), within()
        while True:
            try:
                self.whatsapp.focus(mark, within())
            except InputStopped:
                if deadline.passed:
                    raise
            else:
                return mark

    def insert(self, text: str) -> None:
        """Into the box of the open chat, as if it had been there before."""
        self.whatsapp.focus(self.mark(), within())
        self.whatsapp.page.evaluate(
            "(text) => document.execCommand('insertText', false, text)", text, deadline=within()
        )

    def chat(self) -> Chat:
        chat = self.look().chat
        assert chat is not None
        return chat

    def ticked(self, bubble: Bubble, tick: str) -> Bubble:
        """The bubble once it bears this tick."""

        def found(snapshot: PageSnapshot) -> Bubble | None:
            bubbles = snapshot.chat.bubbles if snapshot.chat else ()
            return next((b for b in bubbles if b.id == bubble.id and b.tick == tick), None)

        return self.whatsapp.until(found, within())

    # the service around it

    @cached_property
    def context(self) -> AccountContext:
        """As much of an account as opening chats needs; nobody was written to before."""
        return page_context(
            lambda phone, title: self.titles.update({title: phone}),
            open_chat_timeout_seconds=30.0,
            boot_timeout_seconds=20.0,
            popup_second_look_seconds=0.2,
        )

    def watcher(self) -> Watcher:
        return Watcher(self.context)

    def picture(self, name: str) -> None:
        """Keeps a picture of the page in the folder PICTURES, if that is set: for people to look at."""
        folder = os.environ.get("PICTURES")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            picture = self.whatsapp.page.screenshot(within(), png=True)
            Path(folder, f"{self.era}-{self.lang}-{name}.png").write_bytes(picture)


def within(seconds: float = SECONDS) -> Deadline:
    return Deadline.within(seconds)


def _new(snapshot: PageSnapshot, known: set[str]) -> Bubble | None:
    bubbles = snapshot.chat.bubbles if snapshot.chat else ()
    return next((b for b in reversed(bubbles) if b.id not in known and b.outgoing), None)
