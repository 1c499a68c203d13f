"""A campaign of faults against the whole service: ``make faults``, or ``python -m bench.faults --help``.

Real processes, a real Redis with append-only persistence, a real Chromium; the simulator's list of what its
server received is the truth. While messages flow, faults strike at random, from a seed that is
printed. At the end every accepted message must be in one final status that agrees with that list.
``kill -INT`` of this process alone ends it early: no more messages and faults, then the verdict on those
there were. (Ctrl-C goes to its children too.)

What struck when, and what became of each message, stands in a log (``--log``). The seed decides texts,
recipients and faults; what a fault hits is up to the clock, so the logs of two runs differ.
"""

import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import click
import psutil
import redis
import requests
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.texts import text_of
from bench.verdicts import SETTLED, WRONGS, Reported, pressed_wrongly, wrongs
from tests.support.files import TABLE, Sample
from tests.support.stack import Stack, eventually
from tests.support.uploads import send_file
from whatsapp_simulator.phones import printed
from whatsapp_simulator.testing import ReceivedMessage, SimulatorError
from whatsapp_tasks.client import Client
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.errors import StoreUnavailable, WhatsAppTasksError
from whatsapp_tasks.queues import deliver_envelope, messages_list
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.messages import Message

PHONES = [f"+4915112345{number:03d}" for number in range(40)]
ATTACKERS = {
    PHONES[-1]: printed(PHONES[0][1:]),
    PHONES[-2]: printed(PHONES[1][1:]),
    PHONES[-3]: "+٤٩ ١٥١١ ٢٣٤٥٠٠٢",
    PHONES[-4]: "0151 12345003",
    PHONES[-5]: "20240117-33",
    PHONES[-6]: "~" + printed(PHONES[4][1:]),
}
"""Contacts who chose what their chats are called: numbers of others, or what looks like one."""
SAMPLES = tuple(sample for sample in TABLE if sample.name in ("invoice.pdf", "chart.png", "all.zip"))
MOST_CAPTION = 1000
"""Characters; the page takes 1,024 (docs/whatsapp-web.md, 12.6)."""
SERVICE = ("worker", "web", "beat")
AHEAD = 40
"""Messages accepted and not yet settled: enough that a worker always has something to do."""
TELL_SECONDS = 60.0
"""Between two lines about the progress, where no bar can be shown."""
COMPILER = None if os.environ.get("NO_CLOCK_JUMPS") else shutil.which("cc")
"""Clock jumps need one, for bench/clock_shim.c; without it the campaign goes on without them and says so."""


@dataclass
class Accepted:
    """One message of the campaign; ``id`` once the API has returned it."""

    key: str
    phone: str
    text: str
    id: str | None = None
    sample: Sample | None = None
    """Its file; the text is the caption then."""


@dataclass(frozen=True)
class Strike:
    """One fault; times are unix seconds."""

    fault: str
    began: float
    ended: float
    detail: str = ""

    def __str__(self) -> str:
        took = f"{self.began:.3f} +{self.ended - self.began:.3f} s"
        return f"{took} {self.fault} {self.detail}".rstrip()


@dataclass
class Campaign:
    """What happened. ``log`` is written as it happens."""

    seed: int
    log: Path
    strikes: list[Strike] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    """Phones whose chats bore the number of somebody else at some time: those may end as `wrong_chat`."""
    accepted: list[Accepted] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    worker_deaths: list[float] = field(default_factory=list)
    repeats: int = 0
    unanswered: int = 0


