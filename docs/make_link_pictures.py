"""Takes the pictures of docs/passkeys.md, in the visible browser of ``link --here`` at the simulator's pages.

``python -m docs.make_link_pictures`` writes them to docs/images; it needs Xvfb (``make screen``).
"""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.browser import options_in
from tests.support.passkeys import HOST, add_passkey
from tests.support.screen import screen
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.browser.window import open_window
from whatsapp_tasks.domain.page_controls import Button
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot

IMAGES = Path(__file__).parent / "images"
SECONDS = 60.0
PAINTED_SECONDS = 0.5
"""What a page shows is painted a moment later."""


def within() -> Deadline:
    return Deadline.within(SECONDS)


def take(page: WhatsAppPage, name: str) -> None:
    time.sleep(PAINTED_SECONDS)
    (IMAGES / f"link-{name}.jpg").write_bytes(page.page.screenshot(within(), scale=0.75, quality=75))


def go_on(snapshot: PageSnapshot) -> Button | None:
    return snapshot.passkey.go if snapshot.passkey else None


def confirm(snapshot: PageSnapshot) -> Button | None:
    return snapshot.passkey.confirm if snapshot.passkey else None


def play(page: WhatsAppPage, simulator: Simulator) -> None:
    """A person links their phone."""
    add_passkey(page.page)
    page.open(within())
    page.until(lambda snapshot: snapshot.qr, within())
    take(page, "qr")
    simulator.scenario("passkey_required", after="code")
    simulator.link()
    button = page.until(go_on, within())
    take(page, "passkey")
    page.press(button, within())
    button = page.until(confirm, within())
    take(page, "code")
    page.press(button, within())
    page.until(lambda snapshot: kind_of(snapshot) is PageKind.MAIN or None, within())
    take(page, "chats")


def main() -> None:
    with screen() as display, Simulator() as simulator, tempfile.TemporaryDirectory() as folder:
        os.environ["DISPLAY"] = display
        simulator.chat(
            "+4915112345678", "Ada", [{"text": "Yes, at the usual table.", "mine": True, "status": "read"}]
        )
        simulator.chat("+4915112345679", "Bakery", [{"text": "Your order is ready."}])
        options = replace(
            options_in(Path(folder)), headless=False, block_resources=False, viewport=(1120, 620)
        )
        url = simulator.page_url.replace("127.0.0.1", HOST)
        page = WhatsAppPage(open_window(options, within()), url, load_selectors(), "en-US")
        try:
            play(page, simulator)
        finally:
            page.page.kill()


if __name__ == "__main__":
    main()
