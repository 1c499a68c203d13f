"""Scenarios of a message on its way: from Enter to the ticks."""

from typing import Literal

from pydantic import Field

from .scenario import Scenario


class StuckPending(Scenario):
    """The message stays in the page's memory and is never transmitted (§4.2)."""


class FailedBubble(Scenario):
    """The server refuses the message; the bubble shows the failure icon (§4.2)."""


class FailedReaction(Scenario):
    """Bubbles of the others bear the mark of a failed reaction of ours: no message of ours failed (§12.1)."""


class LostAcks(Scenario):
    """The server receives the message, the page never learns it: the clock stays (§4.2)."""


class NeverDelivered(Scenario):
    """One tick for ever: the other phone is off."""


class NeverRead(Scenario):
    """Two grey ticks for ever: read receipts are off."""


class SlowSending(Scenario):
    """The message is transmitted `ms` after Enter; closing the page before loses it (§4.2)."""

    ms: int = Field(5000, ge=0)


class LateBubble(Scenario):
    """The bubble shows `ms` after Enter, and the message is on its way from then on: a slow page (guess)."""

    ms: int = Field(3000, ge=0)


class AlteredText(Scenario):
    """The sent text differs from the box; the bubble shows it, too late."""

    how: Literal["drop_last", "drop_newlines", "double_first", "lower_case"] = "drop_last"


class EnterIgnored(Scenario):
    """Enter and the send button do nothing; the text stays in the box."""
