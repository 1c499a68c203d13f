"""What a picture of the live page costs the worker, and how many bytes it has (docs/hand.md).

    python -m bench.live_picture [--pictures 20]

Against the simulator: 12 chats, one of them open with 25 messages; letters covered, and clear. Medians.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.browser import options_in
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import open_page
from whatsapp_tasks.browser.live_picture import LivePicture
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage

SECONDS = 60.0
CHATS, MESSAGES = 12, 25
PHONE = "+49151123450{:02}"


def _within() -> Deadline:
    return Deadline.within(SECONDS)


def _show_a_chat(simulator: Simulator, page: Page) -> None:
    whatsapp = WhatsAppPage(page, simulator.page_url.rstrip("/"), load_selectors(None))
    whatsapp.open(_within())
    simulator.link(timeout_seconds=SECONDS)
    for chat in range(CHATS):
        texts = [f"Message {n} of a chat, with some words in it" for n in range(MESSAGES)]
        messages = [{"text": text, "at": n, "mine": n % 2 == 0} for n, text in enumerate(texts)]
        simulator.chat(PHONE.format(chat), f"Person {chat}", messages)
    whatsapp.until(lambda s: s.chat_pane or None, _within())
    whatsapp.open_chat_inside(PHONE.format(3), _within())
    whatsapp.until(lambda s: (s.chat and s.chat.bubbles) or None, _within())


def _measure(page: Page, *, masked: bool, pictures: int) -> str:
    live, sizes, seconds = LivePicture(page, masked=masked), [], []
    for _ in range(pictures):
        begun = time.monotonic()
        sizes.append(len(live.take(_within())))
        seconds.append(time.monotonic() - begun)
    milliseconds = statistics.median(seconds) * 1000
    return (
        f"{'covered' if masked else 'clear'}: {statistics.median(sizes):,.0f} bytes, {milliseconds:.0f} ms\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=20)
    pictures = parser.parse_args().pictures
    with tempfile.TemporaryDirectory() as folder, Simulator(era="E3") as simulator:
        page = open_page(options_in(Path(folder)), _within())
        try:
            _show_a_chat(simulator, page)
            for masked in (True, False):
                sys.stdout.write(_measure(page, masked=masked, pictures=pictures))
        finally:
            page.close(_within())


if __name__ == "__main__":
    main()
