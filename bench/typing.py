"""What a character costs on its way into the compose box, and whether the box then holds the text.

    python -m bench.typing [--eras E2 E3] [--rounds 3]

Against the simulator, which treats a text as the real page does (docs/whatsapp-web.md, 12.5): the way of the
service (``browser/compose_input.py``: guard, blocks, pastes) beside the plain one (a key or an insertion for
each grapheme, Shift+Enter for a line break, for whatever has the focus). Medians, without the pauses of
a person, which are 15 ms for each character on average.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import regex

from bench.browser import options_in
from tests.support.page_context import page_context
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import open_page
from whatsapp_tasks.browser.page import Stroke
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_snapshot import Compose
from whatsapp_tasks.domain.open_chat import ChatMark
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.typing_plan import forms_in_box, typing_plan
from whatsapp_tasks.errors import InputStopped
from whatsapp_tasks.session.opening import open_chat

SECONDS = 120.0
TEXTS = {
    "a sentence": "The quick brown fox jumps over the lazy dog, and then it sleeps for an hour. " * 3,
    "other scripts, emoji": "Olá! Привет, Анна 🎉 مرحبا 你好 👨‍👩‍👧‍👦 " * 6,
    "a list of 20": "\n".join(f"{number}. entry of the list" for number in range(1, 21)),
    "emoticons": "well :-) thanks <3 see you (y) " * 8,
    "5,000 characters": "All work and no play makes Jack a dull boy. " * 113 + "The end of it, now.",
}


def plain(text: str) -> Iterator[Stroke]:
    """A key or an insertion for each grapheme, as the service typed before."""
    for grapheme in regex.findall(r"\X", text):
        if grapheme == "\n":
            yield Stroke("newline", grapheme, 0)
        else:
            is_key = len(grapheme) == 1 and " " <= grapheme <= "~"
            yield Stroke("key" if is_key else "insert", grapheme, 0)


def _guarded(page: WhatsAppPage, mark: ChatMark, text: str, deadline: Deadline) -> None:
    page.type_text(typing_plan(text, lambda _low, _high: 0.0), mark, deadline)


def _plain(page: WhatsAppPage, _: ChatMark, text: str, deadline: Deadline) -> None:
    page.page.type(plain(text), deadline)


WAYS: dict[str, Callable[[WhatsAppPage, ChatMark, str, Deadline], None]] = {
    "guarded": _guarded,
    "plain": _plain,
}


def measure(page: WhatsAppPage, mark: ChatMark, way: str, text: str) -> tuple[float, bool]:
    """Milliseconds for each character, and whether the box then held the text."""
    page.focus(mark, Deadline.within(SECONDS))
    page.clear_compose(mark, Deadline.within(SECONDS))
    began = time.perf_counter()
    try:
        WAYS[way](page, mark, text, Deadline.within(SECONDS))
    except InputStopped:
        return float("nan"), False
    taken = time.perf_counter() - began
    return taken * 1000 / len(text), _box(page).text in forms_in_box(text)


def _box(page: WhatsAppPage) -> Compose:
    chat = page.look(Deadline.within(SECONDS)).chat
    assert chat is not None
    assert chat.compose is not None
    return chat.compose


def prepare(page: WhatsAppPage, simulator: Simulator, era: str) -> ChatMark:
    """The page of that era, linked, with a chat open."""
    page.page.goto("about:blank", Deadline.within(SECONDS))
    simulator.reset(era=era, boot_ms=50, sync_ms=50)
    page.open(Deadline.within(SECONDS))
    page.until(lambda s: s.qr, Deadline.within(SECONDS))
    simulator.link()
    page.until(lambda s: True if kind_of(s) is PageKind.MAIN else None, Deadline.within(SECONDS))
    context = page_context(open_chat_timeout_seconds=SECONDS, boot_timeout_seconds=SECONDS)
    open_chat(context, page, "+4915123000001")
    assert context.opened is not None
    return context.opened.mark


def main() -> None:
    parser = argparse.ArgumentParser(description="What a character costs on its way into the box.")
    parser.add_argument("--eras", nargs="+", default=["E1", "E2", "E3"])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print("| era | text | " + " | ".join(f"{way}: ms per character, exact" for way in WAYS) + " |")
    print("|---|---" + "|---" * len(WAYS) + "|")
    with tempfile.TemporaryDirectory() as folder, Simulator() as simulator:
        opened = open_page(options_in(Path(folder)), Deadline.within(SECONDS))
        page = WhatsAppPage(opened, simulator.page_url, load_selectors())
        try:
            for era in asked.eras:
                mark = prepare(page, simulator, era)
                for name, text in TEXTS.items():
                    cells = []
                    for way in WAYS:
                        runs = [measure(page, mark, way, text.strip()) for _ in range(asked.rounds)]
                        cost = statistics.median(run[0] for run in runs)
                        cells.append(f"{cost:.1f}, {'yes' if all(run[1] for run in runs) else 'no'}")
                    print(f"| {era} | {name} | {' | '.join(cells)} |", flush=True)
        finally:
            opened.close(Deadline.within(10))


if __name__ == "__main__":
    main()