class Producer(threading.Thread):
    """Sends through the API, as a caller would: one key per message, some requests repeated."""

    def __init__(
        self, stack: Stack, client: Client, campaign: Campaign, messages: int, *, files: bool = False
    ) -> None:
        """``files``: every third message has one."""
        super().__init__(daemon=True)
        self._files = files
        self._stack = stack
        self._client = client
        self._campaign = campaign
        self._messages = messages
        self._random = random.Random(campaign.seed)
        self._enough = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            for number in range(self._messages):
                self._wait_for_room()
                if self._enough.is_set():
                    return
                self._one(number)
        except Exception as error:  # noqa: BLE001 - carried to the main thread, which raises it
            self.error = error

    def end(self) -> None:
        """No more messages; returns when the last one is accepted."""
        self._enough.set()
        self.join()

    def _one(self, number: int) -> None:
        draw = self._random
        item = Accepted(uuid.uuid4().hex, draw.choice(PHONES), text_of(number, draw))
        if self._files and number % 3 == 2:
            item.sample = SAMPLES[number % len(SAMPLES)]
            item.text = item.text[:MOST_CAPTION].strip()
        self._campaign.accepted.append(item)
        for _ in range(2 if draw.random() < 0.1 else 1):
            try:
                if item.sample is not None:
                    item.id = accept(self._stack, item)
                    continue
                answer = self._client.send(item.phone, item.text, idempotency_key=item.key)
                item.id = answer["id"]
                self._campaign.repeats += answer["duplicate"]
            except (WhatsAppTasksError, requests.RequestException):
                self._campaign.unanswered += 1  # asked again at the end, with the same key

    def _wait_for_room(self) -> None:
        while not self._enough.is_set():
            try:
                counts = self._stack.dispatcher.queue("default").counts()
            except StoreUnavailable:
                counts = {"open": AHEAD}
            if sum(counts.values()) < AHEAD:
                return
            time.sleep(0.1)


def accept(stack: Stack, item: Accepted) -> str:
    """The id of the message, accepted as by an app on the same Redis; the same again for the same key."""
    if item.sample is None:
        return stack.dispatcher.send(MessageRequest(item.phone, item.text, idempotency_key=item.key)).id
    return send_file(stack.database, stack.settings, item.phone, item.sample, item.text, key=item.key)


