"""Which elements a page must have for sending, and which were found. Facts in, verdict out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from whatsapp_tasks.domain.chat_snapshot import Chat
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot

IN_MAIN = frozenset({"chat_pane", "search"})
IN_CHAT = frozenset({"main", "header", "chat_title", "message_panel"})
BOX = frozenset({"footer", "compose"})
_EXPECTED: dict[PageKind, frozenset[str]] = {
    PageKind.MAIN: IN_MAIN,
    PageKind.COVERED: IN_MAIN | {"dialog"},
    PageKind.QR: frozenset({"landing", "qr", "link_by_phone"}),
    PageKind.QR_EXPIRED: frozenset({"landing", "qr", "qr_reload"}),
    PageKind.PAIRING_CODE: frozenset({"link_code"}),
    PageKind.PHONE_ENTRY: frozenset({"phone_entry"}),
}
BY_TEXT = frozenset({"link_by_phone", "phone_next"})
"""If no selector finds these, their texts do."""
_SEVERAL = frozenset(
    {
        *("startup", "landing", "unsupported", "dialog", "dialog_title", "dialog_text", "no_banner"),
        *("header", "chat_title", "progress", "favicon_error", "notice_bar", "suggestions", "send"),
        *("quotation", "read_more", "fail_mark", "media_symbol", "row_second_line", "row_last_message"),
        *("bubble", "bubble_text", "menu_button", "menu_item", "mark_of_e1", "mark_of_e3"),
        *("chat_row", "row_title", "row_preview", "unread_badge"),
        *("bubble_document", "bubble_document_name", "bubble_document_size", "bubble_sticker"),
        *("bubble_video", "bubble_audio", "bubble_image", "bubble_uploading", "bubble_progress"),
        *("bubble_upload_stopped", "attach_item", "attach_item_document", "attach_item_media", "attach"),
        *("preview_mark", "preview_caption", "bubble_location", "bubble_contact", "unread_divider"),
        *("bubble_meta", "bubble_notice"),
        *("message_menu_item", "armed_quotation", "quoted_text", "bubble_box"),
    }
)
"""These may exist several times: the first is meant, or all are. For all others, several matches are a
problem, because the first might be the wrong one.
"""


class PartState(StrEnum):
    FOUND = "found"
    MISSING = "missing"  # this page must have it
    AMBIGUOUS = "ambiguous"  # found more than once, but must be unique
    INVALID = "invalid"  # the browser does not understand the selector
    ABSENT = "absent"  # not there, and not needed now


@dataclass(frozen=True)
class Part:
    """One element. ``variant`` is the selector in use, ``also`` the other selectors that match."""

    name: str
    state: PartState
    expected: bool
    variant: str | None = None
    count: int = 0
    also: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        return self.state in (PartState.MISSING, PartState.INVALID) or (
            self.state is PartState.AMBIGUOUS and self.expected
        )


def expected_parts(page: PageSnapshot) -> frozenset[str]:
    """The elements that must be there now. An open chat has its own, and a box unless a notice replaces
    it.
    """
    wanted = _EXPECTED.get(kind_of(page), frozenset())
    if page.chat_pane and page.chat is not None:
        wanted |= IN_CHAT
        if page.chat.compose is not None or lacks_box(page.chat):
            wanted |= BOX
    return wanted


def judge_parts(counts: Mapping[str, Mapping[str, int]], page: PageSnapshot) -> list[Part]:
    """``counts``: the number of matches of each variant of each element, in the order in which they are
    tried.
    """
    wanted = expected_parts(page)
    return [_judge(name, variants, name in wanted, page) for name, variants in counts.items()]


def _judge(name: str, variants: Mapping[str, int], expected: bool, page: PageSnapshot) -> Part:
    if any(count < 0 for count in variants.values()):
        wrong = next(variant for variant, count in variants.items() if count < 0)
        return Part(name, PartState.INVALID, expected, wrong)
    hits = [variant for variant, count in variants.items() if count]
    if not hits:
        by_text = name in BY_TEXT and getattr(page, name, None) is not None
        if by_text:
            return Part(name, PartState.FOUND, expected, "its text", 1)
        return Part(name, PartState.MISSING if expected else PartState.ABSENT, expected)
    count = variants[hits[0]]
    several = count > 1 and name not in _SEVERAL
    state = PartState.AMBIGUOUS if several else PartState.FOUND
    return Part(name, state, expected, hits[0], count, tuple(hits[1:]))


def missing_in_chat(page: PageSnapshot) -> tuple[str, ...]:
    """The elements missing in the open chat, according to the look; empty if no chat is open."""
    chat = page.chat
    if chat is None or kind_of(page) is not PageKind.MAIN:
        return ()
    found = {"chat_title": bool(chat.title), "message_panel": chat.panel, "compose": not lacks_box(chat)}
    return tuple(name for name, there in found.items() if not there)


def lacks_box(chat: Chat) -> bool:
    """Whether there should be a compose box and none was found.

    A notice may replace it, and a channel has no footer at all (whatsapp-web.md, 10.5): both are about this
    chat. An empty footer, or another element to write into, means that the page has changed.
    """
    if chat.compose is not None or chat.notice:
        return False
    footer = chat.nodes[-1]
    return bool(footer) or chat.editable
