"""Signed requests: HMAC-SHA256 over timestamp, method, path with query, and raw body."""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from whatsapp_tasks.errors import RequestRefused

PREFIX = "sha256="
MOST_SECRETS = 2
"""Secrets of one key, while its secret is being rotated."""

_NO_SECRET = "placeholder for a secret that the key does not have"  # noqa: S105


def sign(secret: str, timestamp: str, method: str, target: str, body: bytes) -> str:
    """The value of ``X-Signature``. ``target`` is the path with its query exactly as sent."""
    head = f"{timestamp}\n{method.upper()}\n{target}\n".encode("utf-8", "surrogatepass")
    mac = _keyed(secret).copy()
    mac.update(head + body)
    return PREFIX + mac.hexdigest()


@lru_cache(maxsize=1000)
def _keyed(secret: str) -> hmac.HMAC:
    """To be copied: a new one takes twice as long, because OpenSSL looks up the algorithm each time."""
    return hmac.new(secret.encode(), digestmod="sha256")


def check_signature(
    secrets: Sequence[str],
    *,
    signature: str | None,
    timestamp: str | None,
    method: str,
    target: str,
    body: bytes,
    now: float,
    past_seconds: float = 30,
    future_seconds: float = 5,
) -> None:
    """Raises RequestRefused (401) unless one of the key's secrets made this signature inside the window.

    ``now`` is in unix seconds. The window's defaults are the blueprint's. Comparison is in constant time, and
    a refusal computes the same number of MACs for keys with one secret, with two, and for unknown keys.
    """
    if not timestamp or not signature:
        raise _refused(
            "signature_missing", "Sign the request: send X-Timestamp and X-Signature (see docs/signing.md)."
        )
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise _refused("timestamp_invalid", "X-Timestamp must be the unix time in whole seconds.")
    age = now - int(timestamp)
    if not -future_seconds <= age <= past_seconds:
        raise _refused(
            "timestamp_expired",
            f"X-Timestamp is {abs(age):.0f} s {'old' if age > 0 else 'ahead'}; allowed are "
            f"{past_seconds:.0f} s past and {future_seconds:.0f} s ahead. Set the system "
            "clock, and sign each request again.",
        )
    given = signature.encode("utf-8", "replace")
    for index in range(MOST_SECRETS):
        secret = secrets[index] if index < len(secrets) else _NO_SECRET
        made = sign(secret, timestamp, method, target, body).encode()
        if hmac.compare_digest(made, given) and index < len(secrets):
            return
    raise signature_invalid()


def signature_digest(signature: str) -> str:
    """What is remembered of a used signature, whatever characters it has."""
    return hashlib.sha256(signature.encode("utf-8", "replace")).hexdigest()


def signature_invalid() -> RequestRefused:
    """The answer to a wrong signature and to an unknown key; it does not say which of them it was."""
    return _refused(
        "signature_invalid",
        "X-Api-Key is not known, or X-Signature does not match: it is sha256=HEX, the HMAC-SHA256 with the "
        "key's secret of 'timestamp\\nMETHOD\\npath?query\\nraw body' (see /docs).",
    )


def signature_replayed() -> RequestRefused:
    """The error for a second use of a signature."""
    return _refused(
        "signature_replayed",
        "This signature was used before. Sign each request again, with a fresh timestamp; a repeat "
        "within one second needs another body or X-Timestamp.",
    )


def _refused(code: str, message: str) -> RequestRefused:
    return RequestRefused(code, message, http_status=401)
