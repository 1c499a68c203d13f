"""``POST /send`` goes on while a page is lent: to a viewer who reads, and to many who do not.

Issue 14, part 5. No speed is judged, the machine may be busy; what was measured is printed (``pytest -s``).
"""

import base64
import itertools
import json
import os
import re
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from typing import Self

import pytest
import requests

from tests.integration.webapp.conftest import PHONE
from tests.integration.webapp.flood import memory_mb
from tests.integration.webapp.signing import signed
from tests.support.http_server import HttpServer
from whatsapp_tasks.browser.live_picture import MOST_BYTES
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.sessions import Sessions

HAND = "/console/accounts/default/hand"
SENDS = 300
SLOW_VIEWERS = 40
MOST_GROWTH_MB = 64.0
SECONDS = 30.0


class Viewers:
    """One page that is lent: a worker that answers with pictures as large as any, new ones each time; one
    viewer who reads them as fast as they come, and many connections that read nothing.
    """

    def __init__(self, served: HttpServer, key: ApiKey, database: Database) -> None:
        self._served, self._database = served, database
        self._over = threading.Event()
        self._session = requests.Session()
        self._token = self._log_in(key)
        self._slow: list[socket.socket] = []
        self.view = ""
        self.answers: Counter[int] = Counter()
        """Of the viewer who reads, by their status."""

    def _log_in(self, key: ApiKey) -> str:
        form = self._session.get(f"{self._served.url}/login", timeout=SECONDS).text
        token = form.partition('name="token" value="')[2].partition('"')[0]
        fields = {"key": key.id, "secret": key.secrets[0], "token": token}
        page = self._session.post(f"{self._served.url}/login", data=fields, timeout=SECONDS).text
        found = re.search(r'name="console-token" content="([^"]+)"', page)
        assert found is not None
        return found[1]

    def __enter__(self) -> Self:
        headers = {"X-Console-Token": self._token}
        opened = self._session.post(f"{self._served.url}{HAND}", json={}, headers=headers, timeout=SECONDS)
        assert opened.status_code == 201, opened.text
        self.view = opened.json()["view"]
        self._threads = [threading.Thread(target=work) for work in (self._serve, self._watch)]
        for thread in self._threads:
            thread.start()
        cookies = "; ".join(f"{name}={value}" for name, value in self._session.cookies.items())
        lines = (
            f"GET {HAND} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Cookie: {cookies}",
            f"X-View: {self.view}",
            "",
            "",
        )
        for _ in range(SLOW_VIEWERS):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", self._served.port))
            connection.sendall("\r\n".join(lines).encode())
            self._slow.append(connection)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(SECONDS)
        for connection in self._slow:
            connection.close()
        self._session.close()

    def _serve(self) -> None:
        desk = Hands(self._database, "default").desk(self.view.partition(".")[0])
        for number in itertools.count():
            if self._over.is_set():
                break
            order = desk.next(0.1)
            if order is not None:
                picture = base64.b64encode(os.urandom(MOST_BYTES)).decode()
                fields = {"picture": picture, "digest": str(number), "idle_left_seconds": 300, "masked": True}
                desk.answer(order, {"ok": True, **fields})
        desk.close()

    def _watch(self) -> None:
        while not self._over.is_set():
            answer = self._session.get(
                f"{self._served.url}{HAND}", headers={"X-View": self.view}, timeout=SECONDS
            )
            self.answers[answer.status_code] += 1
            if answer.status_code == 200:
                assert len(answer.content) == MOST_BYTES
            else:
                self._over.wait(0.1)


@pytest.mark.timeout(600)
def test_sends_are_answered_while_a_page_is_lent_to_slow_viewers(
    served: HttpServer, served_key: ApiKey, database: Database
) -> None:
    Sessions(database, "default").beat({"worker": "worker 1", "browser_running": True}, 3600)
    alone = sends(served, served_key, "alone")
    before = memory_mb(served)
    with Viewers(served, served_key, database) as viewers:
        beside = sends(served, served_key, "beside")
        grown = memory_mb(served) - before
        answers = dict(viewers.answers)
    for name, taken in (("without a view", alone), ("with a view", beside)):
        middle, longest = statistics.median(taken) * 1000, max(taken) * 1000
        sys.stdout.write(f"\nPOST /send {name}: median {middle:.1f} ms, longest {longest:.0f} ms")
    sys.stdout.write(f"\nanswers to the viewer: {answers}; memory of web grew by {grown:.0f} MB\n")
    assert answers.get(200, 0) > 0, "the one who reads sees pictures"
    assert grown < MOST_GROWTH_MB
    assert "Traceback" not in served.log()


def sends(served: HttpServer, key: ApiKey, name: str) -> list[float]:
    """How long each of some messages took to be accepted, in seconds, one after the other."""
    taken = []
    with requests.Session() as session:
        for number in range(SENDS):
            body = json.dumps({"phone": PHONE, "message": f"{name} {number}"}).encode()
            headers = signed(key, "POST", "/send", body)
            begun = time.monotonic()
            answer = session.post(f"{served.url}/send", data=body, headers=headers, timeout=SECONDS)
            taken.append(time.monotonic() - begun)
            assert answer.status_code == 202, answer.text
    return taken
