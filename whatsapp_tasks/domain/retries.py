"""What to do after a failed attempt: a decision as a value; the Task base class applies it."""

from dataclasses import dataclass
from typing import Literal

from whatsapp_tasks.errors import (
    BrowserError,
    SendError,
    SendPostponed,
    SendRefused,
    SendUnsettled,
)

MAX_ATTEMPTS = 20
"""Hours, with the circuit open between them: a page that is away for an evening fails no message."""
MAX_SETTLES = 10
MAX_UNCLEAR = 4
"""Looks at a chat that is there and does not tell; nothing else is sent meanwhile."""
FIRST_DELAY_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 300.0
LONGEST_SETTLE_DELAY_SECONDS = 60.0
"""Nothing else is sent meanwhile."""


@dataclass(frozen=True)
class RetryDecision:
    """After ``delay_seconds``, ``retry``: type again; ``settle``: look into the chat before anything else."""

    action: Literal["retry", "fail", "unknown", "settle"]
    code: str
    delay_seconds: float = 0.0


def decide_retry(error: SendError | BrowserError, attempt: int, *, jitter: float) -> RetryDecision:
    """The decision for the ``attempt``-th failed attempt (from 1). ``jitter`` in [0, 1) spreads retries.

    A browser error here means that it came before Enter: what came later is SendUnsettled.
    """
    match error:
        case SendUnsettled(code=code):
            return RetryDecision("unknown", code)
        case SendRefused(code=code):
            return RetryDecision("fail", code)
        case SendPostponed(code=code):
            pass
        case _:
            code = "browser_failed"
    if attempt >= MAX_ATTEMPTS:
        return RetryDecision("fail", code)
    delay = min(FIRST_DELAY_SECONDS * 2 ** (attempt - 1), LONGEST_DELAY_SECONDS)
    return RetryDecision("retry", code, delay * (0.75 + 0.5 * jitter))


def decide_settle(error: SendError | BrowserError, tried: int, *, jitter: float) -> RetryDecision:
    """The decision for the ``tried``-th failed look (from 1) at an attempt with an open intent.

    Enter may have been pressed, so nothing but the chat may lead back to typing. That the page is offline, or
    shows no chat, or says that the number is unknown, tells nothing about the attempt.
    """
    match error:
        case SendUnsettled(
            code="still_pending" as code
        ):  # its bubble lives in this page: it is followed there
            return RetryDecision("unknown", code)
        case SendRefused(code="whatsapp_refused" as code):  # said by the bubble itself
            return RetryDecision("fail", code)
        case SendError(code=code):
            pass
        case _:
            code = "browser_failed"
    if tried > (MAX_UNCLEAR if isinstance(error, SendUnsettled) else MAX_SETTLES):
        return RetryDecision("unknown", code)
    delay = min(FIRST_DELAY_SECONDS * 2 ** (tried - 1), LONGEST_SETTLE_DELAY_SECONDS)
    return RetryDecision("settle", code, delay * (0.75 + 0.5 * jitter))
