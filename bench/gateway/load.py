"""One round of load: requests signed beforehand, sent by wrk, measured from outside of the server."""

import json
import subprocess
import time
import uuid
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import redis

from bench.gateway.servers import Server
from whatsapp_tasks.domain.signatures import sign

SCRIPT = Path(__file__).with_name("requests.lua")
CONNECTIONS = 32

_numbers = count(1)


@dataclass(frozen=True)
class Round:
    """What one round came to. Microseconds are per accepted request."""

    accepted: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    redis_cpu_us: float
    memory_bytes: float


class Refused(Exception):
    """The server answered otherwise than it should: a figure of it would mean nothing."""


def run_round(server: Server, store: redis.Redis, key: tuple[str, str], seconds: float, most: int) -> Round:
    """At most ``most`` requests are prepared; wrk stops the server's round when they are used up."""
    file = Path(server.folder) / "requests"
    write_requests(file, server.port, key, most)
    before = store.info()
    cpu, redis_cpu = server.cpu_seconds(), _redis_cpu(store)
    ended = subprocess.run(
        [
            *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency", "-s", str(SCRIPT)),
            *(f"http://127.0.0.1:{server.port}/send", "--", str(file)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(ended.stdout.strip().splitlines()[-1])
    if result["other"] or result["over"] or result["errors"]:
        raise Refused(f"{server.name}, {server.processes} processes: {result}")
    accepted = result["accepted"]
    return Round(
        accepted,
        accepted / result["seconds"],
        result["p50_ms"],
        result["p99_ms"],
        (server.cpu_seconds() - cpu) * 1e6 / accepted,
        (_redis_cpu(store) - redis_cpu) * 1e6 / accepted,
        (store.info()["used_memory_dataset"] - before["used_memory_dataset"]) / accepted,
    )


def write_requests(file: Path, port: int, key: tuple[str, str], many: int) -> None:
    """Each another phone and text, with an idempotency key, as a shop's would be."""
    stamp, run = str(int(time.time())), uuid.uuid4().hex[:8]
    with file.with_name(file.name + ".0").open("wb") as out:
        for _ in range(many):
            number = next(_numbers)
            body = json.dumps(
                {
                    "phone": f"+49151{number % 100_000_000:08d}",
                    "message": f"Your order {number} is on its way and will be there before noon. 📦",
                    "idempotency_key": f"order-{run}-{number}",
                },
                ensure_ascii=False,
            ).encode()
            head = (
                f"POST /send HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
                f"X-Api-Key: {key[0]}\r\nX-Timestamp: {stamp}\r\n"
                f"X-Signature: {sign(key[1], stamp, 'POST', '/send', body)}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            ).encode()
            out.write(b"%08d" % (len(head) + len(body)) + head + body)


def _redis_cpu(store: redis.Redis) -> float:
    cpu = store.info("cpu")
    return float(cpu["used_cpu_user"] + cpu["used_cpu_sys"])


def commands_per_request(server: Server, store: redis.Redis, key: tuple[str, str]) -> tuple[float, float]:
    """Round trips to Redis, and commands within scripts, seen with MONITOR over some requests."""
    import http.client

    many = 20
    file = Path(server.folder) / "probe"
    write_requests(file, server.port, key, many)
    raw = file.with_name("probe.0").read_bytes()
    trips = inside = 0
    with store.monitor() as monitor:  # type: ignore[no-untyped-call]  # untyped there
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        while raw:
            size = int(raw[:8])
            head, _, body = raw[8 : 8 + size].partition(b"\r\n\r\n")
            raw = raw[8 + size :]
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[2:])
            connection.request("POST", "/send", body, headers)
            connection.getresponse().read()
        connection.close()
        store.echo("end of the probe")
        for command in monitor.listen():
            if "end of the probe" in command["command"]:
                break
            inside += command["client_type"] == "lua"
            trips += command["client_type"] != "lua"
    return trips / many, inside / many
