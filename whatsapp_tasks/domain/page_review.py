"""A summary of a look in figures and codes, with the problems found. Facts in, verdict out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import ChatRow
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_parts import judge_parts, missing_in_chat
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.popups import Popup, popup_of


@dataclass(frozen=True)
class Review:
    """No field contains a text that a person wrote."""

    kind: PageKind
    popup: Popup
    era: str | None
    language: str
    language_supported: bool
    chat: str
    """``none``, ``open``, or what replaces the box: known names, ``notice``, ``no_box``, ``no_footer``."""
    bubbles: dict[str, int]
    rows: dict[str, int]
    dialogs: tuple[str, ...]
    banners: tuple[str, ...]
    trouble: tuple[str, ...]
    problems: tuple[str, ...]
    """Codes of the problems."""


def review(page: PageSnapshot, counts: Mapping[str, Mapping[str, int]]) -> Review:
    """``counts`` as in ``judge_parts``; the look must include the chat list."""
    bubbles = page.chat.bubbles if page.chat else ()
    return Review(
        kind=kind_of(page),
        popup=popup_of(page),
        era=page.era,
        language=page.language,
        language_supported=page.language_supported,
        chat=_chat(page),
        bubbles=_bubbles(bubbles),
        rows=_rows(page.rows or ()),
        dialogs=tuple(_names(dialog.texts) for dialog in page.dialogs),
        banners=tuple(_names(banner.texts) for banner in page.banners),
        trouble=tuple(sorted(page.trouble_signs | {"banner" for b in page.banners if b.is_trouble})),
        problems=tuple(dict.fromkeys(_problems(page, counts, bubbles))),
    )


def _names(texts: frozenset[str]) -> str:
    return "+".join(sorted(texts)) or "unknown"


def _chat(page: PageSnapshot) -> str:
    chat = page.chat
    if chat is None:
        return "none"
    if chat.compose is not None:
        return "open"
    if chat.notice:
        return "+".join(sorted(chat.notice_texts)) or "notice"
    return "no_box" if chat.nodes[-1] else "no_footer"


def _bubbles(bubbles: tuple[Bubble, ...]) -> dict[str, int]:
    sides = {True: "ours", False: "theirs", None: "unknown"}
    counted = Counter(sides[bubble.outgoing] for bubble in bubbles)
    counted.update(bubble.tick for bubble in bubbles if bubble.tick)
    counted.update({"folded": sum(bubble.folded for bubble in bubbles)})
    counted.update({"quoting": sum(bubble.quoted is not None for bubble in bubbles)})
    counted.update({"with_text": sum(bubble.text is not None for bubble in bubbles)})
    return {"all": len(bubbles), **{name: count for name, count in sorted(counted.items()) if count}}


def _rows(rows: tuple[ChatRow, ...]) -> dict[str, int]:
    counted = {
        "unread": sum(row.unread > 0 for row in rows),
        "unread_unknown": sum(row.unread_unknown for row in rows),
        "previews": sum(bool(row.preview) for row in rows),
        "drafts": sum(row.draft for row in rows),
        "groups": sum(row.group for row in rows),
    }
    return {"all": len(rows), **{name: count for name, count in counted.items() if count}}


def _problems(
    page: PageSnapshot, counts: Mapping[str, Mapping[str, int]], bubbles: tuple[Bubble, ...]
) -> list[str]:
    found = []
    kind = kind_of(page)
    if kind is PageKind.UNKNOWN:
        found.append("page_unknown")
    if kind is PageKind.COVERED:
        found.append("unknown_dialog")
    found += [f"selector_missing_{name}" for name in missing_in_chat(page)]
    found += [f"selector_{part.state}_{part.name}" for part in judge_parts(counts, page) if part.broken]
    if page.chat_pane and not page.rows and any(counts.get("chat_row", {}).values()):
        found.append("rows_without_names")
    if any(bubble.outgoing is None and bubble.text is not None for bubble in bubbles):
        found.append("direction_unknown")
    if any(bubble.outgoing and bubble.text is not None and bubble.tick is None for bubble in bubbles):
        found.append("tick_unknown")
    return found
