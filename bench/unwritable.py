"""Recipients who cannot be written to, among others: ``python -m bench.unwritable --help``.

Twice the same messages at the same pace, through a real worker: once to ordinary recipients alone, once with
every fifth message to somebody who cannot be written to (the simulator's magic numbers, one kind after the
other) or whose chat bears the number of somebody else. The account must not pause for them, nobody may be
reported wrongly, and the others' median time from acceptance to WhatsApp's server may be no worse than 1.2 x.
"""

import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import track

from bench.verdicts import SETTLED, WRONGS, Reported, wrongs
from tests.support.stack import Stack, eventually
from whatsapp_simulator.phones import MAGIC_NUMBERS, printed
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.sessions import Sessions

PHONES = [f"+4915112345{number:03d}" for number in range(40)]
ATTACKERS = {"+4915112349001": PHONES[0], "+4915112349002": PHONES[1]}
"""Phones whose chats bear the number of somebody else."""
WRITABLE = frozenset(
    {
        *("ordinary", "never_read", "never_delivered", "slow", "lost_acks", "stuck_pending"),
        *("query_error", "altered_text"),
    }
)
"""Fates of magic numbers that say nothing against the recipient; all others do."""
EVERY = 5
WORSE_AT_MOST = 1.2
GOOD_STATES = frozenset({"INIT", "QR_PENDING", "AUTHENTICATED"})
SETTLE_SECONDS = 600.0


@dataclass
class Run:
    """``seconds``: of the others, from acceptance to the server's tick. ``ends``: of the rest, by kind."""

    seconds: list[float] = field(default_factory=list)
    ends: dict[str, Counter[str]] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)
    pauses: set[str] = field(default_factory=set)
    found: Counter[str] = field(default_factory=Counter)


def unwritable() -> dict[str, str]:
    """Phone by kind: magic numbers, and contacts with somebody else's number for a name."""
    kinds = {number.fate: f"+{number.digits}" for number in MAGIC_NUMBERS if number.fate not in WRITABLE}
    return kinds | {f"named as {victim}": phone for phone, victim in ATTACKERS.items()}


def run(messages: int, every_seconds: float, *, mixed: bool, era: str, console: Console) -> Run:
    """One worker's way through all of it."""
    kinds = list(unwritable().items()) if mixed else []
    outcome = Run()
    with TemporaryDirectory(prefix="unwritable-") as folder:
        stack = Stack(Path(folder) / "stack", era=era, environment={"WHATSAPP_CAP_POLICY": "off"})
        try:
            stack.start("worker")
            stack.link(flushed=True)
            for phone, victim in ATTACKERS.items():
                stack.simulator.chat(phone, printed(victim[1:]))
            numbers = track(range(messages), description="mixed" if mixed else "ordinary", console=console)
            accepted = _produce(stack, kinds, numbers, every_seconds, outcome)
            _settle(stack, [message_id for message_id, _ in accepted], outcome)
            _judge(stack, accepted, outcome)
        finally:
            stack.stop()
    return outcome


def _produce(
    stack: Stack, kinds: list[tuple[str, str]], numbers: Iterable[int], every_seconds: float, outcome: Run
) -> list[tuple[str, str]]:
    """Message ids, each with its kind: empty for those whose time counts, `fifth` where all are ordinary."""
    accepted = []
    begin = time.monotonic()
    for number in numbers:
        time.sleep(max(0.0, begin + number * every_seconds - time.monotonic()))
        kind, phone = "", PHONES[number * 7 % len(PHONES)]
        if number % EVERY == EVERY - 1:
            kind, phone = kinds[number // EVERY % len(kinds)] if kinds else ("fifth", phone)
        accepted.append((stack.dispatcher.send(MessageRequest(phone, f"message {number}")).id, kind))
        _look(stack, outcome)
    return accepted


def _look(stack: Stack, outcome: Run) -> None:
    outcome.states.add(str(Sessions(stack.database, "default").get().state))
    outcome.pauses |= {str(pause) for pause in Pauses(stack.database, "default").all()}


def _settle(stack: Stack, ids: list[str], outcome: Run) -> None:
    def all_settled() -> bool:
        _look(stack, outcome)
        return all(stack.dispatcher.get(message_id).status in SETTLED for message_id in ids)

    eventually(all_settled, "every message has a final status", SETTLE_SECONDS)


def _judge(stack: Stack, accepted: list[tuple[str, str]], outcome: Run) -> None:
    messages = [(stack.dispatcher.get(message_id), kind) for message_id, kind in accepted]
    received = stack.simulator.messages()
    for message, kind in messages:
        outcome.found.update(wrongs(Reported.of(message, writable=kind in ("", "fifth")), received))
        if kind:
            end = f"{message.status} {message.error_code or ''}".strip()
            outcome.ends.setdefault(kind, Counter())[end] += 1
        elif (seconds := _seconds(message)) is not None:
            outcome.seconds.append(seconds)
    outcome.states |= {entry["to"] for entry in Sessions(stack.database, "default").history(200)}


def _seconds(message: Message) -> float | None:
    at_ms = next((e.at_ms for e in message.timeline if e.status in ("sent", "delivered", "read")), None)
    return None if at_ms is None else (at_ms - message.created_ms) / 1000


@click.command()
@click.option("--messages", default=150, show_default=True)
@click.option("--every", default=3.0, show_default=True, help="Seconds between two messages.")
@click.option("--era", type=click.Choice(["E1", "E2", "E3"]), default="E3", show_default=True)
def main(messages: int, every: float, era: str) -> None:
    """Ends with one line of figures; exit code 1 when the account paused, others waited, or a status was
    wrong.
    """
    console = Console(width=160, highlight=False)
    plain = run(messages, every, mixed=False, era=era, console=console)
    mixed = run(messages, every, mixed=True, era=era, console=console)
    console.print("| every fifth message to | ended as |\n|---|---|")
    for kind, ends in mixed.ends.items():
        console.print(f"| {kind} | {', '.join(f'{end} {number}x' for end, number in ends.items())} |")
    one, other = statistics.median(plain.seconds), statistics.median(mixed.seconds)
    paused = sorted((mixed.states | mixed.pauses) - GOOD_STATES)
    wrong = plain.found + mixed.found
    console.print(
        f"others: median {one:.2f} s alone, {other:.2f} s among them: {other / one:.2f} x; "
        f"paused: {', '.join(paused) or 'never'}; wrong: {', '.join(map(str, wrong.items())) or 'none'}"
    )
    sys.exit(int(other > one * WORSE_AT_MOST or bool(paused) or any(wrong[name] for name in WRONGS)))


if __name__ == "__main__":
    main()
