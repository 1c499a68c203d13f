"""The message that a caller wants to reply to."""

from dataclasses import dataclass

from whatsapp_tasks.domain.identity import is_message_id
from whatsapp_tasks.domain.message_fields import field_refused
from whatsapp_tasks.domain.recipients import Recipient
from whatsapp_tasks.domain.replies import Reply, ReplyPolicy


@dataclass(frozen=True)
class Quotable:
    """A message that may be replied to: where it is, and by which id the page knows it. ``bubble_id`` is
    None while it is not in its chat.
    """

    account: str
    chat: Recipient
    bubble_id: str | None


def check_reply_to(value: object) -> str:
    """The id of the message replied to; raises RequestRefused (reply_to_invalid)."""
    if not is_message_id(value):
        raise field_refused("reply_to_invalid", "reply_to", "must be the id of a message")
    return str(value)


def check_reply_policy(value: object) -> ReplyPolicy:
    """Raises RequestRefused (reply_policy_invalid)."""
    try:
        return ReplyPolicy(str(value))
    except ValueError:
        problem = "must be one of " + ", ".join(ReplyPolicy)
        raise field_refused("reply_policy_invalid", "reply_policy", problem) from None


def reply_of(
    target: Quotable | None, reply_to: str, policy: ReplyPolicy, *, account: str, recipient: Recipient
) -> Reply:
    """What a message of ``account`` to ``recipient`` replies to. Raises RequestRefused if that is another
    account's, another chat's, or one that is not in its chat.
    """
    if target is None or target.account != account:
        raise field_refused(
            "reply_to_unknown", "reply_to", "names no message of this account that is still known"
        )
    if not target.chat.is_same(recipient):
        raise field_refused("reply_to_elsewhere", "reply_to", "names a message of another chat")
    if not target.bubble_id:
        raise field_refused("reply_to_not_sent", "reply_to", "names a message that was not sent")
    return Reply(reply_to, target.bubble_id, policy)
