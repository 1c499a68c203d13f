"""Interleaved rounds of both servers on the same Redis; medians, and the ratio as the last line.

make bench-gateway ARGS='--rounds 5 --seconds 5'
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path

import psutil
import redis

from bench.gateway.load import CONNECTIONS, Round, commands_per_request, run_round
from bench.gateway.servers import Express, Ours, Server, install_express, missing_programs
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database

PROCESSES = (1, 2)
FSYNC = ("always", "everysec")
BACKLOG = 100_000
MOST_PER_SECOND = 16_000
KEY = ApiKey(
    "wak_0123456789abcdef", "bench", ("send",), 1, ("was_bench-secret-of-the-usual-length-0123456789",)
)


class Redis:
    """A private one that forgets everything when it ends."""

    def __init__(self, folder: Path, fsync: str) -> None:
        self.port = free_port()
        folder.mkdir()
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)),
                *("--appendonly", "yes", "--appendfsync", fsync, "--save", "", "--loglevel", "warning"),
                *("--auto-aof-rewrite-percentage", "0"),  # a rewrite in one round and not in another is noise
            ],
            stdout=subprocess.DEVNULL,
        )
        self.client = redis.Redis(port=self.port, decode_responses=True)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        while not self._answers():
            pass

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def fill(self) -> None:
        """Empty, but for an account and a key."""
        self.client.flushall()
        database = Database.connect(Settings(REDIS_URL=self.url))
        Accounts(database).add("default", 1)
        ApiKeys(database).put(KEY)
        database.client.close()

    def round_trip(self, seconds: float) -> dict[str, float]:
        """SET of 600 bytes, about what a request writes, by as many clients as wrk has connections."""
        ended = subprocess.run(
            [
                *("redis-benchmark", "-p", str(self.port), "-c", str(CONNECTIONS), "-d", "600", "--csv"),
                *("-t", "set", "-r", "1000000", "-n", str(int(seconds * 8000))),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        _, rate, _, _, p50, _, p99, _ = ended.stdout.strip().splitlines()[-1].replace('"', "").split(",")
        return {"per_second": float(rate), "p50_ms": float(p50), "p99_ms": float(p99)}

    def stop(self) -> None:
        self.client.close()
        self._process.terminate()
        self._process.wait(10)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.gateway", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--fsync", choices=FSYNC, action="append")
    parser.add_argument("--no-backlog", action="store_true", help="leave out the round on 100,000 messages")
    parser.add_argument("--json", type=Path, help="write all rounds to this file")
    options = parser.parse_args()
    if missing := missing_programs():
        print(f"Install first: {', '.join(missing)} (Debian: nodejs npm wrk redis-server)", file=sys.stderr)
        return 1
    install_express()
    every: dict[str, list[Round]] = {}
    policies = options.fsync or list(FSYNC)
    for fsync in policies:
        last = fsync == policies[-1]
        every |= bench(fsync, options.rounds, options.seconds, backlog=last and not options.no_backlog)
    if options.json:
        rounds = {name: [asdict(r) for r in found] for name, found in every.items()}
        options.json.write_text(json.dumps(rounds, indent=1), "utf-8")
    each = {
        (fsync, processes): statistics.median(ratios(every, processes, fsync))
        for fsync in policies
        for processes in PROCESSES
    }
    for (fsync, processes), ratio in each.items():
        print(f"appendfsync {fsync}, processes {processes}: {ratio:.2f} of Express + BullMQ's requests/s")
    print(f"ratio: {statistics.geometric_mean(each.values()):.2f}")
    return 0


def bench(fsync: str, rounds: int, seconds: float, *, backlog: bool) -> dict[str, list[Round]]:
    """All rounds on one Redis; prints their table."""
    key = (KEY.id, KEY.secrets[0])
    found: dict[str, list[Round]] = defaultdict(list)
    commands: dict[str, tuple[float, float]] = {}
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        store = Redis(folder / "redis", fsync)
        ends.callback(store.stop)
        store.fill()
        raw = [store.round_trip(seconds) for _ in range(2)]
        servers: list[Server] = []
        for processes in PROCESSES:
            for kind in (Ours, Express):
                servers.append(kind(store.port, processes, key, folder).start())
                ends.callback(servers[-1].stop)
        for number in range(-1, rounds):  # the first warms up and is not counted
            for server in servers:
                store.fill()
                result = run_round(server, store.client, key, seconds, int(seconds * MOST_PER_SECOND))
                if number >= 0:
                    found[name_of(server, fsync)].append(result)
                print(f"{fsync} {server.name} {server.processes}: {result.per_second:.0f}/s", file=sys.stderr)
        for server in servers:
            store.fill()
            commands[name_of(server, fsync)] = commands_per_request(server, store.client, key)
        raw += [store.round_trip(seconds) for _ in range(2)]
        _print(fsync, found, commands, raw)
        if backlog:
            _on_backlog(store, servers[0], key, seconds)
    return found


def _on_backlog(store: Redis, server: Server, key: tuple[str, str], seconds: float) -> None:
    """The same round while many messages are queued."""
    store.fill()
    queued = 0
    while queued < BACKLOG:
        queued += run_round(server, store.client, key, 10, 10 * MOST_PER_SECOND).accepted
    result = run_round(server, store.client, key, seconds, int(seconds * MOST_PER_SECOND))
    print(
        f"{server.name}, 1 process, on {queued:,} queued messages: {result.per_second:.0f} requests/s, "
        f"p50 {result.p50_ms:.1f} ms, p99 {result.p99_ms:.1f} ms\n"
    )


def name_of(server: Server, fsync: str) -> str:
    return _name(type(server), server.processes, fsync)


def _name(kind: type[Server], processes: int, fsync: str) -> str:
    return f"{kind.name}, {processes}, {fsync}"


def ratios(every: Mapping[str, list[Round]], processes: int, fsync: str) -> list[float]:
    """Ours to the other's, round by round: what the machine does besides changes from minute to minute."""
    ours, theirs = (every[_name(kind, processes, fsync)] for kind in (Ours, Express))
    return [one.per_second / other.per_second for one, other in zip(ours, theirs, strict=True)]


