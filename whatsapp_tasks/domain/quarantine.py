"""Ban detection: two signals of the page, a quarantine, a second look. Facts in, verdict out.

Signal A: a dialog, a banner or a full screen has a text that WhatsApp shows to the banned (whatsapp-web.md,
7d). What stands in a chat or in the chat list never counts: anyone can write such a text to us.
Signal B: the chat list is away without a reason that is known and harmless.

One signal alone starts the suspicion, for a quarantine costs half a minute and a ban the number. Only both
together, after the quarantine, confirm it (docs/protection.md has the table).
"""

from dataclasses import dataclass
from enum import StrEnum

from whatsapp_tasks.domain.page_snapshot import PageKind, PageSnapshot, kind_of

QUARANTINE_SECONDS = 30.0
"""The blueprint's."""


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
    """Every kind of page we know is a known reason for a missing chat list (QR code, loading, "Use here",
    offline, …), unless a ban text stands on it.
    """
    ban_text = "ban" in page.texts
    missing = not page.chat_pane and (ban_text or kind_of(page) is PageKind.UNKNOWN)
    return BanSignals(ban_text, missing)


class SecondLook(StrEnum):
    """What follows from a look at a page that is under suspicion."""

    HOLD = "hold"  # the quarantine goes on, or the page is loading and says nothing
    CONFIRMED = "confirmed"  # both signals after the quarantine
    SUSPICIOUS = (
        "suspicious"  # a ban text over a chat list that is there: held until it goes or a person says
    )
    UNKNOWN = "unknown"  # the chat list stays away and nothing speaks of a ban: a page nobody recognises
    CLEARED = "cleared"  # a flicker


def second_look(
    page: PageSnapshot, *, suspected_ms: int, now_ms: int, quarantine_seconds: float = QUARANTINE_SECONDS
) -> SecondLook:
    """``suspected_ms`` is when the suspicion began; it is in Redis, so a restart does not shorten it."""
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
