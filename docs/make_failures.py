"""Writes docs/failures.md from whatsapp_tasks/domain/faults.py: ``python docs/make_failures.py``."""

from pathlib import Path

from whatsapp_tasks.domain.faults import AFTER_ENTER, FAULTS, Fault

HEAD = """# Failure codes

Made from `whatsapp_tasks/domain/faults.py` by `python docs/make_failures.py`; a test holds the two together.

`error.code` of a message, and the codes in its timeline. *Whose*: what a **recipient** or a **text** causes
never stops the account. Only failures of the **page** count for the circuit breaker, each recipient
counts once: six in a row must fail. **us** is this service, its settings or an operator. *Attempts*: after so
many with this code the message fails; between them it is `queued`, with growing pauses, and can be cancelled.
"After Enter": the message stays `sending` while its chat is looked at, and ends `unknown` when the chat does
not show what became of it. A dash: what an operator or a setting decided, no number of attempts.

| code | whose | attempts | meaning | what to do |
|---|---|---|---|---|
"""


def _attempts(code: str) -> str:
    if code in AFTER_ENTER:
        return "after Enter"
    held = FAULTS[code].fault is Fault.US or code == "restricted"
    return "–" if held else str(FAULTS[code].attempts)


def failures_page() -> str:
    """The page as it should stand."""
    rows = [
        f"| `{code}` | {c.fault} | {_attempts(code)} | {c.meaning} | {c.next_step} |"
        for code, c in FAULTS.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("failures.md").write_text(failures_page(), "utf-8")
