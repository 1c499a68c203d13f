"""A copy of a session made while its page writes: with the browser's processes held, and without.

    python -m bench.copies [--times 10]

A page writes without a pause: the time into two stores of IndexedDB in one transaction, with some kilobytes
beside it, and into localStorage. After each copy another browser opens it and reads. A copy is whole if both
stores have the same time, and if every record that was written before it is there; otherwise it is torn. The
ages are those of what was read, at the moment of the copy. Ends with exit code 1 if a held copy was torn.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bench.browser import options_in
from bench.closes import site
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.browser.session_profile import SessionProfile

SECONDS = 90.0
_DATABASE = """const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open("session", 1);
    request.onupgradeneeded = () => {
      for (const name of ["first", "second", "bulk"]) request.result.createObjectStore(name);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });"""
WRITE = f"""async () => {{
  {_DATABASE}
  const once = (n) => new Promise((resolve, reject) => {{
    const change = database.transaction(["first", "second", "bulk"], "readwrite");
    change.objectStore("first").put(Date.now(), "at");
    change.objectStore("bulk").put(String(Math.random()).repeat(400), n);
    change.objectStore("second").put(n, "count");
    change.objectStore("first").put(n, "count");
    change.oncomplete = resolve;
    change.onabort = () => reject(change.error);
  }});
  (async () => {{
    for (let n = 1; ; n++) {{
      await once(n);
      localStorage.setItem("at", String(Date.now()));
    }}
  }})();
}}"""
READ = f"""async () => {{
  {_DATABASE}
  const get = (store, key) => new Promise((resolve) => {{
    const request = database.transaction(store).objectStore(store).get(key);
    request.onsuccess = () => resolve(request.result ?? null);
  }});
  const count = await new Promise((resolve) => {{
    const request = database.transaction("bulk").objectStore("bulk").count();
    request.onsuccess = () => resolve(request.result);
  }});
  const local = localStorage.getItem("at");
  return {{ first: await get("first", "count"), second: await get("second", "count"), bulk: count,
    at: await get("first", "at"), local: local && Number(local) }};
}}"""


@dataclass(frozen=True)
class Result:
    """``took`` in seconds; the ages in seconds, None if nothing was there."""

    whole: bool
    took: float
    database_age: float | None
    local_age: float | None


def copies(options: BrowserOptions, url: str, held: bool, times: int, folder: Path) -> Iterator[Result]:
    page = open_page(options, Deadline.within(SECONDS))
    try:
        page.goto(url, Deadline.within(SECONDS))
        page.evaluate(WRITE, deadline=Deadline.within(SECONDS))
        time.sleep(10)  # localStorage reaches the disk in its own time
        for number in range(times):
            yield one(page, options, url, held, folder / f"{held}-{number}")
    finally:
        page.kill()


def one(page: Page, options: BrowserOptions, url: str, held: bool, folder: Path) -> Result:
    profile = SessionProfile(options.profile, folder / "aside")
    holding: Callable[[Deadline], contextlib.AbstractContextManager[Any]] = (
        page.held if held else lambda _: contextlib.nullcontext()
    )
    begun = time.time()
    with holding(Deadline.within(SECONDS)):
        at = time.time()
        profile.copy_to(folder)
    took = time.time() - begun
    found = read(replace(options, profile=folder), url)
    whole = (
        found is not None
        and found["first"] is not None
        and found["first"] == found["second"] == found["bulk"]
        and found["local"] is not None
    )
    ages = [
        at - found[name] / 1000 if found is not None and found[name] is not None else None
        for name in ("at", "local")
    ]
    return Result(whole, took, ages[0], ages[1])


def read(options: BrowserOptions, url: str) -> dict[str, Any] | None:
    """What another browser finds in the copy; None if it cannot open the database."""
    page = open_page(options, Deadline.within(SECONDS))
    try:
        page.goto(url, Deadline.within(SECONDS))
        return cast("dict[str, Any]", page.evaluate(READ, deadline=Deadline.within(SECONDS)))
    finally:
        page.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description="Copies of a session whose page writes.")
    parser.add_argument("--times", type=int, default=10)
    asked = parser.parse_args()
    torn = 0
    with tempfile.TemporaryDirectory() as folder, site() as url:
        for held in (True, False):
            options = options_in(Path(folder) / str(held))
            results = list(copies(options, url, held, asked.times, Path(folder)))
            whole = sum(result.whole for result in results)
            torn += held and whole < len(results)
            databases = [result.database_age for result in results if result.database_age is not None]
            locals_ = [result.local_age for result in results if result.local_age is not None]
            print(
                f"{'held' if held else 'running'}: {whole} of {len(results)} whole; the copy took "
                f"{statistics.median(result.took for result in results):.3f} s, at most "
                f"{max(result.took for result in results):.3f} s; IndexedDB was at most "
                f"{max(databases, default=0):.2f} s old, localStorage at most {max(locals_, default=0):.1f} s"
            )
    sys.exit(bool(torn))


if __name__ == "__main__":
    main()
