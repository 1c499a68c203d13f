"""What the worker reports of its page when asked: what was found of every element, and with what."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.profile_lock import ProfileLock
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.domain.page_kinds import kind_of
from whatsapp_tasks.domain.page_parts import judge_parts
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import popup_of
from whatsapp_tasks.session.selector_source import SelectorSource

MEGABYTE = 1024 * 1024


def page_report(page: WhatsAppPage, source: SelectorSource, deadline: Deadline) -> dict[str, Any]:
    """Plain values, for JSON. No text that somebody wrote, no number, no code."""
    snapshot = page.look(deadline)
    return {
        "browser_version": page.page.browser_version,
        "driver_version": page.page.driver_version,
        "kind": str(kind_of(snapshot)),
        "popup": str(popup_of(snapshot)),
        "era": snapshot.era,
        "online": snapshot.online,
        "language": snapshot.language,
        "settled_language": snapshot.settled_language,
        "language_supported": snapshot.language_supported,
        "trouble": sorted(snapshot.trouble_signs) + ["banner"] * any(b.is_trouble for b in snapshot.banners),
        "chat_open": snapshot.chat is not None,
        "texts": sorted(snapshot.texts),
        "dialogs": [_shape(dialog.text) for dialog in snapshot.dialogs],
        "screen": _screen(snapshot),
        "selectors": [
            {**asdict(part), "state": str(part.state), "broken": part.broken}
            for part in judge_parts(page.parts(deadline), snapshot)
        ],
        "origins": list(source.origins),
        "problem": source.problem,
    }


def profile_report(profile: Path) -> dict[str, Any]:
    """Where the login is kept, how large it is, and who has it open."""
    size = sum(file.stat().st_size for file in profile.rglob("*") if file.is_file() and not file.is_symlink())
    return {
        "path": str(profile),
        "megabytes": round(size / MEGABYTE, 1),
        "holder": ProfileLock(profile).holder(),
    }


def _screen(snapshot: PageSnapshot) -> str:
    return _shape(snapshot.screen)


def _shape(text: str) -> str:
    """The form of a text without its words: letters as x, digits as 9."""
    return "".join("x" if c.isalpha() else "9" if c.isdigit() else c for c in text[:200])
