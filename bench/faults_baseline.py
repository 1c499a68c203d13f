"""The campaign of faults against a plain Celery task: ``python -m bench.faults_baseline``.

Beside ``bench.faults`` it shows that the test can fail. The same kinds of faults strike a worker that sends
as one would write it at first (``bench/baseline.py``): recovery by the visibility timeout, no ledger.
"""

import random
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import redis
from celery import Celery
from kombu.exceptions import OperationalError
from rich.console import Console
from rich.progress import track

from bench.faults import AHEAD, PHONES, Accepted, Campaign, Faults
from tests.support.stack import Stack
from whatsapp_simulator.testing import SimulatorError
from whatsapp_tasks.errors import StoreUnavailable

TEXTS = ("plain", "emoji 🎉👩🏽‍💻", "مرحبا", "two\nlines", "e\u0301 combining", "*bold* and _more_")
QUIET_SECONDS = 60
"""The campaign is over when nothing new was received for so long: far more than the visibility timeout."""


@click.command()
@click.option("--messages", default=300, show_default=True)
@click.option("--faults", default=60, show_default=True)
@click.option("--seed", default=None, type=int)
@click.option("--era", default="E3", show_default=True)
def main(messages: int, faults: int, seed: int | None, era: str) -> None:
    """Ends with one line of counts."""
    console = Console()
    with TemporaryDirectory(prefix="faults-baseline-") as folder:
        seed = random.SystemRandom().randrange(10**6) if seed is None else seed
        campaign = Campaign(seed, Path(folder) / "strikes.log")
        console.print(f"baseline: seed {campaign.seed}, era {era}, a plain Celery task, no ledger")
        stack = Stack(Path(folder) / "stack", era=era)
        try:
            _run(stack, campaign, messages, faults, console)
        finally:
            stack.stop()


def _run(stack: Stack, campaign: Campaign, messages: int, faults: int, console: Console) -> None:
    stack.start("worker")
    stack.link(flushed=True)
    stack.terminate("worker")
    stack.command(
        "worker",
        [
            *(sys.executable, "-m", "celery", "-A", "bench.baseline", "worker", "--pool=solo"),
            *("--queues=baseline", "--without-mingle", "--without-gossip", "--loglevel=WARNING"),
        ],
    )
    stack.run("worker")
    (stack.folder / "clock").write_text("+0", "ascii")
    producer = threading.Thread(target=_produce, args=(stack, campaign, messages), daemon=True)
    producer.start()
    striker = Faults(stack, campaign, ("worker",))
    for done in track(range(faults), description="faults", console=console):
        try:
            striker.strike()
        except (SimulatorError, StoreUnavailable, KeyError, OSError) as error:
            console.print(f"a fault missed: {type(error).__name__}")
        striker.heal()
        time.sleep(striker.pause(len(campaign.accepted) / messages, (done + 1) / faults))
    producer.join()
    stack.simulator.clear_scenarios()
    _until_quiet(stack, striker)
    counts = Counter(message.text for message in stack.simulator.messages())
    lost = sum(counts[item.text] == 0 for item in campaign.accepted)
    doubled = sum(counts[item.text] > 1 for item in campaign.accepted)
    console.print(
        f"messages {len(campaign.accepted)}, faults {campaign.faults.total()}: {dict(campaign.faults)}"
    )
    console.print(f"baseline: lost: {lost} doubled: {doubled}")


def _produce(stack: Stack, campaign: Campaign, messages: int) -> None:
    draw = random.Random(campaign.seed)
    app = Celery("producer", broker=stack.redis.url)
    with redis.Redis.from_url(stack.redis.url, socket_timeout=2) as client:
        for number in range(messages):
            item = Accepted("", draw.choice(PHONES), f"{number} {draw.choice(TEXTS)} {uuid.uuid4().hex[:8]}")
            while True:
                try:
                    if int(client.llen("baseline")) < AHEAD:
                        app.send_task("baseline.send", [item.phone, item.text], queue="baseline")
                        break
                except (redis.RedisError, OperationalError, OSError):
                    pass  # as a caller would: again, until it is accepted
                time.sleep(0.1)
            campaign.accepted.append(item)


def _until_quiet(stack: Stack, striker: Faults) -> None:
    seen, since = 0, time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS:
        striker.heal()
        now = len(stack.simulator.messages())
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.5)


if __name__ == "__main__":
    main()
