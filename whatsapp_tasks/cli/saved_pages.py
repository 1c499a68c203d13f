"""``whatsapp-tasks doctor --page``: how the service reads saved pages."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from whatsapp_tasks.browser.chrome_options import BrowserOptions
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.saved_pages import saved_pages
from whatsapp_tasks.browser.selectors import load_selectors
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.page_review import review
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import BrowserError

VIEWPORT = (1400, 800)


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files, and the HTML files in the folders."""
    found: list[Path] = []
    for path in paths:
        found += sorted([*path.glob("*.html"), *path.glob("*.htm")]) if path.is_dir() else [path]
    return found


def read_pages(settings: Settings, files: list[Path], *, show_texts: bool) -> list[dict[str, Any]]:
    """Plain values for each file, for JSON; ``problems`` is empty if there are none."""
    folder = Path(tempfile.mkdtemp(prefix="whatsapp-tasks-pages-"))
    options = BrowserOptions(
        profile=folder,
        headless=True,
        no_sandbox=settings.no_sandbox,
        chromium=settings.chromium,
        chromedriver=settings.chromedriver,
        driver_cache=settings.driver_cache,
        viewport=VIEWPORT,
        language=settings.language,
    )
    selectors = load_selectors(settings.selectors)
    try:
        with saved_pages(options, selectors, Deadline.within(settings.start_timeout_seconds)) as pages:
            found = []
            for file in files:
                try:
                    snapshot, counts = pages.look(file)
                except (OSError, BrowserError) as error:
                    found.append({"file": str(file), "problems": [f"not_read: {error}"]})
                    continue
                texts = _texts(snapshot) if show_texts else {}
                found.append({"file": str(file), **asdict(review(snapshot, counts)), **texts})
            return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _texts(page: PageSnapshot) -> dict[str, Any]:
    """What people wrote; used only on request."""
    chat = page.chat
    return {
        "title": chat.title if chat else None,
        "notice": chat.notice if chat else None,
        "shown_bubbles": [asdict(bubble) for bubble in chat.bubbles] if chat else [],
        "shown_rows": [asdict(row) for row in page.rows or ()],
        "shown_dialogs": [dialog.text for dialog in page.dialogs],
        "shown_banners": [banner.text for banner in page.banners],
        "screen": page.screen,
    }


def show_pages(console: Console, found: list[dict[str, Any]]) -> None:
    """Prints the findings of each page, and a last line for all."""
    table = Table("", "what", "found", box=None, pad_edge=False)
    for one in found:
        fits = not one["problems"]
        mark = Text("✔", style="green") if fits else Text("✘", style="red")
        table.add_row(mark, Text(Path(one["file"]).name, style="bold"), "")
        for what, text in _lines(one):
            table.add_row("", what, text)
    console.print(table)
    bad = sum(1 for one in found if one["problems"])
    console.print(f"pages: {len(found)} fit: {len(found) - bad} do not: {bad}")


def _lines(one: dict[str, Any]) -> list[tuple[str, str]]:
    lines = [("does not fit", ", ".join(one["problems"]))]
    if "kind" in one:
        language = one["language"] or "unknown"
        note = "" if one["language_supported"] else ", not read in full"
        lines = [
            ("shows", f"{one['kind']}, dialog: {one['popup']}"),
            ("era", one["era"] or "not recognised"),
            ("language", language + note),
            ("chat", one["chat"]),
            ("bubbles", _figures(one["bubbles"])),
            ("rows", _figures(one["rows"])),
            ("dialogs", ", ".join(one["dialogs"])),
            ("banners", ", ".join(one["banners"])),
            ("trouble", ", ".join(one["trouble"])),
            *lines,
        ]
    return [(what, text) for what, text in lines if text]


def _figures(counted: dict[str, int]) -> str:
    parts = ", ".join(f"{count} {name}" for name, count in counted.items() if name != "all")
    return f"{counted['all']}: {parts}" if parts else str(counted["all"] or "")
