"""One session moves between two hosts: ``make test-linking``, or ``python -m bench.linking --help``.

Real workers with Chromium, on two hosts with a disk, a name and a network of their own (where the kernel has
namespaces), a vault in S3 (moto), a real Redis. A phone is linked once. In each round the host that has the
session sends; then it ends in order, or is killed at an idle moment, or in mid-send after Enter, and its disk
is lost or kept; and the other one takes over. The simulator's list of what it received is the truth, and it
counts in how many browsers the session is alive at once.

The last line is the verdict; the exit code is 1 unless all of it is 0.
"""

import contextlib
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.integration.s3_server import s3_server
from tests.support.hosts import Host
from tests.support.stack import Stack, eventually
from tests.support.two_hosts import TwoHosts, settings_of

SETTLED = ("sent", "delivered", "read", "failed", "unknown")
ENDS = {"stopped": 6, "killed": 2, "killed in mid-send": 3}
"""How a host ends, and how often."""
PATIENCE_SECONDS = 120.0


class Campaign:
    def __init__(self, world: TwoHosts, seed: int) -> None:
        self._world = world
        self._random = random.Random(seed)
        self._texts: dict[str, str] = {}
        self.ends: Counter[str] = Counter()
        self.seconds: list[float] = []
        """From a kill to the tick of the next message, on the other host."""

    def run(self, rounds: int) -> None:
        """Links once, then moves ``rounds`` times."""
        world = self._world
        here, there = world.a, world.b
        here.start()
        world.stack.link()
        self._settle(self._send())
        for number in range(1, rounds + 1):
            end = self._random.choices(list(ENDS), list(ENDS.values()))[0]
            self.ends[end] += 1
            open_message = self._end(here, end)
            begun = time.monotonic()
            there.start()
            if open_message:
                self._settle(open_message)
            self._settle(self._send())
            took = time.monotonic() - begun
            if end != "stopped":
                self.seconds.append(took)
            here, there = there, here
            click.echo(f"{number:4} {end:19} then {here.name}: {took:5.1f} s to the next tick")

    def _end(self, host: Host, end: str) -> str:
        """The id of the message that was in hand, if there was one."""
        world, stack = self._world, self._world.stack
        if end == "stopped":
            host.stop()
            return ""
        world.await_current_archive()
        message_id = ""
        if end == "killed in mid-send":
            stack.hold("after_enter")
            message_id = self._send()
            stack.await_held("after_enter")
            text = self._texts[message_id]
            eventually(lambda: world.received(text), "the page has sent it, and the worker does not know")
        host.kill()
        stack.let_go("after_enter")
        if self._random.random() < 0.5:
            host.lose_disk()
        return message_id

    def _send(self) -> str:
        text = f"message {len(self._texts) + 1}"
        message_id = self._world.send(text)
        self._texts[message_id] = text
        return message_id

    def _settle(self, message_id: str) -> None:
        self._world.stack.await_status(message_id, *SETTLED, seconds=PATIENCE_SECONDS)

    def verdict(self) -> dict[str, int]:
        """What must all be 0."""
        stack = self._world.stack
        received = Counter(message.text for message in stack.simulator.messages())
        statuses = {message_id: stack.dispatcher.get(message_id).status for message_id in self._texts}
        in_doubt = [message_id for message_id, status in statuses.items() if status == "unknown"]
        ends = ", ".join(f"{count} {status}" for status, count in Counter(statuses.values()).items())
        click.echo(f"{len(self._texts)} messages, {len(in_doubt)} in doubt ({ends})")
        return {
            "scans": len(stack.simulator.devices()) - 1,
            "doubled": sum(count > 1 for count in received.values()),
            "lost": sum(not received[text] for text in self._texts.values()),
            "two alive": stack.simulator.most_alive() - 1,
        }


@contextlib.contextmanager
def two_hosts(folder: Path) -> Iterator[TwoHosts]:
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",  # of moto's server
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with s3_server(folder) as s3:
        stack = Stack(folder / "stack", environment=settings_of(s3))
        try:
            world = TwoHosts(stack.start(), s3)
            try:
                yield world
            finally:
                world.end()
        finally:
            stack.stop()


@click.command()
@click.option("--rounds", default=200, show_default=True)
@click.option("--seed", default=14, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where logs stay; else they are deleted.")
def main(rounds: int, seed: int, folder: Path | None) -> None:
    """Move one session between two hosts, and count what went wrong."""
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        world = stack.enter_context(two_hosts(place))
        campaign = Campaign(world, seed)
        campaign.run(rounds)
        namespaces = "networks of their own" if world.a.private else "one network: no namespaces here"
        click.echo(f"{rounds} rounds ({dict(campaign.ends)}), {namespaces}")
        if campaign.seconds:
            click.echo(
                f"seconds from a kill to the tick of the next message: median "
                f"{statistics.median(campaign.seconds):.1f}, at most {max(campaign.seconds):.1f}"
            )
        verdict = campaign.verdict()
    click.echo(" ".join(f"{name}: {count}" for name, count in verdict.items()))
    sys.exit(any(verdict.values()))


if __name__ == "__main__":
    main()
