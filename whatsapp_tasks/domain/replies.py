"""Replies: what a message quotes, and whether what stands armed on the page is that message.

The page does not show which message it quotes, only its author, its text and that it has a file
(docs/whatsapp-web.md, 12.13). So all that is shown must be that of the message which was asked for.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import Quote
from whatsapp_tasks.domain.faults import consequence_of
from whatsapp_tasks.domain.texts import bubble_key

NOT_ARMED = "reply_not_armed"
CUT_AT = 768
"""Code points of a quotation; a longer one ends with an ellipsis (docs/whatsapp-web.md, 12.4)."""
_RAGGED_END = 12
"""Characters at a cut that are not compared: it may go through a formatting mark."""
_ELLIPSIS = "…"


class ReplyPolicy(StrEnum):
    """What becomes of a message whose quotation cannot be armed."""

    FAIL = "fail"
    SEND_PLAIN = "send_plain"
    """It is sent without the quotation."""


@dataclass(frozen=True)
class Reply:
    """What a message replies to: our id of that message, and WhatsApp's, by which the page knows it."""

    to: str
    bubble_id: str
    policy: ReplyPolicy = ReplyPolicy.FAIL

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Reply":
        fields = json.loads(text)
        return cls(fields["to"], fields["bubble_id"], ReplyPolicy(fields["policy"]))


def goes_plain(reply: Reply, failed_before: int) -> bool:
    """Whether this attempt sends without the quotation, after so many that could not arm it."""
    last = failed_before >= consequence_of(NOT_ARMED).attempts - 1
    return last and reply.policy is ReplyPolicy.SEND_PLAIN


def is_quoted(quote: Quote, target: Bubble) -> bool:
    """Whether ``quote``, which stands armed, is ``target`` as far as the page shows it."""
    if target.outgoing is not None and quote.ours is not None and quote.ours is not target.outgoing:
        return False
    if target.file is not None and not (quote.media or target.file.kind == "document"):
        return False
    if target.text is not None:
        return _same_text(quote.text, target.text, cut=target.folded)
    if target.file is None:
        return False  # nothing to go by: a deleted message, a placeholder
    if target.file.kind == "document":
        return _same_text(quote.text, target.file.name, cut=False)
    return True


def carries(bubble: Bubble, quote: Quote | None) -> bool:
    """Whether ``bubble``, which was sent, quotes. ``quote`` stood armed for it; None: that is not known."""
    if bubble.quoted is None or quote is None:
        return bubble.quoted is not None
    return _same_text(bubble.quoted, quote.text, cut=False)


def _same_text(quoted: str, text: str, *, cut: bool) -> bool:
    """``cut``: ``text`` is only the beginning of what was written."""
    is_cut = quoted.rstrip().endswith(_ELLIPSIS) and len(quoted) > CUT_AT // 2
    if not cut and not is_cut:
        return bubble_key(quoted) == bubble_key(text)
    shown = bubble_key(quoted[:-_RAGGED_END] if is_cut else quoted)
    whole = bubble_key(text[:-_RAGGED_END] if cut else text)
    return bool(shown and whole) and (shown.startswith(whole) or whole.startswith(shown))
