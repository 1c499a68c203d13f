"""The intent: what was about to be sent, written down before Enter, so that a successor can look for it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from whatsapp_tasks.domain.page_snapshot import Bubble
from whatsapp_tasks.domain.texts import bubble_key


@dataclass(frozen=True)
class Intent:
    """``newest_bubble`` is the id of the chat's last bubble before Enter, None in an empty chat."""

    attempt: int
    newest_bubble: str | None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Intent":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Finding:
    """What a chat tells of an intent.

    ``found``: the bubble is there. ``absent``: the chat is loaded back to where the intent began and the
    bubble is not there, so it is safe to type again. ``unclear``: the place cannot be seen.
    """

    verdict: Literal["found", "absent", "unclear"]
    bubble: Bubble | None = None


def find_intended(
    intent: Intent, text: str, bubbles: Sequence[Bubble], *, settled: bool, watched: bool = False
) -> Finding:
    """Looks for the intended message among ``bubbles``, oldest first.

    ``settled``: the page is online and has finished loading this chat. ``watched``: the page was looked at
    all the time since Enter, and the text has left the box.

    Our own bubble is the last outgoing one behind ``newest_bubble`` with the same text: nothing else is sent
    to a chat before its open intent is settled, and an old message with the same text may be loaded late,
    above ours. Where the chat showed nothing before Enter and shows more than ours now, its history was late
    then, and an old message may look like ours: ``unclear``, unless watched.
    """
    ids = [bubble.id for bubble in bubbles]
    if intent.newest_bubble is None:
        behind = list(bubbles)
    elif intent.newest_bubble in ids:
        behind = list(bubbles[ids.index(intent.newest_bubble) + 1 :])
    else:
        return Finding("unclear")
    wanted = bubble_key(text)
    ours = [
        bubble
        for bubble in behind
        if bubble.outgoing and bubble.text is not None and bubble_key(bubble.text) == wanted
    ]
    if ours:
        history_was_late = intent.newest_bubble is None and ours[-1] is not bubbles[0]
        return Finding("unclear") if history_was_late and not watched else Finding("found", ours[-1])
    # A row that was emptied off-screen, or whose direction the page does not tell, may be ours.
    doubtful = any(
        bubble.outgoing is not False and (bubble.text is None or bubble_key(bubble.text) == wanted)
        for bubble in behind
    )
    return Finding("absent" if settled and not doubtful else "unclear")
