"""Scenarios of a reply: from the menu of a message to the quotation in the bubble."""

from typing import Literal

from pydantic import Field

from .scenario import Scenario


class ReplyTrouble(Scenario):
    """Replying goes wrong: a message has no item "Reply" in its menu and cannot be replied to (as a deleted
    one); the item bears words alone, no icon and no test id; a press on it does nothing; it arms the message
    before instead; what stands armed cannot be cancelled; the quotation is lost when the message is sent.
    """

    how: Literal[
        "not_offered", "words_alone", "nothing_happens", "other_message", "stays_armed", "quotation_lost"
    ] = Field("not_offered")
