"""Which requests are the same message."""

import hashlib
import re

from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.domain.phones import one_form_of
from whatsapp_tasks.errors import RequestRefused

MAX_KEY_LENGTH = 255
_ID = re.compile(f"[0-9a-f]{{32}}(?:-({SLUG}))?")
_KEY = re.compile(f"[ -~]{{1,{MAX_KEY_LENGTH}}}")


def check_idempotency_key(key: str) -> str:
    """The key itself, when it is 1 to 255 printable ASCII characters; raises RequestRefused otherwise."""
    if not _KEY.fullmatch(key):
        problem = f"must be 1 to {MAX_KEY_LENGTH} printable ASCII characters"
        raise RequestRefused(
            "idempotency_key_invalid",
            f"The idempotency key {problem}.",
            errors=[{"field": "idempotency_key", "message": problem}],
        )
    return key


def identity_digest(account: str, phone: str, text: str, key: str | None) -> str:
    """What makes two requests one message: the caller's key, else recipient and text. SHA-256, hex."""
    return _digest("key", account, key) if key is not None else content_digest(account, phone, text)


def content_digest(account: str, phone: str, text: str) -> str:
    """What must be equal when a key comes again; another content under the same key is a conflict. The forms
    of one mobile are one recipient.
    """
    return _digest("content", account, one_form_of(phone), text)


def message_id(identity: str, accepted_at_ms: int, account: str) -> str:
    """Message and task id: 32 hex digits, a hyphen and the account, so that the id alone leads to the record.
    The digits are the identity's hash together with the time it was claimed.

    The time is in it because an identity may be claimed anew when its window has passed, while the first
    message's record is still kept.
    """
    return f"{_digest('id', identity, str(accepted_at_ms))[:32]}-{account}"


def is_message_id(value: object) -> bool:
    """Whether it has the form of an id; early versions gave ids without an account."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def account_in(message_id: str) -> str | None:
    """The account that an id names; None for one of early versions, and for what is no id."""
    match = _ID.fullmatch(message_id)
    return match[1] if match else None


def _digest(*parts: str) -> str:
    raw = [part.encode() for part in parts]
    joined = b"".join([b"%d:%b" % (len(part), part) for part in raw])  # lengths: no two lists join alike
    return hashlib.sha256(joined).hexdigest()
