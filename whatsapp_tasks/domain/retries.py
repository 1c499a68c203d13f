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

MAX_ATTEMPTS = 8
FIRST_DELAY_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 300.0


@dataclass(frozen=True)
class RetryDecision:
    """``retry``: type again after ``delay_seconds``. ``settle``: look into the chat first, at once."""

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
