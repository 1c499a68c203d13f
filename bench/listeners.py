"""A web process with many listeners of ``GET /events``: ``make bench-listeners``.

The service as it is served (one process), on a Redis of its own. Prints the memory and the CPU of the process
with and without listeners; how many events it delivers per second; and the rate of ``POST /send`` with idle
listeners as a share of the rate without, and of that of Express + BullMQ (``bench/gateway``), which has no
listeners, in interleaved rounds. Idle are those to whom nothing happens: of
another account, and of the same account but of a type that does not occur. In the second case the process
reads each event, in the first none.
"""

import argparse
import selectors
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import redis

from bench.gateway.load import Round, run_round
from bench.gateway.servers import Express, Ours, Server, install_express
from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.keys import AccountKeys

MIB = 1024 * 1024
MOST_PER_SECOND = 16_000
OTHER_ACCOUNT = "/events?account=quiet"
OTHER_TYPE = "/events?account=default&type=session.*"
ALL = "/events?account=loud"
START_SECONDS = 60.0


class Served(Ours):
    """With room for the listeners of one key."""

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "WHATSAPP_EVENTS_LISTENERS": "100000",
            "WHATSAPP_EVENTS_LISTENERS_PER_KEY": "100000",
            "WHATSAPP_ACCEPT_UNSAFE_REDIS": "true",
        }

    @property
    def memory_mib(self) -> float:
        """The process's own (USS), as libraries are shared."""
        return float(psutil.Process(self.pid).memory_full_info().uss) / MIB


class Listeners:
    """Connections that are listened on; read by one selector."""

    def __init__(self, server: Served, key: ApiKey, target: str, many: int) -> None:
        self._selector = selectors.DefaultSelector()
        self.sockets = [_connected(server, key, target) for _ in range(many)]
        for connection in self.sockets:
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ)

    def _arriving(self, seconds: float) -> Iterator[tuple[socket.socket, bytes]]:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for ready, _ in self._selector.select(left):
                connection = ready.fileobj
                assert isinstance(connection, socket.socket)
                yield connection, connection.recv(65536)

    def count_events(self, expected: int, seconds: float) -> int:
        """How many arrive until there are so many, or the time is over."""
        found = 0
        for _, text in self._arriving(seconds):
            found += text.count(b"event: message")
            if found >= expected:
                break
        return found

    def close(self) -> None:
        for connection in self.sockets:
            connection.close()
        self._selector.close()


def _connected(server: Served, key: ApiKey, target: str) -> socket.socket:
    """A listener that has got its first block. On a busy machine a request may be answered "later"."""
    until = time.monotonic() + START_SECONDS
    while True:
        stamp = str(int(time.time()))
        connection = socket.create_connection(("127.0.0.1", server.port), START_SECONDS)
        connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: {key.id}\r\nX-Timestamp: {stamp}\r\n"
            f"X-Signature: {sign(key.secrets[0], stamp, 'GET', target, b'')}\r\n\r\n".encode()
        )
        text = b""
        while b"\nid: " not in text and not text.startswith(b"HTTP/1.1 503 "):
            text += connection.recv(65536)
        if b"\nid: " in text:
            return connection
        connection.close()
        if time.monotonic() > until:
            raise SystemExit(f"A listener was refused: {text.decode()}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.listeners", description=__doc__)
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5, help="of POST /send, each with and without")
    parser.add_argument("--seconds", type=float, default=4, help="of each round, and of each look at CPU")
    parser.add_argument("--events", type=int, default=100, help="delivered to every listener")
    options = parser.parse_args()
    install_express()
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        (folder / "redis").mkdir()
        store = RedisServer(folder / "redis", "--auto-aof-rewrite-percentage", "0").start()
        ends.callback(store.kill)
        key = _fill(store.url)
        server = Served(store.port, 1, (key.id, key.secrets[0]), folder)
        ends.callback(server.stop)
        server.start()
        express = Express(store.port, 1, (key.id, key.secrets[0]), folder)
        ends.callback(express.stop)
        express.start()
        client = redis.Redis(port=store.port, decode_responses=True)
        ends.callback(client.close)
        bench = Bench(server, express, client, key, options.listeners, options.seconds)
        bench.send(server)  # warms up
        bench.send(express)
        bench.idle()
        bench.deliver(options.events)
        for name, target in (("of another account", OTHER_ACCOUNT), ("of another type", OTHER_TYPE)):
            bench.ratio(name, target, options.rounds)
    return 0