class Faults:
    """One method per fault; each leaves the world so that it can heal."""

    def __init__(self, stack: Stack, campaign: Campaign, processes: Sequence[str] = SERVICE) -> None:
        self._stack = stack
        self._campaign = campaign
        self._processes = processes
        self._random = random.Random(campaign.seed + 1)
        self._pace = 1.0
        self._weights: dict[Callable[[], str | None], int] = {
            self.worker_killed: 26,
            self.browser_killed: 14,
            self.driver_killed: 8,
            self.redis_killed: 12,
            self.redis_frozen: 5,
            self.redis_connections_cut: 5,
            self.page_network_down: 6,
            self.page_network_stalled: 5,
            self.page_reloaded: 5,
            self.page_hung: 3,
            self.page_offline: 4,
            self.look_ups_fail: 6,
            self.chat_renamed: 6,
            self.contact_loads_late: 2,
            self.chats_before_the_sync: 2,
            self.focus_taken: 8,
            self.web_killed: 5,
            self.beat_restarted: 2,
            self.entry_copied: 10,
            self.second_worker: 2,
            self.worker_stopped: 1,
        }
        if processes != SERVICE:  # the baseline has no such parts
            for fault in (self.web_killed, self.beat_restarted, self.entry_copied, self.second_worker):
                del self._weights[fault]
        if COMPILER:
            self._weights[self.clock_jumps] = 4

    def strike(self) -> None:
        fault = self._random.choices(list(self._weights), list(self._weights.values()))[0]
        campaign = self._campaign
        campaign.faults[fault.__name__] += 1
        self._pace = self._random.uniform(0.5, 1.5)
        began, detail = time.time(), "missed"
        try:
            detail = fault() or ""
        finally:
            campaign.strikes.append(Strike(fault.__name__, began, time.time(), detail))
            with campaign.log.open("a", encoding="utf-8") as log:
                print(campaign.strikes[-1], file=log)

    def pause(self, messages_share: float, faults_share: float) -> float:
        """Seconds from the last fault to the next, as things are now, so that messages and faults end
        together: on a slow machine the next fault waits for messages.
        """
        return self._pace * (1.0 if faults_share <= messages_share else 20.0)

    def heal(self) -> None:
        """Everything that ended runs again, as a supervisor would see to."""
        for name in self._processes:
            if not self._stack.has(name) or not self._stack.running(name):
                self._stack.run(name)

    def worker_killed(self) -> None:
        if self._stack.has("worker"):
            self._campaign.worker_deaths.append(time.time())
            self._stack.kill("worker")
        self._stack.run("worker")

    def browser_killed(self) -> None:
        self._kill_browser_processes(driver=False)

    def driver_killed(self) -> None:
        self._kill_browser_processes(driver=True)

    def redis_killed(self) -> None:
        self._stack.redis.kill()
        time.sleep(self._random.uniform(0, 2))
        self._stack.redis.start()

    def redis_frozen(self) -> None:
        self._stack.redis.freeze()
        time.sleep(self._random.uniform(0.5, 4))
        self._stack.redis.thaw()

    def redis_connections_cut(self) -> None:
        cut_connections(self._stack)

    def page_network_down(self) -> None:
        self._scenario("network_down")

    def page_network_stalled(self) -> None:
        self._scenario("network_stall")

    def page_offline(self) -> str:
        """Longer than it takes a page to say so; half of the times it says nothing for 18 s."""
        silent = self._random.random() < 0.5
        self._scenario("network_down", self._random.uniform(5, 20), status_json=silent)
        return "shows nothing" if silent else "shows it"

    def look_ups_fail(self) -> str:
        """The popup of a wrong number for numbers that are right, as when the server hiccups."""
        every = self._random.randint(1, 3)
        self._scenario("lookup_failures", self._random.uniform(0.5, 8), every=every)
        return f"every {every}."

    def chats_before_the_sync(self) -> None:
        """The next load shows the chats while nothing gets through yet."""
        self._stack.simulator.scenario("main_while_syncing", ms=self._random.choice([1000, 5000]), count=1)

    def contact_loads_late(self) -> None:
        """The header shows the number first, then is mounted again with the name."""
        self._stack.simulator.scenario("late_contact", ms=self._random.choice([50, 300, 1500]), count=1)

    def focus_taken(self) -> str:
        """A dialog or a cover screen comes while the next text is typed, and has the focus."""
        draw = self._random
        what, after = draw.choice(["dialog", "update", "news", "connecting", "terms"]), draw.randint(1, 40)
        lasts_ms = draw.choice([200, 1000, 4000])
        self._stack.simulator.scenario(
            "takes_focus", what=what, after_characters=after, after_ms=draw.randint(0, 50), lasts_ms=lasts_ms
        )
        return f"{what} at {after} characters for {lasts_ms} ms"

    def chat_renamed(self) -> str:
        """A contact takes somebody else's number as a name, or another name, maybe while the chat is open."""
        draw = self._random
        phone, other = draw.sample(PHONES, 2)
        name = draw.choice([printed(other[1:]), "~" + printed(other[1:]), f"Ann {draw.randrange(3)}", None])
        self._stack.simulator.call("PATCH", f"/chats/{phone[1:]}", {"name": name})
        if name and name.startswith("+"):
            self._campaign.named.add(phone)
        return f"{phone} → {name}"

    def page_hung(self) -> str:
        at = self._random.choice(["now", "open", "send"])
        self._stack.simulator.scenario("hang", at=at, count=1)
        return at

    def page_reloaded(self) -> None:
        self._stack.simulator.set(lang=self._random.choice(["en", "pt", "es"]))

    def web_killed(self) -> None:
        self._stack.kill("web")
        self._stack.run("web")

    def beat_restarted(self) -> None:
        self._stack.terminate("beat")
        self._stack.run("beat")

    def entry_copied(self) -> str | None:
        """A second copy of a queue entry, of a message in whatever status."""
        known = [item.id for item in self._campaign.accepted if item.id]
        if not known:
            return None
        end, message_id = self._random.choice(["LPUSH", "RPUSH"]), self._random.choice(known)
        self._stack.database.do(
            end,
            messages_list("default", Priority.NORMAL),
            deliver_envelope(message_id, "default", Priority.NORMAL),
        )
        return f"{end} {message_id}"

    def second_worker(self) -> None:
        """It must refuse; it is given some time to do harm."""
        with (self._stack.folder / "second-worker.log").open("ab") as log:
            second = subprocess.Popen(
                [sys.executable, "-m", "whatsapp_tasks.cli.main", "worker"],
                env=self._stack.environment,
                stdout=log,
                stderr=log,
            )
        try:
            second.wait(20)
        except subprocess.TimeoutExpired:  # the first was just dead: then this one was the worker for a while
            second.kill()
            second.wait()

    def worker_stopped(self) -> None:
        """Stopped for longer than its lease, then let go."""
        process = self._stack.process("worker")
        process.send_signal(signal.SIGSTOP)
        time.sleep(12)
        process.send_signal(signal.SIGCONT)

    def clock_jumps(self) -> str:
        """The worker's wall clock goes up to two hours forth or back."""
        offset = self._random.choice(["-7200", "-60", "+60", "+7200", "+0"])
        set_clock(self._stack, offset)
        return offset

    def _scenario(self, name: str, seconds: float | None = None, **parameters: object) -> None:
        self._stack.simulator.scenario(name, **parameters)
        time.sleep(seconds or self._random.uniform(0.5, 5))
        self._stack.simulator.clear_scenario(name)

    def _kill_browser_processes(self, *, driver: bool) -> None:
        for process in self._stack.browsers():
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
                if ("driver" in process.name()) == driver:
                    process.kill()


