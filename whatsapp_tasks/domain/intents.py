"""The intent: what is about to be sent, recorded before Enter, so that the next worker can look for it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from whatsapp_tasks.domain.bubbles import Bubble, is_message
from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.domain.files_shown import file_likeness, is_distinct
from whatsapp_tasks.domain.likeness import Likeness, text_likeness

ANCHORS = 5
LOCALS = 40
AT_SERVER = frozenset({"sent", "delivered", "read"})
"""Ticks of what WhatsApp's server has."""
SHORTEST_LIFE_MS = 24 * 3600 * 1000
"""Of messages in a chat where they disappear: 24 hours, 7 or 90 days (docs/whatsapp-web.md, 13)."""


@dataclass(frozen=True)
class Intent:
    """The end of the chat before Enter.

    ``anchors``: ids of its newest bubbles that the server knows, oldest first; none in an empty chat.
    ``local``: ids of pending or failed bubbles, which may exist in this page only; they are gone when the
    browser dies, and are never the intended message.
    """

    attempt: int
    anchors: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    @classmethod
    def before_enter(cls, attempt: int, bubbles: Sequence[Bubble]) -> "Intent":
        known = [bubble.id for bubble in bubbles if _server_knows(bubble)]
        local = [bubble.id for bubble in bubbles if not _server_knows(bubble)]
        return cls(attempt, tuple(known[-ANCHORS:]), tuple(local[-LOCALS:]))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Intent":
        """Also reads the older format: ``newest_bubble``, one id or null."""
        fields = json.loads(text)
        if "newest_bubble" in fields:
            newest = fields["newest_bubble"]
            return cls(fields["attempt"], () if newest is None else (newest,))
        return cls(fields["attempt"], tuple(fields["anchors"]), tuple(fields["local"]))


def may_have_disappeared(begun_ms: int, now_ms: int) -> bool:
    """Whether a message of an attempt begun at ``begun_ms`` may have been in the chat and gone since. An
    anchor may outlive it: the timer of a chat holds for what is sent after it was set.
    """
    return now_ms - begun_ms >= SHORTEST_LIFE_MS


def _server_knows(bubble: Bubble) -> bool:
    return bubble.outgoing is not True or bubble.tick in AT_SERVER


@dataclass(frozen=True)
class Finding:
    """What a chat shows about an intent.

    ``found``: the bubble is there. ``absent``: the chat is loaded back to the anchors and the bubble is not
    there, so it is safe to type again. ``unclear``: neither is certain.
    """

    verdict: Literal["found", "absent", "unclear"]
    bubble: Bubble | None = None


def likeness(bubble: Bubble, text: str, file: MessageFile | None = None) -> Likeness:
    """Whether ``bubble`` shows this message: a text, or a file with its caption."""
    return text_likeness(bubble, text) if file is None else file_likeness(bubble, file, text)


def find_intended(
    intent: Intent,
    text: str,
    bubbles: Sequence[Bubble],
    *,
    settled: bool,
    watched: bool = False,
    file: MessageFile | None = None,
) -> Finding:
    """Look for the intended message in ``bubbles``, oldest first.

    ``settled``: the page is well connected and has finished loading this chat. ``watched``: the page was
    watched all the time since Enter, and the text has left the box.

    The intended message is the last outgoing bubble after the anchors with the same text: nothing else is
    sent to a chat before its open intent is settled, and an old message with the same text may be loaded
    late, above it. If the chat showed nothing before Enter and shows more than our bubble now, its history
    was loaded late, and an old message may look like ours: ``unclear``, unless watched.

    A file that looks like any other of its kind (``is_distinct``) is found only by who watched: another
    device may have sent the one that is there. It is absent only where no file is there that it could be.
    """
    ids = [bubble.id for bubble in bubbles]
    indexes = [ids.index(anchor) for anchor in intent.anchors if anchor in ids]
    if intent.anchors and not indexes:
        return Finding("unclear")
    after = [b for b in bubbles[max(indexes, default=-1) + 1 :] if is_message(b) and b.id not in intent.local]
    ours = [b for b in after if b.outgoing and likeness(b, text, file) is Likeness.SAME]
    late_history = not intent.anchors and sum(map(is_message, bubbles)) > 1
    if watched and not ours and not late_history:
        # The box was emptied while we watched: the new bubble is ours, however it is rendered.
        ours = [b for b in after if b.outgoing and likeness(b, text, file) is Likeness.PERHAPS]
    if ours and not watched and file is not None and not is_distinct(file, text):
        return Finding("unclear")
    if ours:
        history_was_late = not intent.anchors and ours[-1] is not after[0]
        return Finding("unclear") if history_was_late and not watched else Finding("found", ours[-1])
    # A row that was emptied off-screen, or whose direction is unknown, may be ours.
    # So may one that the page has inserted between the anchors by its time.
    among = bubbles[min(indexes, default=0) : max(indexes, default=0)]
    new = [*after, *(b for b in among if b.id not in (*intent.anchors, *intent.local))]
    doubtful = any(_may_be_ours(b, text, file) for b in new)
    newest_shown = not intent.anchors or intent.anchors[-1] in ids
    return Finding("absent" if settled and newest_shown and not doubtful else "unclear")


def _may_be_ours(bubble: Bubble, text: str, file: MessageFile | None) -> bool:
    """Whether a new bubble leaves it open that it is the intended message."""
    if bubble.outgoing is False or not is_message(bubble):
        return False
    return _stands_for_another(bubble) or likeness(bubble, text, file) is not Likeness.OTHER


def _stands_for_another(bubble: Bubble) -> bool:
    """Whether its words may be the page's own, in place of a message: it was deleted, or cannot be shown yet.

    A text of ours has a receipt, and any text has the name of its author (whatsapp-web.md, 12.1 and 12.4).
    """
    return bubble.tick is None and bubble.file is None and (bubble.outgoing is True or not bubble.author)