HEAD = (
    *("", "processes", "requests/s", "p50 ms", "p99 ms", "server CPU µs", "Redis CPU µs"),
    *("round trips + inside", "bytes"),
)
"""CPU time and bytes in Redis are per accepted request; ``inside``: commands that scripts call."""


def _print(
    fsync: str,
    found: Mapping[str, list[Round]],
    commands: Mapping[str, tuple[float, float]],
    raw: Sequence[Mapping[str, float]],
) -> None:
    many, load = len(next(iter(found.values()))), psutil.getloadavg()[0]
    print(f"\nappendfsync {fsync}; medians of {many} rounds; load of the machine {load:.1f}\n")
    _row(*HEAD)
    _row(*["---"] * len(HEAD))
    for name, rounds in found.items():
        m = {f.name: statistics.median(getattr(r, f.name) for r in rounds) for f in fields(Round)}
        kind, processes, _ = name.split(", ")
        trips, inside = commands[name]
        speed = (f"{m['per_second']:,.0f}", f"{m['p50_ms']:.1f}", f"{m['p99_ms']:.1f}")
        cpu = (f"{m['cpu_us']:.0f}", f"{m['redis_cpu_us']:.0f}")
        _row(kind, processes, *speed, *cpu, f"{trips:.1f} + {inside:.1f}", f"{m['memory_bytes']:.0f}")
    m = {name: statistics.median(r[name] for r in raw) for name in raw[0]}
    _row("bare Redis, SET", "", f"{m['per_second']:,.0f}", f"{m['p50_ms']:.1f}", f"{m['p99_ms']:.1f}")
    print()


def _row(*cells: str) -> None:
    print("| " + " | ".join((*cells, *[""] * (len(HEAD) - len(cells)))) + " |")


if __name__ == "__main__":
    sys.exit(main())