def _fill(url: str) -> ApiKey:
    database = Database.connect(Settings(REDIS_URL=url))
    for account in ("default", "quiet", "loud"):
        Accounts(database).add(account, 1)
    key = ApiKeys(database).create("bench", ("send", "read"), 1)
    database.client.close()
    return key


class Bench:
    """What is measured, on one server. Prints a line for each."""

    def __init__(  # noqa: PLR0917 - called once
        self, server: Served, express: Express, store: redis.Redis, key: ApiKey, many: int, seconds: float
    ) -> None:
        self._server = server
        self._express = express
        self._store = store
        self._key = key
        self._many = many
        self._seconds = seconds

    def send(self, server: Server) -> Round:
        """One round of ``POST /send``."""
        key = (self._key.id, self._key.secrets[0])
        return run_round(server, self._store, key, self._seconds, int(self._seconds * MOST_PER_SECOND))

    @contextmanager
    def listening(self, target: str) -> Iterator[Listeners]:
        listeners = Listeners(self._server, self._key, target, self._many)
        try:
            yield listeners
        finally:
            listeners.close()

    def idle(self) -> None:
        """Memory and CPU while nothing happens."""
        alone, alone_cpu = self._server.memory_mib, self._cpu(lambda: time.sleep(self._seconds))
        with self.listening(OTHER_ACCOUNT):
            cpu = self._cpu(lambda: time.sleep(self._seconds))
            grown = self._server.memory_mib - alone
        print(
            f"{self._many} idle listeners: {alone:.0f} MiB without, {grown:.1f} MiB more with them "
            f"({grown * 1024 / self._many:.1f} KiB each); CPU {alone_cpu:.2%} without, {cpu:.2%} with"
        )

    def deliver(self, events: int) -> None:
        """Every event to every listener."""
        with self.listening(ALL) as listeners:
            began = time.monotonic()
            for number in range(events):
                self._store.xadd(
                    AccountKeys("loud").events,
                    {"type": "message.sent", "subject": f"{number:032x}-loud", "at_ms": 1, "code": ""},
                )
            expected = events * self._many
            found = listeners.count_events(expected, START_SECONDS)
            taken = time.monotonic() - began
        print(
            f"{events} events to {self._many} listeners: {found:,} of {expected:,} delivered "
            f"in {taken:.2f} s, {found / taken:,.0f} per second"
        )

    def ratio(self, about: str, target: str, rounds: int) -> None:
        """``POST /send`` with listeners, as a share of the rate without, and of the other server's."""
        found: list[tuple[Round, Round, Round]] = []
        for _ in range(rounds):
            without = self.send(self._server)
            with self.listening(target):
                with_ = self.send(self._server)
            found.append((without, with_, self.send(self._express)))
        ratios = [with_.per_second / without.per_second for without, with_, _ in found]
        rates, cpu = (
            [statistics.median(getattr(one[which], name) for one in found) for which in range(3)]
            for name in ("per_second", "cpu_us")
        )
        print(
            f"POST /send with {self._many} idle listeners {about}: {rates[0]:,.0f}/s without, "
            f"{rates[1]:,.0f}/s with; ratio {statistics.median(ratios):.3f} "
            f"({min(ratios):.3f} to {max(ratios):.3f}, {rounds} rounds); the process's CPU per request "
            f"{cpu[0]:.0f} µs without, {cpu[1]:.0f} µs with; load {psutil.getloadavg()[0]:.1f}"
        )
        others = statistics.median(with_.per_second / express.per_second for _, with_, express in found)
        print(f"  with them {others:.2f} of Express + BullMQ's requests/s ({rates[2]:,.0f}/s)")

    def _cpu(self, during: Callable[[], None]) -> float:
        before, began = self._server.cpu_seconds(), time.monotonic()
        during()
        return (self._server.cpu_seconds() - before) / (time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