def cut_connections(stack: Stack) -> None:
    """Redis closes every client's connection."""
    with redis.Redis.from_url(stack.redis.url) as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


def set_clock(stack: Stack, offset_seconds: str) -> None:
    """The shim reads the offset at every look at the clock."""
    (stack.folder / "clock").write_text(offset_seconds, "ascii")


def run(
    *,
    messages: int,
    faults: int,
    seed: int,
    era: str,
    fsync: str,
    console: Console,
    log: Path | None = None,
    files: bool = False,
) -> int:
    """The exit code: 0 when nothing was lost, doubled or reported wrongly."""
    folder = Path(mkdtemp(prefix="faults-"))
    campaign = Campaign(seed, log or folder / "strikes.log")
    campaign.log.parent.mkdir(parents=True, exist_ok=True)
    campaign.log.write_text(f"seed {seed}, era {era}, appendfsync {fsync}\n", "utf-8")
    # Neither the cap nor the circuit: both would rightly stop an account that sends and fails so much.
    # Typed faster than a person types: texts of 5,000 characters would take most of the time.
    environment = {
        "WHATSAPP_TYPING_FASTEST_MS": "1",
        "WHATSAPP_TYPING_SLOWEST_MS": "5",
        "WHATSAPP_ACK_TIMEOUT_SECONDS": "20",
        "WHATSAPP_CAP_POLICY": "off",
        "WHATSAPP_CIRCUIT_FAILURES": "1000000",
    }
    if COMPILER:
        shim = folder / "clock_shim.so"
        source = Path(__file__).with_name("clock_shim.c")
        subprocess.run([COMPILER, "-shared", "-fPIC", "-O2", "-o", shim, source, "-ldl"], check=True)
        environment |= {"LD_PRELOAD": str(shim), "CLOCK_SHIM_FILE": str(folder / "stack" / "clock")}
    console.print(f"seed {seed}, era {era}, appendfsync {fsync}, clock jumps {'on' if COMPILER else 'off'}")
    stack = Stack(
        folder / "stack", era=era, environment=environment, fsync=fsync, only_worker=("LD_PRELOAD",)
    )
    set_clock(stack, "+0")
    try:
        stack.start("worker", "web", "beat")
        stack.link(flushed=True)
        for phone, name in ATTACKERS.items():
            stack.simulator.chat(phone, name)
            if name.startswith("+"):
                campaign.named.add(phone)
        key = ApiKeys(stack.database).create("faults", ("send", "read"), 1)
        client = Client(stack.api, key.id, key.secrets[0])
        began = time.monotonic()
        if files:
            stack.simulator.set(upload_ms=300)
        producer = Producer(stack, client, campaign, messages, files=files)
        _strike_while_sending(stack, producer, campaign, messages=messages, faults=faults, console=console)
        _settle(stack, campaign, console)
        return report(stack, campaign, time.monotonic() - began, console)
    finally:
        stack.stop()
        if os.environ.get("KEEP_FAULTS"):
            console.print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _strike_while_sending(
    stack: Stack, producer: Producer, campaign: Campaign, *, messages: int, faults: int, console: Console
) -> None:
    striker = Faults(stack, campaign)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        messages_bar = progress.add_task("messages", total=messages)
        faults_bar = progress.add_task("faults", total=faults)
        producer.start()
        struck_at, tell_at = time.monotonic(), time.monotonic() + TELL_SECONDS
        with contextlib.suppress(KeyboardInterrupt):
            while producer.is_alive() or campaign.faults.total() < faults:
                done = campaign.faults.total()
                progress.update(messages_bar, completed=len(campaign.accepted))
                progress.update(faults_bar, completed=done)
                if not console.is_terminal and time.monotonic() >= tell_at:
                    console.print(
                        f"{len(campaign.accepted)} of {messages} messages, {done} of {faults} faults"
                    )
                    tell_at += TELL_SECONDS
                pause = striker.pause(len(campaign.accepted) / messages, done / faults)
                if done < faults and time.monotonic() >= struck_at + pause:
                    try:
                        striker.strike()
                    except (SimulatorError, StoreUnavailable, KeyError, OSError) as error:
                        console.print(f"a fault missed: {type(error).__name__}: {error}")
                    struck_at = time.monotonic()
                striker.heal()
                time.sleep(0.1)
        producer.end()
    if producer.error:
        raise producer.error
    stack.simulator.clear_scenarios()
    set_clock(stack, "+0")
    striker.heal()


