"""What to do after a failed attempt: a decision as a value; the Task base class applies it."""

from dataclasses import dataclass
from typing import Literal

from whatsapp_tasks.domain.faults import MAX_ATTEMPTS, Fault, consequence_of
from whatsapp_tasks.errors import BrowserError, SendError, SendRefused, SendUnsettled

BROWSER_FAILED = "browser_failed"

MAX_SETTLES = 10
MAX_UNCLEAR = 4
"""Looks at a chat that opens but does not show the result; nothing else is sent meanwhile."""
MAX_UNREACHABLE = 2
"""Looks at a chat that cannot be opened because of its recipient; other messages wait meanwhile."""
AT_ONCE = 4
"""From this attempt on, a message that was certainly not sent waits before the next attempt."""
FIRST_DELAY_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 300.0
LONGEST_SETTLE_DELAY_SECONDS = 60.0
"""Nothing else is sent meanwhile."""


@dataclass(frozen=True)
class RetryDecision:
    """After ``delay_seconds``: ``retry`` means type again, ``settle`` means look into the chat first."""

    action: Literal["retry", "fail", "unknown", "settle"]
    code: str
    delay_seconds: float = 0.0


def code_of(error: SendError | BrowserError) -> str:
    """The error's code in ``domain/faults.py``; all browser errors have the same code."""
    return error.code if isinstance(error, SendError) else BROWSER_FAILED


def decide_retry(
    error: SendError | BrowserError, attempt: int, *, jitter: float, same_before: int = 0
) -> RetryDecision:
    """The decision for the ``attempt``-th failed attempt (from 1), of which ``same_before`` failed with the
    same code. ``jitter`` in [0, 1) spreads retries.

    A browser error here happened before Enter: a later one is SendUnsettled.
    """
    code = code_of(error)
    if isinstance(error, SendUnsettled):
        return RetryDecision("unknown", code)
    last = attempt >= MAX_ATTEMPTS or same_before + 1 >= consequence_of(code).attempts
    if isinstance(error, SendRefused) or last:
        return RetryDecision("fail", code)
    delay = min(FIRST_DELAY_SECONDS * 2 ** (attempt - 1), LONGEST_DELAY_SECONDS)
    return RetryDecision("retry", code, delay * (0.75 + 0.5 * jitter))


def decide_again(attempts: int, code: str) -> RetryDecision:
    """The decision for a message that was not sent, according to its chat, or because its worker died before
    Enter, after so many attempts. The first retries are immediate; later ones have pauses, because the cause
    may persist.
    """
    if attempts >= MAX_ATTEMPTS:
        return RetryDecision("fail", code)
    if attempts < AT_ONCE:
        return RetryDecision("retry", code)
    delay = min(FIRST_DELAY_SECONDS * 2 ** (attempts - AT_ONCE), LONGEST_DELAY_SECONDS)
    return RetryDecision("retry", code, delay)


def decide_settle(error: SendError | BrowserError, tried: int, *, jitter: float) -> RetryDecision:
    """The decision for the ``tried``-th failed look (from 1) at an attempt with an open intent.

    Enter may have been pressed, so only the chat may lead back to typing. A page that is offline, shows no
    chat, or says that the number is unknown, says nothing about the attempt.
    """
    code = code_of(error)
    if isinstance(error, SendUnsettled) and code in ("still_pending", "file_uploading"):
        return RetryDecision("unknown", code)  # its bubble exists in this page: it is followed there
    if isinstance(error, SendRefused) and code in ("whatsapp_refused", "file_upload_stopped"):
        return RetryDecision("fail", code)  # shown by the bubble itself
    if tried > _looks_allowed(error, code):
        return RetryDecision("unknown", code)
    delay = min(FIRST_DELAY_SECONDS * 2 ** (tried - 1), LONGEST_SETTLE_DELAY_SECONDS)
    return RetryDecision("settle", code, delay * (0.75 + 0.5 * jitter))


def _looks_allowed(error: SendError | BrowserError, code: str) -> int:
    if consequence_of(code).fault is Fault.RECIPIENT:
        return MAX_UNREACHABLE
    return MAX_UNCLEAR if isinstance(error, SendUnsettled) else MAX_SETTLES
