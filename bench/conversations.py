"""Messages of others, read whole under faults: is each received once, in order, and every gap told?

    python -m bench.conversations --incoming 1000 --chats 60 --outgoing 300 --faults 100

Real processes, a real Redis, a real Chromium, a webhook receiver over HTTP; what counts is what that was
told. The truth is the simulator's. The exit status is 1 unless the last line has three zeros.
``kill -INT`` of this process alone ends it early: no more is written, then the verdict.
"""

import contextlib
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console

from bench.faults import Campaign, Faults
from bench.received_verdicts import Chat, Verdict, judge
from bench.verdicts import SETTLED, Reported, wrongs
from tests.support.stack import Stack, eventually
from tests.support.webhook_receiver import Receiver
from whatsapp_simulator.phones import printed
from whatsapp_simulator.testing import SimulatorError
from whatsapp_tasks.crash_points import READING_POINTS
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

AHEAD = 15
"""Messages written and not received yet, at most: so that what strikes strikes while chats are read."""
WAIT_SECONDS = 120.0
"""For so much to be received; then more is written, whatever is left."""
HELD_SECONDS = 60.0
"""For the worker to come to a point in the reading of a chat."""
QUIET_SECONDS = 5.0
"""Without another delivery, once all is received: what comes twice comes within them."""
TELL_SECONDS = 10.0
LONG = " ".join(f"{n:04}" for n in range(700))
"""3,500 characters: folded twice."""
TEXTS = (
    "text 👍🏽",
    "two\nlines 🎈",
    "مرحبا بالعالم",
    "https://example.org/a?b=c",
    "Ünïcödé e\u0301 日本語",
    "You: 7",
    "no!",
)


@dataclass(frozen=True)
class Plan:
    """``stall_seconds``: without anything received for so long, what is left is not waited for."""

    incoming: int = 1000
    chats: int = 60
    outgoing: int = 300
    faults: int = 100
    seed: int = 1
    era: str = "E3"
    stall_seconds: float = 900.0


class ReadingFaults(Faults):
    """Those that strike a worker which reads chats."""

    def __init__(self, stack: Stack, campaign: Campaign) -> None:
        super().__init__(stack, campaign, ("worker", "webhooks"))
        self._weights = {
            self.worker_killed: 8,
            self.worker_killed_while_it_reads: 20,
            self.browser_killed: 10,
            self.driver_killed: 3,
            self.redis_killed: 12,
            self.redis_connections_cut: 5,
            self.webhooks_killed: 6,
            self.page_network_down: 6,
            self.page_offline: 3,
            self.page_reloaded: 8,
            self.page_hung: 2,
            self.look_ups_fail: 4,
            self.contact_loads_late: 4,
            self.chats_before_the_sync: 4,
            self.history_late: 10,
            self.focus_taken: 6,
            self.worker_stopped: 1,
        }

    def worker_killed_while_it_reads(self) -> str:
        """At one of the points of crash_points.py, by SIGKILL."""
        point = self._random.choice(READING_POINTS)
        self._stack.hold(point)
        try:
            eventually((self._stack.crash_points / f"{point}.reached").exists, point, HELD_SECONDS)
            self._stack.kill("worker")
        except AssertionError:
            return f"{point} was not reached"
        finally:
            self._stack.let_go(point)
        self._stack.run("worker")
        return point

    def webhooks_killed(self) -> None:
        self._stack.kill("webhooks")
        self._stack.run("webhooks")

    def history_late(self) -> str:
        """The chats that are opened next show their newest messages late; the page says that it loads."""
        newest, ms = self._random.randint(1, 3), self._random.choice([300, 1500, 4000])
        self._stack.simulator.scenario("stale_history", newest=newest, ms=ms, count=3)
        return f"{newest} for {ms} ms"