def _settle(stack: Stack, campaign: Campaign, console: Console) -> None:
    """Waits until nothing is open any more."""
    for item in campaign.accepted:
        if item.id is None:
            item.id = accept(stack, item)

    def all_settled() -> bool:
        if not stack.running("worker"):
            stack.run("worker")
        return all(_status(stack, item) in SETTLED for item in campaign.accepted)

    with console.status("Waiting until every message has a final status …"):
        try:
            eventually(all_settled, "every message has a final status", 900)
        except AssertionError:
            console.print("[red]Some messages have no final status.[/]")


def _status(stack: Stack, item: Accepted) -> str:
    assert item.id is not None
    return str(stack.dispatcher.get(item.id).status)


def report(stack: Stack, campaign: Campaign, seconds: float, console: Console) -> int:
    """Prints figures, and what was reported wrongly with what struck meanwhile; the exit code."""
    # The ledger first: ticks still come, and the truth may be ahead of the reported status, never the
    # reverse.
    messages = [stack.dispatcher.get(item.id) for item in campaign.accepted if item.id is not None]
    truth = stack.simulator.messages()
    statuses: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    found: Counter[str] = Counter()
    by_text: dict[str, list[ReceivedMessage]] = {}
    for received in truth:
        by_text.setdefault(received.text, []).append(received)
    for message in messages:
        got = by_text.get(message.text, [])
        statuses[str(message.status)] += 1
        if message.status in ("failed", "unknown"):
            codes[f"{message.status}: {message.error_code}, received {len(got)}"] += 1
        by_name = message.error_code == "wrong_chat" and message.phone in campaign.named
        wrong = wrongs(Reported.of(message, writable=not by_name), got)
        found.update(wrong)
        story = _story(message, got)
        with campaign.log.open("a", encoding="utf-8") as log:
            print(", ".join(wrong) or "right", story, file=log)
        if wrong:
            console.print(f"[red]{', '.join(wrong)}[/] {story}", highlight=False)
            for strike in _around(message, got, campaign.strikes):
                console.print(f"    {strike}", highlight=False)
    with_files = [item for item in campaign.accepted if item.sample is not None]
    changed = [item for item in with_files if _is_other_file(item, by_text.get(item.text, []))]
    for item in changed:
        console.print(f"[red]another file[/] {item.id} to {item.phone}", highlight=False)
    table = Table("what", "figure", title="Campaign")
    table.add_row("messages accepted", str(len(campaign.accepted)))
    if with_files:
        table.add_row("of these with a file", f"{len(with_files)}, received with another one {len(changed)}")
    table.add_row("faults", str(campaign.faults.total()))
    for name, number in campaign.faults.most_common():
        table.add_row(f"  {name.replace('_', ' ')}", str(number))
    table.add_row("requests repeated", str(campaign.repeats))
    table.add_row("requests without an answer", str(campaign.unanswered))
    table.add_row("statuses", ", ".join(f"{name} {number}" for name, number in statuses.most_common()))
    table.add_row("codes", "; ".join(f"{name}: {number}" for name, number in codes.most_common()) or "none")
    presses = pressed_wrongly(stack.simulator.presses())
    table.add_row("pressed what it must not", ", ".join(map(str, presses.items())) or "never")
    table.add_row("longest text", f"{max((len(message.text) for message in messages), default=0)} characters")
    waits = _waits(campaign, sorted(message.received_at for message in truth))
    if waits:
        table.add_row(
            "worker killed → next message sent",
            f"median {statistics.median(waits):.1f} s, worst {max(waits):.1f} s, of {len(waits)}",
        )
    table.add_row("took", f"{seconds:.0f} s")
    console.print(table)
    console.print(f"log: {campaign.log}")
    console.print(
        f"lost: {found['lost']} doubled: {found['doubled']} lying: {found['lying']} "
        f"unknown: {statuses['unknown']} "
        f"wrong chat: {found['wrong chat']} wrong failure: {found['wrong failure']}"
    )
    return int(any(found[name] for name in WRONGS) or bool(presses) or bool(changed))


