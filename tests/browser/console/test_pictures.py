"""The pictures in docs/console.md, taken of a real run: ``make test-console``."""

import contextlib
import os
import time
from pathlib import Path

import pytest
import requests

from tests.browser.console.conftest import FLOWER_LOGIN, FLOWER_PORT, Scene
from tests.browser.console.console_browser import DESKTOP
from tests.browser.console.seeds import seed_day, seed_dead_letter
from tests.support.stack import eventually
from whatsapp_tasks.queues import messages_queue

FOLDER = os.environ.get("CONSOLE_PICTURES", "")

LOGIN = (FLOWER_LOGIN.split(":")[0], FLOWER_LOGIN.split(":")[1])

pytestmark = pytest.mark.skipif(not FOLDER, reason="pictures are taken by `make test-console`")


def test_pictures_for_the_docs(scene: Scene) -> None:
    browser, stack, folder = scene.browser, scene.stack, Path(FOLDER)
    now_ms = int(time.time() * 1000)
    seed_day(stack.database, now_ms)
    seed_dead_letter(stack.database, "orders", now_ms - 3_600_000)

    browser.look_like((1280, 640))
    browser.go("/")
    scene.unlink()
    browser.until(lambda: browser.shown(".qr img"), "the QR code")
    browser.driver.execute_script("scrollTo(0, 0)")
    browser.picture(folder / "console-link.jpg", whole=False, quality=72)
    scene.ensure_linked()

    for phone in ("+4915112345678", "+34600111222", "+12025550101", "+12025550102", "+4915112345679"):
        message = scene.client.send(phone, "for the picture", idempotency_key=f"{phone} {now_ms}")["id"]
        stack.await_status(message, "read", "failed", "unknown", "delivered")
    browser.click("[data-action=pause]")
    browser.until(lambda: browser.all("#dialog[open]"), "the dialog")
    browser.agree(note="New phone on Monday")
    browser.await_text(".banner.warn", "Ann")
    browser.open_row(message)
    doubtful = browser.until(lambda: browser.all("#doubt li"), "a message in doubt")[0]
    browser.open_row(str(doubtful.get_attribute("data-key")), "doubt")
    if not browser.all(".failure[open]"):
        browser.click(".failure summary")
    browser.until(lambda: browser.shown(".failure img"), "the picture of the failure")
    browser.until(lambda: not browser.all(".notice .banner"), "the notice is gone")

    for name, size, dark in (
        ("desktop", (1280, 1160), False),
        ("dark", (1280, 700), True),
        ("phone", (390, 1500), False),
    ):
        browser.look_like(size, dark=dark)
        browser.driver.execute_script("scrollTo(0, 0)")
        time.sleep(0.3)
        browser.picture(folder / f"console-{name}.jpg", whole=False, quality=72)
    browser.look_like(DESKTOP)
    browser.click("[data-action=resume]")


def test_a_picture_of_flower_with_a_pause_by_its_cancel_consumer(scene: Scene) -> None:
    """Flower's page of the worker; its "cancel consumer" makes a pause that the console shows."""
    browser, stack = scene.browser, scene.stack
    scene.ensure_linked()
    flower = f"http://127.0.0.1:{FLOWER_PORT}"
    stack.run("flower")

    def worker() -> str:
        with contextlib.suppress(requests.RequestException):
            answer = requests.get(f"{flower}/api/workers?refresh=1", auth=LOGIN, timeout=10)
            return next(iter(answer.json()), "") if answer.ok else ""
        return ""

    name = eventually(worker, "Flower knows the worker")
    assert requests.get(f"{flower}/api/workers", timeout=5).status_code == 401
    browser.look_like((1500, 640))
    browser.driver.get(f"http://{FLOWER_LOGIN}@127.0.0.1:{FLOWER_PORT}/worker/{name}")
    show_queues = (
        "[...document.querySelectorAll('a, button')].find((e) => e.textContent.trim() === 'Queues').click()"
    )
    browser.driver.execute_script(show_queues)
    queue = messages_queue("default")
    browser.until(lambda: queue in browser.driver.page_source, "the send queue in Flower")
    time.sleep(1)
    browser.picture(Path(FOLDER) / "flower.jpg", whole=False, quality=72)

    answer = requests.post(
        f"{flower}/api/worker/queue/cancel-consumer/{name}",
        params={"queue": queue},
        auth=LOGIN,
        timeout=20,
    )
    assert answer.ok, answer.text
    browser.look_like(DESKTOP)
    browser.go("/")
    browser.await_text(".banner.warn", "remote control (Flower or celery)")
    message = scene.client.send("+4915112345678", "revoked in Flower")["id"]
    answer = requests.post(f"{flower}/api/task/revoke/{message}", auth=LOGIN, timeout=20)
    assert answer.ok, answer.text
    row = browser.open_row(message)
    browser.await_text(f"{row} summary .badge", "cancelled")
    assert "revoked" in browser.text(f"{row} .timeline")
    browser.click("[data-action=resume]")
    browser.until(lambda: not browser.all(".banner.warn"), "it is resumed")
    last = scene.client.send(
        "+4915112345678", "after the revoked one", idempotency_key=f"last {time.time()}"
    )["id"]
    stack.await_status(last, "sent", "delivered", "read")
    assert "revoked in Flower" not in [each.text for each in stack.simulator.messages()]
