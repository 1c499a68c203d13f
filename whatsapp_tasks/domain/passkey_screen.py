"""The screen on which WhatsApp asks for a passkey."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from whatsapp_tasks.domain.page_controls import Button


class PasskeyStep(StrEnum):
    """Where the ceremony is (whatsapp-web.md, 10.1)."""

    PROMPT = "prompt"
    PENDING = "pending"
    """The page has asked its browser for the passkey."""
    WAITING = "waiting"
    """For the phone."""
    CODE = "code"
    """A code to compare with the phone's."""
    ERROR = "error"
    """There was no passkey, or it was refused or too late; the step can be repeated or given up."""
    OTHER = "other"


PasskeyAction = Literal["continue", "confirm", "cancel"]
"""What a person may do at a step, by the page's own buttons."""


@dataclass(frozen=True)
class Passkey:
    """The screen on which WhatsApp asks for a passkey before a phone is linked. A control that is disabled
    or not there is None.
    """

    step: PasskeyStep
    code: str = field(repr=False)
    go: Button | None
    """Continue: the page then asks its browser for the passkey."""
    confirm: Button | None
    cancel: Button | None
    """Back to a QR code."""

    def button(self, action: str) -> Button | None:
        """The button for a ``PasskeyAction``; None if the step has none, or if there is no such action."""
        return {"continue": self.go, "confirm": self.confirm, "cancel": self.cancel}.get(action)
