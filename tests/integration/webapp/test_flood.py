"""Under a flood of slow callers the probes and ``POST /send`` go on (issue 12, row 14).

The usual tests run a short form, which judges no speed: the machine may be busy. ``make flood`` is the long
one.
"""

import json
import os
import sys
import time
from collections.abc import Iterator

import pytest
import requests

from tests.integration.webapp.conftest import PHONE
from tests.integration.webapp.flood import (
    IDLE_HEADS,
    SLOW_BODIES,
    Flood,
    memory_mb,
)
from tests.integration.webapp.signing import signed
from tests.support.http_server import HttpServer
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.sessions import Sessions

SECONDS = float(os.environ.get("FLOOD_SECONDS", "0"))
"""0: the short form."""
PROBE_WITHIN_SECONDS = 1.0
SEND_WITHIN_SECONDS = 2.0
PATIENCE_SECONDS = 30.0
MOST_GROWTH_MB = 200.0


@pytest.mark.timeout(900)
def test_probes_and_sends_are_answered_in_a_flood_of_slow_callers(
    served: HttpServer, served_key: ApiKey, database: Database
) -> None:
    Sessions(database, "default").beat({"worker": "stopped"}, 3600)
    before = memory_mb(served)
    times: dict[str, list[float]] = {"/healthz": [], "/readyz": [], "/send": []}
    memory = [before]
    with Flood(served, served_key) as flood:
        for number in _until_it_has_shown(flood):
            memory.append(memory_mb(served))
            times["/healthz"].append(_timed("GET", f"{served.url}/healthz", 200))
            times["/readyz"].append(_timed("GET", f"{served.url}/readyz", 200))
            body = json.dumps({"phone": PHONE, "message": f"Text {number}"}).encode()
            headers = signed(served_key, "POST", "/send", body)
            times["/send"].append(_timed("POST", f"{served.url}/send", 202, data=body, headers=headers))
        ended = dict(flood.ended)
    for name, taken in times.items():
        sys.stdout.write(f"\n{name}: {len(taken)} times, longest {max(taken):.3f} s")
    sys.stdout.write(
        f"\nmemory of web: {before:.0f} MB before, {max(memory):.0f} MB at most\nlet go: {ended}\n"
    )
    assert max(memory) - before < MOST_GROWTH_MB
    assert ended["screenshot: 503"] > 0
    assert "internal_error" not in served.log()
    assert "Traceback" not in served.log()
    if SECONDS:
        assert ended["body: 408"] >= SLOW_BODIES
        assert ended["screenshot: 504"] > 0
        assert max(times["/healthz"] + times["/readyz"]) <= PROBE_WITHIN_SECONDS
        assert max(times["/send"]) <= SEND_WITHIN_SECONDS


def _until_it_has_shown(flood: Flood) -> Iterator[int]:
    """Numbers, as long as the flood is to last: until all are there and some rounds after, and SECONDS."""
    number, rounds = 0, 0
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or rounds < 5:
        yield number
        number += 1
        rounds += flood.held_open == SLOW_BODIES + IDLE_HEADS and flood.ended["screenshot: 503"] > 0


def _timed(method: str, url: str, status: int, **how: object) -> float:
    begun = time.monotonic()
    answer = requests.request(method, url, timeout=PATIENCE_SECONDS, **how)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text
    return time.monotonic() - begun
