"""A campaign of pages that are not there yet: ``make mutate-pages``, ``python -m bench.mutate_pages --help``.

Each mutant is the simulator's page changed at random in ways WhatsApp has changed it before
(``whatsapp_simulator/mutations``). On it a worker's session is linked, sends, receives, and loses its
browser by a kill in the middle of a message. Then it is counted:

* **works**: everything was completed, each message was received once, in its chat, and reported correctly;
* **holds**: the account is in ATTENTION, which says what is amiss, and nothing was done wrongly;
* **harmful**: a message in a wrong chat, reported wrongly, doubled or lost, an account logged out;
* *silent*: something was not completed, and nothing says why. Not harmful, but not good.

A seed is enough to see one mutant again: ``--seed SEED --mutants 1``.
"""

import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import mkdtemp

import click
from rich.console import Console

from bench.one_worker import Life, OneWorker
from bench.verdicts import Reported, pressed_wrongly, wrongs
from whatsapp_simulator.mutations.kinds import KINDS
from whatsapp_simulator.mutations.mutate import mutate
from whatsapp_simulator.settings import Era
from whatsapp_simulator.settings import Settings as Look
from whatsapp_simulator.skins import skin
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks.domain.events import EventType
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.opt_outs import OptOuts

ANNA, BO = "+4915112345678", "+4915112345679"
ERAS: tuple[Era, ...] = ("E3", "E2", "E3", "E1")
CHANGES = (1, 2, 1, 3, 1, 4, 1, 5, 1, 6)
"""Half of the mutants differ in one thing, the others in up to six."""
POINTS = ("after_typing", "before_enter", "after_enter", "before_bubble_noted", "before_recording")
"""Where the browser is killed."""
SENT = ("sent", "delivered", "read")
WAITING = ("queued", "sending")
LINK_SECONDS, SEND_SECONDS, RECEIVE_SECONDS, SETTLE_SECONDS = 30.0, 45.0, 8.0, 60.0
"""How long each step may take before it counts as one that does not come to its end."""


@dataclass(frozen=True)
class Mutant:
    """``kinds``: only these, empty for all."""

    seed: int
    era: Era
    changes: int
    kinds: tuple[str, ...] = ()

    @classmethod
    def of(cls, seed: int, kinds: tuple[str, ...] = (), changes: int | None = None) -> "Mutant":
        """What the seed alone decides, where nobody asks for something else."""
        return cls(
            seed, ERAS[seed // len(CHANGES) % len(ERAS)], changes or CHANGES[seed % len(CHANGES)], kinds
        )

    def done(self) -> list[tuple[str, str]]:
        """Kinds and descriptions of its changes."""
        return mutate(skin(Look(era=self.era)), self.seed, self.changes, self.kinds)


@dataclass
class Outcome:
    """``verdict``: works, holds, silent or harmful; ``why``: what stopped it, or the harm."""

    mutant: Mutant
    done: list[tuple[str, str]]
    verdict: str = "works"
    why: str = ""


def play(world: OneWorker, mutant: Mutant) -> Outcome:
    """Links, sends, receives, kills, settles; then compares with what WhatsApp's side has."""
    outcome = Outcome(mutant, mutant.done())
    look = {"era": mutant.era, "lang": "en", "sync_ms": 50, "boot_ms": 50, "sent_ms": 60, "delivered_ms": 150}
    with world.life(**look, read_ms=150, login_at_once=True) as life:
        world.simulator.scenario(
            "mutated", seed=mutant.seed, changes=mutant.changes, kinds=list(mutant.kinds)
        )
        scanned: list[str] = []
        stopped = _steps(world.simulator, life, mutant, scanned)
        harm = _harm(world.simulator, life, mutant)
        if scanned and not world.simulator.devices():
            harm.append("logged out")
        if harm:
            outcome.verdict, outcome.why = "harmful", ", ".join(harm)
        elif stopped and life.state is SessionState.ATTENTION:
            outcome.verdict, outcome.why = "holds", life.reason
        elif stopped:
            outcome.verdict, outcome.why = "silent", f"{stopped} ({life.state}: {life.reason})"
    return outcome


def _steps(simulator: Simulator, life: Life, mutant: Mutant, scanned: list[str]) -> str:
    """The step that did not come to its end; empty when all did. ``scanned`` gets the code of the link."""
    if not _linked(simulator, life, scanned):
        return "link"
    first = _send(life, ANNA, f"first {mutant.seed}", SEND_SECONDS)
    if first not in SENT:
        return f"send: {first}"
    simulator.incoming(BO, f"hello {mutant.seed}")
    if not life.rounds(lambda: bool(_received(life)), RECEIVE_SECONDS):
        return "receive"
    point = random.Random(mutant.seed).choice(POINTS)
    with life.browser_killed_at(point):
        second = _send(life, BO, f"second {mutant.seed}", SETTLE_SECONDS)
    return "" if second in SENT else f"fault at {point}: {second}"


def _linked(simulator: Simulator, life: Life, scanned: list[str]) -> bool:
    """The phone scans the code that the worker has read off the page, no other."""

    def authenticated() -> bool:
        code = life.session.context.sessions.qr()
        if code and not scanned:
            simulator.link(ref=code)
            scanned.append(code)
        return bool(scanned) and life.state is SessionState.AUTHENTICATED

    return life.rounds(authenticated, LINK_SECONDS)


def _send(life: Life, phone: str, text: str, seconds: float) -> str:
    message_id = life.accept(phone, text)
    life.rounds(lambda: life.message(message_id).status in (*SENT, "failed", "unknown"), seconds)
    message = life.message(message_id)
    return f"{message.status} {message.error_code or ''}".strip()


def _received(life: Life) -> list[tuple[str, str]]:
    """Phone and preview of each message that was reported as received."""
    log = EventLog(life.database, life.session.context.account)
    events = [event for _, event in log.after("0-0", 100) if event and event.type is EventType.RECEIVED]
    records = log.records(events)
    return [(records[event.id]["phone"], records[event.id]["preview"]) for event in events]


def _harm(simulator: Simulator, life: Life, mutant: Mutant) -> list[str]:
    """What was done wrongly. The simulator is asked after the ledger (``wrongs``)."""
    said = f"hello {mutant.seed}"
    wrong_ear = any((phone or BO) != BO or (preview or said) != said for phone, preview in _received(life))
    reported = [Reported.of(message) for message in life.messages()]
    received = simulator.messages()
    found = {
        name
        for one in reported
        for name in wrongs(one, received)
        if not (name == "lost" and one.status in WAITING)  # what the account holds back is not lost
    }
    if wrong_ear:
        found.add("received wrongly")
    found |= {f"pressed {name}" for name in pressed_wrongly(simulator.presses())}
    if any(OptOuts(life.database).all()):
        found.add("opted out")
    return sorted(found)


_worlds: list[OneWorker] = []


def _play_here(mutant: Mutant) -> Outcome:
    """In this process' own world, which is made for its first mutant and ends with the process."""
    if not _worlds:
        folder = Path(mkdtemp(prefix="mutants-"))
        _worlds.append(OneWorker(folder))
        Finalize(None, _end_world, (folder,), exitpriority=10)
    return play(_worlds[0], mutant)


def _end_world(folder: Path) -> None:
    _worlds.pop().stop()
    shutil.rmtree(folder, ignore_errors=True)


def outcomes(mutants: Iterable[Mutant], jobs: int) -> Iterator[Outcome]:
    """As they come; several processes, each with a world of its own, where ``jobs`` is more than one."""
    if jobs == 1:
        yield from map(_play_here, mutants)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_play_here, mutants)
        pool.close()
        pool.join()  # so that each ends its world


