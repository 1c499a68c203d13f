"""Memory of a web process while a large file is uploaded: ``make bench-uploads``.

The service as it is served (one process), on a Redis of its own. Prints resident memory before, and the most
while the file arrives, is examined and stored; and the same of the program that examines the file.
"""

import argparse
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.integration.webapp.served_app import served_app
from tests.support.redis_server import RedisServer
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

MIB = 1024 * 1024


@dataclass(frozen=True)
class Memory:
    """In MiB. ``before`` and ``most``: of the web process; ``examiner``: the most of its child."""

    before: float
    most: float
    examiner: float

    @property
    def growth(self) -> float:
        return self.most - self.before


class Watch(threading.Thread):
    """Looks at a process and its children until ``stop``."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self.most = self.of_children = 0

    def run(self) -> None:
        while not self._over.wait(0.005):
            self.most = max(self.most, self._process.memory_info().rss)
            for child in self._process.children(recursive=True):
                try:
                    self.of_children = max(self.of_children, child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    def stop(self) -> None:
        self._over.set()
        self.join()


def measure(redis_url: str, folder: Path, size: int) -> Memory:
    """Uploads one file of ``size`` bytes to a fresh server that has received small ones before."""
    database = Database.connect(Settings(REDIS_URL=redis_url))
    Accounts(database).add("default", 1)
    key = ApiKeys(database).create("bench", ("send",), 1)
    small, large = folder / "small.pdf", folder / "large.pdf"
    small.write_bytes(b"%PDF-1.7 small")
    with large.open("wb") as file:
        file.write(b"%PDF-1.7 large")
        file.truncate(size)
    server = served_app(redis_url, folder / "data").start()
    try:
        with Client(server.url, key.id, key.secrets[0], timeout_seconds=120) as client:
            for number in range(5):  # what every process loads once
                client.upload(small, name=f"{number}.pdf")
            before = psutil.Process(server.pid).memory_info().rss
            watch = Watch(server.pid)
            watch.start()
            client.upload(large)
            watch.stop()
    finally:
        server.stop()
        database.client.close()
    return Memory(before / MIB, watch.most / MIB, watch.of_children / MIB)


def main() -> None:
    """Prints one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=60, help="size of the file")
    size = parser.parse_args().mib
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "redis").mkdir()
        (Path(folder) / "data").mkdir()
        redis = RedisServer(Path(folder) / "redis").start()
        try:
            found = measure(redis.url, Path(folder), size * MIB)
        finally:
            redis.stop()
    print(
        f"{size} MiB: web {found.before:.1f} MiB before, {found.most:.1f} at most "
        f"(+{found.growth:.1f}); the program that examines it {found.examiner:.1f}"
    )


if __name__ == "__main__":
    main()