def _is_other_file(item: Accepted, received: Sequence[ReceivedMessage]) -> bool:
    assert item.sample is not None
    wanted = (item.sample.file.digest, str(item.sample.kind))
    return any([(one["sha256"], one["kind"]) for one in got.attachments] != [wanted] for got in received)


def _story(message: Message, received: Sequence[ReceivedMessage]) -> str:
    """Both sides of a message with their times, in one line; unix seconds."""
    steps = " ".join(f"{e.status}@{e.at_ms / 1000:.3f}:{e.code or ''}" for e in message.timeline)
    theirs = "; ".join(
        f"seq {one.seq} in {one.chat} " + " ".join(f"{name}@{at:.3f}" for name, at in one.times.items())
        for one in received
    )
    return f"{message.id} to {message.phone}: {steps} | received {len(received)} times: {theirs or 'never'}"


def _around(message: Message, received: Sequence[ReceivedMessage], strikes: Sequence[Strike]) -> list[Strike]:
    """What struck from the message's acceptance to the last thing that happened to it."""
    end = max([message.updated_ms / 1000, *(at for one in received for at in one.times.values())])
    return [s for s in strikes if s.ended >= message.created_ms / 1000 and s.began <= end]


def _waits(campaign: Campaign, received: list[float]) -> list[float]:
    firsts = (next((at for at in received if at > death), None) for death in campaign.worker_deaths)
    return [
        first - death
        for first, death in zip(firsts, campaign.worker_deaths, strict=True)
        if first is not None
    ]


@click.command()
@click.option("--messages", default=2000, show_default=True)
@click.option("--faults", default=300, show_default=True)
@click.option("--seed", default=None, type=int, help="Printed; give it again for the same draws.")
@click.option("--era", type=click.Choice(["E1", "E2", "E3"]), default="E3", show_default=True)
@click.option("--fsync", type=click.Choice(["always", "everysec"]), default="always", show_default=True)
@click.option("--files", is_flag=True, help="A third of the messages have a file.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Default: var/faults-SEED.log")
def main(  # noqa: PLR0917
    messages: int, faults: int, seed: int | None, era: str, fsync: str, files: bool, log: Path | None
) -> None:
    """Sends messages while faults strike; ends with one line of counts."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    log = log or Path("var", f"faults-{seed}.log")
    console = Console()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have background jobs ignore it
    code = run(
        messages=messages,
        faults=faults,
        seed=seed,
        era=era,
        fsync=fsync,
        console=console,
        log=log,
        files=files,
    )
    sys.exit(code)


if __name__ == "__main__":
    main()
