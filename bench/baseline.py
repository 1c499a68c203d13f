"""What the campaign of faults shows without our ledger: a plain Celery task that sends.

As one would write it at first: ``acks_late``, prefetch 1, recovery by the broker's visibility timeout; the
same browser, the same typing, the same wait for the tick; no ledger, no claim, no look into the chat. For
``python -m bench.faults_baseline`` only.
"""

import os
from pathlib import Path

from celery import Celery

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.processes import sweep_orphans
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.phones import same_number
from whatsapp_tasks.domain.typing_plan import Stroke
from whatsapp_tasks.errors import BrowserError

VISIBILITY_TIMEOUT_SECONDS = 5

app = Celery("baseline", broker=os.environ.get("REDIS_URL"))
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue="baseline",
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        "unacked_restore_interval": 1,
        "unacked_mutex_expire": 5,
    },
)

_page: list[WhatsAppPage] = []


@app.task(name="baseline.send", autoretry_for=(BrowserError,), max_retries=8, default_retry_delay=2)
def send(phone: str, text: str) -> None:
    """Opens the chat, types, presses Enter, waits for the tick; retried when the browser fails."""
    page = _ensure_page()
    page.until(_main_page, Deadline.within(60))
    page.open_chat_inside(phone, Deadline.within(10))

    def right_chat(snapshot: PageSnapshot) -> Chat | None:
        chat = snapshot.chat
        return chat if chat and chat.compose and same_number(chat.title, phone) else None

    chat = page.until(right_chat, Deadline.within(30))
    before = {bubble.id for bubble in chat.bubbles}
    assert chat.compose is not None
    keys = page.page
    keys.click(chat.compose.x, chat.compose.y, Deadline.within(5))
    keys.press_key("Control+a", Deadline.within(5))
    keys.press_key("Backspace", Deadline.within(5))
    keys.type([Stroke("insert", text, 0)], Deadline.within(30))
    keys.press_enter(Deadline.within(5))

    def acknowledged(snapshot: PageSnapshot) -> bool | None:
        bubbles = snapshot.chat.bubbles if snapshot.chat else ()
        new = [bubble for bubble in bubbles if bubble.id not in before and bubble.outgoing]
        return True if any(bubble.tick not in (None, "pending") for bubble in new) else None

    page.until(acknowledged, Deadline.within(20))


def _main_page(snapshot: PageSnapshot) -> bool | None:
    return True if kind_of(snapshot) is PageKind.MAIN else None


def _ensure_page() -> WhatsAppPage:
    if _page and _page[0].page.alive():
        return _page[0]
    data = Path(os.environ["WHATSAPP_DATA_DIR"]).resolve()
    profile = data / "profiles" / "default"
    sweep_orphans(profile)
    options = BrowserOptions(
        profile=profile,
        headless=True,
        no_sandbox=os.geteuid() == 0,
        chromium=Path("/usr/bin/chromium"),
        chromedriver=Path("/usr/bin/chromedriver"),
        driver_cache=data / "driver",
        viewport=(1366, 768),
    )
    page = WhatsAppPage(open_page(options, Deadline.within(60)), os.environ["WHATSAPP_URL"], load_selectors())
    page.open(Deadline.within(60))
    _page[:] = [page]
    return page
