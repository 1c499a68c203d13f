"""Scenarios that replace the compose box."""

from typing import Literal

from pydantic import Field

from ..phones import Notice
from .scenario import Scenario


class Restricted(Scenario):
    """Reach-out time lock: a butterbar, and no compose box in chats without history (§7b).

    Switched off (`for_ms`, DELETE) while its chat is open, the box comes back in the same footer.
    """

    title: Literal["account", "web", "linked_devices"] = "account"
    place: Literal["footer", "outside"] = Field(
        "footer", description="outside: [data-testid=reachout-timelock-compose-bar] after an empty footer"
    )
    text: str | None = Field(None, description="other words of the bar, e.g. with a typographic apostrophe")
    timer: str | None = Field("23:59:59", description="what the dialog of its details shows (§10.6); a guess")
    also_known: bool = Field(False, description="chats with history are locked, too (§10.6)")


class MonthlyCap(Scenario):
    """New chats have "You've reached the monthly limit on new chats" in place of the box (§7c)."""


class ChatNotice(Scenario):
    """What replaces the compose box because of the chat itself (§10.5), as the magic numbers do."""

    what: Notice = "chat_closed"
    text: str | None = Field(None, description="other words")
