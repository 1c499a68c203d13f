"""The dialog over the main page: which one it is, by its texts."""

from enum import StrEnum

from whatsapp_tasks.domain.page_snapshot import PageSnapshot


class Popup(StrEnum):
    """The dialog over the main page."""

    NONE = "none"
    STARTING_CHAT = "starting_chat"
    INVALID_NUMBER = "invalid_number"
    WHATS_NEW = "whats_new"
    TOO_LONG = "too_long"
    DISCARD = "discard"
    """Asks whether to leave the preview of a file."""
    NOT_SENT = "not_sent"
    """Asks whether to send a failed message again; appears when its red mark is clicked."""
    CONNECTING = "connecting"
    RESTRICTION = "restriction"
    """Explains a lock that is also shown by banners or in place of compose boxes."""
    BAN = "ban"
    OTHER = "other"


NUISANCES = frozenset(
    {Popup.WHATS_NEW, Popup.INVALID_NUMBER, Popup.TOO_LONG, Popup.NOT_SENT, Popup.RESTRICTION}
)
"""Dialogs that are only informative: they are closed whenever they are in the way."""

_POPUPS = (
    ("starting_chat", Popup.STARTING_CHAT),
    ("invalid_number", Popup.INVALID_NUMBER),
    ("whats_new", Popup.WHATS_NEW),
    ("too_long", Popup.TOO_LONG),
    ("message_not_sent", Popup.NOT_SENT),
    ("discard_selection", Popup.DISCARD),
    ("ban", Popup.BAN),
    ("restricted", Popup.RESTRICTION),
    ("new_chats_used_up", Popup.RESTRICTION),
    ("connecting", Popup.CONNECTING),
)


def popup_of(page: PageSnapshot) -> Popup:
    """The topmost dialog, recognised by its texts: "Starting chat" and the error popup differ only in
    them.
    """
    if not page.dialogs:
        return Popup.NONE
    for name, popup in _POPUPS:
        if name in page.dialogs[-1].texts:
            return popup
    return Popup.OTHER
