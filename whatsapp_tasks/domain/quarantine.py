"""Ban detection: two signals of the page, a quarantine, a second look. Facts in, verdict out.

Signal A: a dialog, a banner or a full screen has a text that WhatsApp shows to banned accounts
(whatsapp-web.md, 7d). Text in a chat or in the chat list never counts: anyone can write such a text to us.
Signal B: the chat list is missing without a known and harmless reason.

Either signal starts the quarantine: it costs half a minute, a ban costs the number. Only both
together, after the quarantine, confirm it (table in docs/protection.md).
"""

from dataclasses import dataclass
from enum import StrEnum

from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot

QUARANTINE_SECONDS = 30.0
"""The blueprint's value."""


@dataclass(frozen=True)
class BanSignals:
    """``ban_text`` is signal A, ``chat_list_missing`` is signal B."""

    ban_text: bool
    chat_list_missing: bool

    @property
    def any(self) -> bool:
        return self.ban_text or self.chat_list_missing

    @property
    def reason(self) -> str:
        """A code for histories and events."""
        if self.ban_text:
            return "ban_text_and_chat_list_missing" if self.chat_list_missing else "ban_text"
        return "chat_list_missing" if self.chat_list_missing else ""


def ban_signals(page: PageSnapshot) -> BanSignals:
    """Every known kind of page (QR code, loading, "Use here", offline, …) is a harmless reason for a missing
    chat list, unless it shows a ban text.
    """
    ban_text = "ban" in page.texts
    missing = not page.chat_pane and (ban_text or kind_of(page) is PageKind.UNKNOWN)
    return BanSignals(ban_text, missing)


class SecondLook(StrEnum):
    """The result of a look during or after the quarantine."""

    HOLD = "hold"  # the quarantine goes on, or the page is still loading
    CONFIRMED = "confirmed"  # both signals after the quarantine
    SUSPICIOUS = (
        "suspicious"  # a ban text, but also the chat list: held until it disappears or a person clears it
    )
    UNKNOWN = "unknown"  # the chat list is missing without a ban text: an unknown page
    CLEARED = "cleared"  # a flicker


def second_look(
    page: PageSnapshot, *, suspected_ms: int, now_ms: int, quarantine_seconds: float = QUARANTINE_SECONDS
) -> SecondLook:
    """``suspected_ms`` is when the quarantine began; it is in Redis, so a restart does not shorten it."""
    if now_ms - suspected_ms < quarantine_seconds * 1000 or kind_of(page) is PageKind.LOADING:
        return SecondLook.HOLD
    match ban_signals(page):
        case BanSignals(ban_text=True, chat_list_missing=True):
            return SecondLook.CONFIRMED
        case BanSignals(ban_text=True):
            return SecondLook.SUSPICIOUS
        case BanSignals(chat_list_missing=True):
            return SecondLook.UNKNOWN
        case _:
            return SecondLook.CLEARED
