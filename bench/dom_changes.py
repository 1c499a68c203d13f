"""How long after a change of the DOM ``Page.wait_for`` sees it.

    python -m bench.dom_changes [--times 50]

The page notes the time of its own clock at which it changed, and the function that waits the time at which it
saw that; both are milliseconds of one clock.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import cast

from bench.browser import options_in
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import open_page
from whatsapp_tasks.browser.page import Page

SECONDS = 30.0
CHANGE_SOON = "() => { setTimeout(() => (document.documentElement.dataset.changed = Date.now()), 60) }"
SEEN_AFTER = """() => {
  const { changed } = document.documentElement.dataset;
  return changed ? { ms: Date.now() - Number(changed) } : null;
}"""
CLEAR = "() => { delete document.documentElement.dataset.changed }"


def lag_ms(page: Page) -> float:
    page.evaluate(CHANGE_SOON, deadline=Deadline.within(SECONDS))
    seen = cast("dict[str, float]", page.wait_for(SEEN_AFTER, deadline=Deadline.within(SECONDS)))
    page.evaluate(CLEAR, deadline=Deadline.within(SECONDS))
    return seen["ms"]


def main() -> None:
    parser = argparse.ArgumentParser(description="How long after a change of the DOM a wait sees it.")
    parser.add_argument("--times", type=int, default=50)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        page = open_page(options_in(Path(folder)), Deadline.within(SECONDS))
        try:
            lags = [lag_ms(page) for _ in range(times)]
        finally:
            page.close(Deadline.within(SECONDS))
    print(f"{times} changes: median {statistics.median(lags):.0f} ms, longest {max(lags):.0f} ms")


if __name__ == "__main__":
    main()
