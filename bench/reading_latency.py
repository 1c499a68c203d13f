"""How long a message of another takes to the webhook, where chats are read whole (issue 16, "Must show" 5).

    python -m bench.reading_latency --idle 40 --busy 6

From the moment before the simulator is asked to push the message to its arrival at a webhook receiver, once
with nothing to send and once with a queue that never becomes empty. Each message is in another chat than the
one before, so the chat has to be opened. All processes are real; for figures, the machine must be idle.
"""

import statistics
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench.conversations import reading_stack
from tests.support.stack import Stack
from tests.support.webhook_receiver import Receiver
from whatsapp_tasks.domain.message_request import MessageRequest

CHATS = 10
AHEAD = 8
"""Messages kept on the queue while it shall be full."""
LONGEST_SECONDS = 600.0
"""For one message to arrive."""


class Sender(threading.Thread):
    """Keeps the queue full until ``enough`` is set."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self.enough = threading.Event()
        self.accepted = 0
        self._stack = stack

    def run(self) -> None:
        dispatcher = self._stack.dispatcher
        while not self.enough.wait(0.1):
            while sum(dispatcher.queue("default").counts().values()) < AHEAD:
                phone = f"+49151222{self.accepted % CHATS:05}"
                dispatcher.send(MessageRequest(phone, f"busy {self.accepted}"))
                self.accepted += 1


def seconds_to_webhook(stack: Stack, receiver: Receiver, number: int) -> float:
    """For one message, written now."""
    began = time.monotonic()
    written = stack.simulator.incoming(f"49151111{number % CHATS:05}", f"message {number}")

    def came() -> float | None:
        for request in reversed(receiver.received):
            message = request.envelope["data"]["message"]
            if message and message["whatsapp_id"] == written:
                return request.at
        return None

    with receiver.changed:
        at = receiver.changed.wait_for(came, LONGEST_SECONDS)
    if at is None:
        raise SystemExit(f"message {number} did not come within {LONGEST_SECONDS:.0f} s")
    return at - began


def line(name: str, seconds: list[float]) -> str:
    """Median and 95th percentile (nearest rank), in seconds."""
    ranked = sorted(seconds)
    p95 = ranked[max(0, -(-95 * len(ranked) // 100) - 1)]
    return f"{name}: median {statistics.median(ranked):.1f} s, p95 {p95:.1f} s, of {len(ranked)} messages"


@click.command()
@click.option("--idle", default=40, show_default=True, help="Messages while nothing is to be sent.")
@click.option("--busy", default=6, show_default=True, help="Messages while the queue is full.")
def main(idle: int, busy: int) -> None:
    """Prints a line for each of the two."""
    with TemporaryDirectory(prefix="reading-") as folder, Receiver() as receiver:
        stack = reading_stack(Path(folder) / "stack", receiver)
        try:
            seconds_to_webhook(stack, receiver, 0)  # what is loaded once is no part of it
            waits = [seconds_to_webhook(stack, receiver, n + 1) for n in range(idle)]
            print(line("idle", waits), flush=True)
            sender = Sender(stack)
            sender.start()
            waits = [seconds_to_webhook(stack, receiver, idle + n + 1) for n in range(busy)]
            sender.enough.set()
            sender.join()
            print(f"{line('full queue', waits)}; {sender.accepted} accepted meanwhile")
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
