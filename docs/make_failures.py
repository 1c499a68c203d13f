"""Writes docs/failures.md from whatsapp_tasks/domain/faults.py: ``python docs/make_failures.py``."""

from pathlib import Path

from whatsapp_tasks.domain.faults import AFTER_ENTER, FAULTS, Fault

HEAD = """# Failure codes

Generated from `whatsapp_tasks/domain/faults.py` by `python docs/make_failures.py`; a test compares the two.

These are the values of `error.code` of a message, and the codes in its timeline. *Fault*: failures caused by
a **recipient**, a **text** or a **file** never stop the account. Only failures of the **page** count for the
circuit breaker, and each recipient counts once: six in a row must fail. **us** means this service, its
settings or an operator. *Attempts*: the message fails after this many attempts with the code; between them it
is `queued`, with growing pauses, and can be cancelled. "After Enter": the message stays `sending` while its
chat is looked at, and becomes `unknown` if the chat does not show whether it was sent. A dash: an operator or
a setting decides, not a number of attempts.

| code | fault | attempts | meaning | what to do |
|---|---|---|---|---|
"""


def _attempts(code: str) -> str:
    if code in AFTER_ENTER:
        return "after Enter"
    held = FAULTS[code].fault is Fault.US or code in ("restricted", "chat_locked")
    return "–" if held else str(FAULTS[code].attempts)


def failures_page() -> str:
    """The text of the page."""
    rows = [
        f"| `{code}` | {c.fault} | {_attempts(code)} | {c.meaning} | {c.next_step} |"
        for code, c in FAULTS.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("failures.md").write_text(failures_page(), "utf-8")
