"""Navigation inside the page beside a full load for every message, against the simulator.

    python -m bench.navigation [--messages 200] [--numbers 40] [--full-load 40]

One session per era: each message goes through the service's own way into the chat (``session.opening``), its
typing without any pause, Enter, and the wait for the server's tick. What the simulator received must be each
message once, in the right chat, byte for byte. Then the same with the page loaded again for every message.
Then a table of where the time of one message goes (bench/time_of_message.py).
The simulated page boots in 1.5 s, the least the real one's own timers allow (docs/whatsapp-web.md, 1.2).
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bench.browser import options_in
from bench.time_of_message import measure, table
from tests.support.difficult_texts import DIFFICULT_TEXTS
from tests.support.page_context import page_context
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import open_page
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.bubbles import TICK_STATUS
from whatsapp_tasks.domain.intents import Intent, find_intended
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.typing_plan import forms_in_box, typing_plan
from whatsapp_tasks.session.opening import open_chat

BOOT_MS = 1500
SECONDS = 60.0
LONGEST_TEXT = 200
"""Typing is not measured; a long text would only make the run longer."""


class Sender:
    """Sends as the service does, without Redis around it."""

    def __init__(self, page: WhatsAppPage) -> None:
        self._page = page
        self._context = page_context(open_chat_timeout_seconds=SECONDS, boot_timeout_seconds=SECONDS)

    def send(self, phone: str, text: str, *, fresh: bool) -> float:
        """Seconds until the server's tick, without what typing took."""
        page, deadline = self._page, Deadline.within(SECONDS)
        began = time.perf_counter()
        open_chat(self._context, page, phone, fresh=fresh)
        assert self._context.opened is not None
        mark = self._context.opened.mark
        page.focus(mark, deadline)
        typed = time.perf_counter()
        page.type_text(typing_plan(text, lambda _low, _high: 0.0), mark, deadline)
        typed = time.perf_counter() - typed
        ready = page.until(lambda s: _holds(s, text), deadline)
        assert ready.chat is not None
        intent = Intent.before_enter(1, ready.chat.bubbles)
        page.press_enter(mark, text, deadline)
        page.until(lambda s: _arrived(s, intent, text), deadline)
        return time.perf_counter() - began - typed


def _holds(snapshot: PageSnapshot, text: str) -> PageSnapshot | None:
    compose = snapshot.chat.compose if snapshot.chat else None
    return snapshot if compose is not None and compose.text in forms_in_box(text) else None


def _arrived(snapshot: PageSnapshot, intent: Intent, text: str) -> bool | None:
    bubbles = snapshot.chat.bubbles if snapshot.chat else ()
    bubble = find_intended(intent, text, bubbles, settled=False).bubble
    return True if bubble is not None and bubble.tick in TICK_STATUS else None


def run(
    era: str, page: WhatsAppPage, simulator: Simulator, messages: int, numbers: int, *, fresh: bool
) -> list[float]:
    """Seconds of each message; raises AssertionError unless each was received once, in its chat."""
    page.page.goto("about:blank", Deadline.within(SECONDS))
    simulator.reset(era=era, boot_ms=BOOT_MS)
    page.open(Deadline.within(SECONDS))
    page.until(lambda s: s.qr, Deadline.within(SECONDS))
    simulator.link()
    page.until(lambda s: True if kind_of(s) is PageKind.MAIN else None, Deadline.within(SECONDS))
    sender = Sender(page)
    texts = [text for text in DIFFICULT_TEXTS.values() if len(text) < LONGEST_TEXT]
    wanted = [
        (f"4915123{number * 7 % numbers:06d}", f"{number} {texts[number % len(texts)]}")
        for number in range(messages)
    ]
    seconds = [sender.send(f"+{phone}", text, fresh=fresh) for phone, text in wanted]
    received = [(message.chat, message.text) for message in simulator.wait_for_messages(messages)]
    assert received == wanted, f"{era}: {len(received)} received, {len(wanted)} sent, or in another chat"
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description="Navigation inside the page beside full loads.")
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--numbers", type=int, default=40)
    parser.add_argument("--full-load", type=int, default=40, help="messages of the run with full loads")
    parser.add_argument("--parts", type=int, default=40, help="messages of the table of parts, per era")
    parser.add_argument("--eras", nargs="+", default=["E1", "E2", "E3"])
    asked = parser.parse_args()
    print("| era | inside: messages | median s | p95 s | full load: messages | median s | ratio |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, Simulator() as simulator:
        opened = open_page(options_in(Path(folder)), Deadline.within(SECONDS))
        page = WhatsAppPage(opened, simulator.page_url, load_selectors())
        try:
            for era in asked.eras:
                inside = run(era, page, simulator, asked.messages, asked.numbers, fresh=False)
                loaded = run(era, page, simulator, asked.full_load, asked.numbers, fresh=True)
                one, other = statistics.median(inside), statistics.median(loaded)
                p95 = statistics.quantiles(inside, n=20)[-1]
                print(
                    f"| {era} | {asked.messages} to {asked.numbers} numbers | {one:.2f} | {p95:.2f} "
                    f"| {asked.full_load} | {other:.2f} | {other / one:.1f} |",
                    flush=True,
                )
        finally:
            opened.close(Deadline.within(10))
    for era in asked.eras if asked.parts else ():
        print("\n" + table(era, measure(era, asked.parts)), flush=True)


if __name__ == "__main__":
    main()
