"""What a request costs the store with 1, 10, 100 and 1,000 accounts (issue 13, defect 5).

make bench-accounts ARGS='--rounds 200'

One private Redis with a database for each number of accounts, all with the same number of messages. The four
take turns request by request, so that a busy machine slows all of them alike; medians, and ratios to one.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from tests.support.redis_server import RedisServer
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database

SIZES = (1, 10, 100, 1000)
MESSAGES = 2000
PAGE = 50
AIM = 1.3
PHONE = "+4915112345678"


@dataclass
class Load:
    """So many accounts in a database of their own. ``seconds``: of each request, by its name."""

    dispatcher: Dispatcher
    accounts: list[str]
    ids: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    numbers: int = 0

    @classmethod
    def open(cls, url: str, accounts: int, folder: Path) -> "Load":
        settings = Settings(REDIS_URL=url, data_dir=folder, cap_base=10**6, cap_highest=10**6)
        database = Database.connect(settings)
        names = [f"account-{number}" for number in range(accounts)]
        for name in names:
            Accounts(database).add(name, 1)
        load = cls(Dispatcher(database, settings), names)
        for number in range(MESSAGES):
            load.ids.append(load.send(names[number % accounts]))
        load.dispatcher.page(limit=PAGE)
        return load

    def send(self, account: str) -> str:
        self.numbers += 1
        return self.dispatcher.send(MessageRequest(PHONE, f"message {self.numbers}", account=account)).id

    def requests(self) -> dict[str, Callable[[], object]]:
        """One of each. All sends are of one account, whose time zone and cap this process knows by then."""
        shown, cancelled = random.choice(self.ids), self.ids.pop()
        return {
            "get": lambda: self.dispatcher.get(shown),
            "send": lambda: self.send(self.accounts[0]),
            "list": lambda: self.dispatcher.page(limit=PAGE),
            "list from the middle": partial(self.dispatcher.page, limit=PAGE, cursor=self.middle),
            "cancel": lambda: self.dispatcher.cancel(cancelled),
        }

    @property
    def middle(self) -> str:
        message = self.dispatcher.get(self.ids[len(self.ids) // 2])
        return f"{message.created_ms}-{message.id}"

    def measure(self) -> None:
        for name, request in self.requests().items():
            begun = time.perf_counter()
            request()
            self.seconds.setdefault(name, []).append(time.perf_counter() - begun)

    def median_ms(self, name: str) -> float:
        return statistics.median(self.seconds[name]) * 1000


def report(loads: Sequence[Load]) -> bool:
    """Prints the table; whether all ratios are within the aim."""
    alone = loads[0]
    print("| request | " + " | ".join(f"{len(o.accounts):,} accounts, ms (ratio)" for o in loads) + " |")
    print("|---" * (len(loads) + 1) + "|")
    ratios = []
    for name in alone.seconds:
        cells = []
        for load in loads:
            ratio = load.median_ms(name) / alone.median_ms(name)
            ratios.append(ratio)
            cells.append(f"{load.median_ms(name):.2f} ({ratio:.2f})")
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(f"\nworst ratio: {max(ratios):.2f} (aim {AIM}); load of the machine {psutil.getloadavg()[0]:.1f}")
    return max(ratios) <= AIM


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder)).start()
        try:
            address = server.url.rpartition("/")[0]
            loads = [Load.open(f"{address}/{at}", n, Path(folder)) for at, n in enumerate(SIZES)]
            for _ in range(wanted.rounds):
                for load in loads:
                    load.measure()
        finally:
            server.stop()
    return 0 if report(loads) else 1


if __name__ == "__main__":
    sys.exit(main())
