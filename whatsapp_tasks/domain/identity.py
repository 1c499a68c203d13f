"""Which requests are the same message."""

import hashlib
import re
from collections.abc import Sequence

from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.domain.phones import one_form_of
from whatsapp_tasks.errors import RequestRefused

MAX_KEY_LENGTH = 255
KEY = f"[!-~](?:[ -~]{{0,{MAX_KEY_LENGTH - 2}}}[!-~])?"
"""The form of idempotency keys. A blank at either end is lost on the way of a header: the repeat of a request
would be another message.
"""
ID = f"[0-9a-f]{{32}}-{SLUG}"
"""The form of ids of messages, chats and checks: 32 hex digits, a hyphen and the account."""
MESSAGE_ID = f"[0-9a-f]{{32}}(?:-({SLUG}))?"
"""Early versions gave messages an id without an account."""

_MESSAGE_ID = re.compile(MESSAGE_ID)
_KEY = re.compile(KEY)


def check_idempotency_key(key: str) -> str:
    """Return ``key`` if it is 1 to 255 printable ASCII characters without a blank at either end; raise
    RequestRefused otherwise.
    """
    if not _KEY.fullmatch(key):
        problem = f"must be 1 to {MAX_KEY_LENGTH} printable ASCII characters, without a blank at either end"
        raise RequestRefused(
            "idempotency_key_invalid",
            f"The idempotency key {problem}.",
            errors=[{"field": "idempotency_key", "message": problem}],
        )
    return key


def identity_digest(
    account: str, recipient: str, text: str, key: str | None, file: Sequence[str] = ()
) -> str:
    """Equal for two requests that are the same message: by the caller's key, else by recipient and content.

    SHA-256, hex.
    """
    return _digest("key", account, key) if key is not None else content_digest(account, recipient, text, file)


def content_digest(account: str, recipient: str, text: str, file: Sequence[str] = ()) -> str:
    """Must be equal when a key is used again; other content under the same key is a conflict. ``recipient``
    is what the caller named: a phone (E.164), of which all forms of one mobile number are the same, or the id
    of a chat. ``file`` is the identity of whatever else the message consists of: its file, its template, what
    it replies to.
    """
    return _digest("content", account, one_form_of(recipient), text, *file)


def message_id(identity: str, accepted_at_ms: int, account: str) -> str:
    """Message and task id: 32 hex digits, a hyphen and the account, so that the id is enough to find the
    record. The digits are a hash of the identity and the time of acceptance.

    The time is included because an identity can be claimed again after its window, while the first message's
    record is still kept.
    """
    return f"{_digest('id', identity, str(accepted_at_ms))[:32]}-{account}"


def is_message_id(value: object) -> bool:
    """Whether ``value`` has the form of an id; early versions gave ids without an account."""
    return isinstance(value, str) and _MESSAGE_ID.fullmatch(value) is not None


def account_in(message_id: str) -> str | None:
    """The account in an id; None for an id of early versions, or for another text."""
    match = _MESSAGE_ID.fullmatch(message_id)
    return match[1] if match else None


def _digest(*parts: str) -> str:
    raw = [part.encode() for part in parts]
    joined = b"".join([b"%d:%b" % (len(part), part) for part in raw])  # lengths: no two lists join alike
    return hashlib.sha256(joined).hexdigest()