def report(found: list[Outcome], console: Console) -> None:
    """Tables in Markdown, then the line of counts."""
    verdicts = ("works", "holds", "silent", "harmful")
    single = [outcome for outcome in found if len(outcome.done) == 1]
    console.print("\n| one change of this kind | mutants | " + " | ".join(verdicts) + " | works |")
    console.print("|---" * (len(verdicts) + 3) + "|")
    for kind in KINDS:
        _row(kind, [outcome for outcome in single if outcome.done[0][0] == kind], verdicts, console)
    _row("one change", single, verdicts, console)
    console.print("\n| changes | mutants | " + " | ".join(verdicts) + " | works |")
    console.print("|---" * (len(verdicts) + 3) + "|")
    for changes in sorted({len(outcome.done) for outcome in found}):
        _row(str(changes), [o for o in found if len(o.done) == changes], verdicts, console)
    held = Counter(outcome.why for outcome in found if outcome.verdict == "holds")
    console.print(
        "\nheld with the reason: " + ", ".join(f"{why} {number}" for why, number in held.most_common())
    )
    counts = Counter(outcome.verdict for outcome in found)
    console.print(f"neither worked nor reported anything: {counts['silent']}")
    console.print(
        f"mutants: {len(found)} works: {counts['works']} "
        f"holds: {counts['holds']} harmful: {counts['harmful']}"
    )


def _row(name: str, found: list[Outcome], verdicts: tuple[str, ...], console: Console) -> None:
    counts = Counter(outcome.verdict for outcome in found)
    share = f"{100 * counts['works'] / len(found):.0f} %" if found else "–"
    cells = " | ".join(str(counts[verdict]) for verdict in verdicts)
    console.print(f"| {name} | {len(found)} | {cells} | {share} |")


@click.command()
@click.option("--mutants", default=500, show_default=True)
@click.option("--seed", default=None, type=int, help="Of the first mutant; the next ones count up.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only these; repeatable."
)
@click.option("--changes", type=click.IntRange(1, 6), help="For all; otherwise by the seed, half of them 1.")
@click.option("--jobs", default=1, show_default=True, help="Processes, each with a browser of its own.")
def main(mutants: int, seed: int | None, kinds: tuple[str, ...], changes: int | None, jobs: int) -> None:
    """Ends with one line of counts; exit code 1 when a mutant was harmful."""
    console = Console(width=200, highlight=False)
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    console.print(f"seeds {seed} to {seed + mutants - 1}")
    found = []
    for outcome in outcomes((Mutant.of(seed + n, kinds, changes) for n in range(mutants)), jobs):
        found.append(outcome)
        changed = "; ".join(f"{kind}: {what}" for kind, what in outcome.done)
        console.print(
            f"{outcome.mutant.seed} {outcome.mutant.era} {outcome.verdict} {outcome.why} [{changed}]",
            markup=False,
        )
    report(found, console)
    sys.exit(int(any(outcome.verdict == "harmful" for outcome in found)))


if __name__ == "__main__":
    main()
