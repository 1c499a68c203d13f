"""What a page wrote last is still there after the browser was closed, on a machine that is busy.

    python -m bench.closes [--times 50] [--busy 8]

Each time a page writes a value to localStorage, a cookie and IndexedDB, the browser is closed at once, and
the next browser on the same profile reads the three. ``--busy`` processes count for as long as it lasts. Ends
with exit code 1 when a value was lost.
"""

import argparse
import contextlib
import http.server
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from bench.browser import options_in
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page

SECONDS = 90.0
STORES = ("localStorage", "cookie", "IndexedDB")

_DATABASE = """const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("login", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("kept");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });"""
WRITE = f"""async (value) => {{
  {_DATABASE}
  await new Promise((resolve) => {{
    const change = database.transaction("kept", "readwrite");
    change.objectStore("kept").put(value, "login");
    change.oncomplete = resolve;
  }});
  document.cookie = `login=${{value}}; max-age=3600`;
  localStorage.setItem("login", value);
}}"""
READ = f"""async () => {{
  {_DATABASE}
  const kept = await new Promise((resolve) => {{
    const request = database.transaction("kept").objectStore("kept").get("login");
    request.onsuccess = () => resolve(request.result ?? null);
  }});
  return [localStorage.getItem("login"), document.cookie.replace("login=", "") || null, kept];
}}"""


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>login</title>")

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def site() -> Iterator[str]:
    """The address of an empty page."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def _count_for_ever() -> None:
    while True:
        pass


@contextlib.contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep the machine busy."""
    counting = [multiprocessing.Process(target=_count_for_ever, daemon=True) for _ in range(processes)]
    for each in counting:
        each.start()
    try:
        yield
    finally:
        for each in counting:
            each.kill()


def write_and_close(options: BrowserOptions, url: str, value: str) -> tuple[list[str | None], float]:
    """What the browser before had written last, and how many seconds this one took to close."""
    page = open_page(options, Deadline.within(SECONDS))
    page.goto(url, Deadline.within(SECONDS))
    found = cast("list[str | None]", page.evaluate(READ, deadline=Deadline.within(SECONDS)))
    page.evaluate(WRITE, value, deadline=Deadline.within(SECONDS))
    begun = time.monotonic()
    page.close(Deadline.within(SECONDS))
    return found, time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description="What a page wrote last outlives the close of its browser.")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--busy", type=int, default=8, help="processes that keep the machine busy")
    asked = parser.parse_args()
    lost = dict.fromkeys(STORES, 0)
    seconds = []
    with tempfile.TemporaryDirectory() as folder, site() as url, busy(asked.busy):
        options = options_in(Path(folder))
        for number in range(asked.times + 1):
            found, took = write_and_close(options, url, str(number))
            seconds.append(took)
            for store, value in zip(STORES, found, strict=True):
                lost[store] += number > 0 and value != str(number - 1)
    losses = ", ".join(f"{store} lost {count}" for store, count in lost.items())
    print(
        f"{asked.times} closes beside {asked.busy} busy processes: {losses}; "
        f"a close took {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s"
    )
    sys.exit(any(lost.values()))


if __name__ == "__main__":
    main()