@dataclass
class Cast:
    """Who writes: people, some with one name, groups, and people who hide their phone."""

    people: list[str]
    groups: list[str]
    hidden: list[str]
    titles: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, chats: int) -> "Cast":
        groups = [f"12036300000000{n:04}" for n in range(chats // 6)]
        hidden = [f"18000000000{n:04}" for n in range(chats // 10)]
        people = [f"491511{n:07}" for n in range(chats - len(groups) - len(hidden))]
        return cls(people, groups, hidden)

    @property
    def everybody(self) -> list[str]:
        return [*self.people, *self.groups, *self.hidden]

    def enter(self, stack: Stack) -> None:
        """Every third of the people has a name, and the first two of these the same; some have history."""
        sim = stack.simulator
        for n, person in enumerate(self.people):
            name = None if n % 3 else f"Ann {max(n, 3)}"
            old: list[dict[str, Any]] = [{"text": f"old {n}"}, {"text": "and answered", "mine": True}]
            sim.chat(person, name, old if n % 4 == 0 else [])
            self.titles[person] = name or printed(person)
        for group in self.groups:
            self.titles[group] = f"Group {group[-4:]}"
            sim.group(group, self.titles[group], ["Dora", "Eli"])
        for number in self.hidden:
            self.titles[number] = f"@user{number[-4:]}"
            sim.hidden_person(number, self.titles[number])

    def chat(self, number: str, messages: list[dict[str, Any]]) -> Chat:
        title = self.titles[number]
        unique = list(self.titles.values()).count(title) == 1
        return Chat(number, title if unique else None, messages, group=number in self.groups)


class Conversations:
    """``run`` plays the plan on a linked ``stack``."""

    def __init__(self, stack: Stack, receiver: Receiver, plan: Plan, console: Console) -> None:
        self._stack, self._receiver, self._plan, self._console = stack, receiver, plan, console
        self._random = random.Random(plan.seed)
        self._campaign = Campaign(plan.seed, stack.folder / "strikes.log")
        self._faults = ReadingFaults(stack, self._campaign)
        self._cast = Cast.of(plan.chats)
        self._written: set[str] = set()
        self._sent: list[str] = []
        self._next_tell = 0.0
        self._began = time.monotonic()

    def run(self) -> Verdict:
        self._cast.enter(self._stack)
        plan = self._plan
        acts: list[Callable[[], None]] = [self._write] * plan.incoming + [self._send] * plan.outgoing
        acts += [self._strike] * plan.faults
        self._random.shuffle(acts)
        with contextlib.suppress(KeyboardInterrupt):
            for act in acts:
                act()
                self._until(lambda: len(self._written) - len(self._received()) < AHEAD, WAIT_SECONDS)
        self._faults.heal()
        self._stack.simulator.clear_scenarios()
        self._console.print("all is written; now the rest is read")
        self._settle()
        return self._report()

    # what is done

    def _write(self) -> None:
        sim, draw, n = self._stack.simulator, self._random, len(self._written)
        chat = draw.choice(self._cast.everybody)
        more: dict[str, Any] = {"author": draw.choice(["Dora", "Eli"])} if chat in self._cast.groups else {}
        text = f"{n} {draw.choice(TEXTS)}"
        match draw.randint(0, 11):
            case 0:
                more |= {"file": {"kind": "document", "name": f"paper {n}.pdf", "size": 60_000}}
                text = ""
            case 1:
                more |= {"file": {"kind": draw.choice(["image", "video"])}}
            case 2:
                more |= {"file": {"kind": draw.choice(["audio", "sticker"])}}
                text = ""
            case 3:
                more |= {"special": draw.choice(["location", "contact", "deleted"])}
                text = ""
            case 4:
                text = f"{n} {LONG}"
            case 5:
                more |= {"quoted": {"author": "You", "text": draw.choice(["STOP", f"out {n} word for word"])}}
        self._written.add(sim.incoming(chat, text, **more))

    def _send(self) -> None:
        phone = f"+{self._random.choice(self._cast.people)}"
        text = f"out {len(self._sent)} word for word"
        try:
            self._sent.append(self._stack.dispatcher.send(MessageRequest(phone, text)).id)
        except StoreUnavailable as error:
            self._console.print(f"not sent: {error}")

    def _strike(self) -> None:
        try:
            self._faults.strike()
        except (SimulatorError, StoreUnavailable, KeyError, OSError) as error:
            self._console.print(f"a fault missed: {type(error).__name__}: {error}")
        self._faults.heal()

    # waiting

    def _received(self) -> set[str]:
        """Ids of the messages that the receiver was told of, whoever wrote them."""
        with self._receiver.changed:
            messages = [request.envelope["data"]["message"] for request in self._receiver.received]
        return {message["whatsapp_id"] for message in messages if message} & self._written

    def _until(self, done: Callable[[], bool], stall_seconds: float) -> bool:
        """Whether ``done`` came true before nothing was received for that long."""
        before, moved = -1, time.monotonic()
        while not done():
            now = len(self._received())
            if now != before:
                before, moved = now, time.monotonic()
            if time.monotonic() - moved > stall_seconds:
                return False
            self._tell()
            self._faults.heal()
            time.sleep(0.1)
        self._tell()
        return True

    def _tell(self) -> None:
        if time.monotonic() < self._next_tell:
            return
        self._next_tell = time.monotonic() + TELL_SECONDS
        plan, faults = self._plan, self._campaign.faults.total()
        self._console.print(
            f"{time.monotonic() - self._began:6.0f} s: written {len(self._written)} of {plan.incoming}, "
            f"received {len(self._received())}, accepted {len(self._sent)} of {plan.outgoing}, "
            f"faults {faults} of {plan.faults}"
        )

    def _settle(self) -> None:
        if not self._until(lambda: self._received() == self._written, self._plan.stall_seconds):
            self._console.print(f"[red]nothing more came within {self._plan.stall_seconds:.0f} s[/]")
        stores = AccountStores(self._stack.database, self._stack.settings, "default")
        self._console.print(f"chats still to be read: {Counter(stores.inbox.to_read().values())}")
        self._until(self._is_settled, self._plan.stall_seconds)

    def _is_settled(self) -> bool:
        """Nothing waits to be sent, and nothing has come for a while."""
        with self._receiver.changed:
            last = max((request.at for request in self._receiver.received), default=0.0)
        if time.monotonic() - last < QUIET_SECONDS:
            return False
        return all(self._stack.dispatcher.get(sent).status in SETTLED for sent in self._sent)

    # the verdict

    def _report(self) -> Verdict:
        sim = self._stack.simulator
        chats = [
            self._cast.chat(number, [m for m in sim.in_chat(number) if m["id"] in self._written])
            for number in self._cast.everybody
        ]
        messages = [self._stack.dispatcher.get(sent) for sent in self._sent]
        statuses = Counter(str(message.status) for message in messages)
        truth = sim.messages()
        wrong = Counter(name for message in messages for name in wrongs(Reported.of(message), truth))
        verdict = judge(chats, [request.envelope for request in self._receiver.received])
        for story in verdict.stories:
            self._console.print(story, highlight=False, markup=False)
        faults = self._campaign.faults
        self._console.print(
            f"took {time.monotonic() - self._began:.0f} s\n"
            f"faults: {', '.join(f'{name} {n}' for name, n in sorted(faults.items())) or 'none'}\n"
            f"sent: {dict(statuses)}, wrong: {dict(wrong) or 'none'}\n"
            f"written to us: {verdict.written}, told as missed: {verdict.told_missed}, gaps told in vain: "
            f"{verdict.in_vain}, old ones told as new: {verdict.strange}, repeated by webhooks under "
            f"their id: {verdict.repeated}",
            highlight=False,
        )
        return verdict


def play(folder: Path, plan: Plan, console: Console) -> Verdict:
    """The whole campaign, in an empty folder."""
    with Receiver() as receiver:
        stack = reading_stack(folder / "stack", receiver, era=plan.era)
        try:
            return Conversations(stack, receiver, plan, console).run()
        finally:
            stack.stop()


def reading_stack(folder: Path, receiver: Receiver, *, era: str = "E3") -> Stack:
    """Worker and webhooks of a linked account whose chats are read, running; ``receiver`` is told of them."""
    environment = {
        "WHATSAPP_RECEIVE": "full",
        "WHATSAPP_ACK_TIMEOUT_SECONDS": "20",
        "WHATSAPP_CIRCUIT_FAILURES": "1000000",
    }
    stack = Stack(folder, era=era, environment=environment)
    try:
        stack.start("worker", "webhooks")
        secret = encode_secret(b"s" * 32)
        WebhookEndpoints(stack.database).add(
            Endpoint("campaign", receiver.url, (secret,), ("message.received",), allow_private=True)
        )
        stack.link(flushed=True)
    except BaseException:
        stack.stop()
        raise
    return stack


@click.command()
@click.option("--incoming", default=1000, show_default=True)
@click.option("--chats", default=60, show_default=True)
@click.option("--outgoing", default=300, show_default=True)
@click.option("--faults", default=100, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--era", type=click.Choice(["E1", "E2", "E3"]), default="E3", show_default=True)
@click.option("--stall-seconds", default=900.0, show_default=True)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="An empty folder; is kept.")
def main(keep: Path | None, **plan: Any) -> None:
    """Plays the campaign; ends with one line of counts."""
    console = Console()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have background jobs ignore it
    if keep is not None:
        verdict = play(keep, Plan(**plan), console)
    else:
        with TemporaryDirectory(prefix="conversations-") as folder:
            verdict = play(Path(folder), Plan(**plan), console)
    console.print(verdict.last_line(), highlight=False)
    sys.exit(int(verdict.failed))


if __name__ == "__main__":
    main()
