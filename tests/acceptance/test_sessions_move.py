"""A session moves between hosts without a new scan (issue 14, 2 to 4; long form: make test-linking)."""

import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from tests.integration.s3_server import s3_url, use_test_credentials
from tests.support.hosts import Host
from tests.support.stack import Stack, eventually
from whatsapp_tasks.archives import new_key
from whatsapp_tasks.domain.message_request import MessageRequest

__all__ = ["s3_url"]  # the fixture

PHONE = "+4915112345678"
SETTLED = ("sent", "delivered", "read", "failed", "unknown")


class World:
    """Two hosts, a vault in S3, Redis and the page elsewhere."""

    def __init__(self, stack: Stack, s3: str, bucket: str) -> None:
        self.stack = stack
        environment = {
            "WHATSAPP_VAULT": f"s3://{bucket}/sessions",
            "WHATSAPP_S3_ENDPOINT": s3,
            "WHATSAPP_VAULT_KEY": new_key(),
            "WHATSAPP_VAULT_SECONDS": "1",
            "WHATSAPP_LEASE_SECONDS": "3",
            "WHATSAPP_HEARTBEAT_SECONDS": "0.5",
        }
        self.a, self.b = (Host(stack, name, environment, [s3]) for name in ("a", "b"))

    def send(self, text: str) -> str:
        return self.stack.dispatcher.send(MessageRequest(PHONE, text)).id

    def sent(self, text: str) -> None:
        self.stack.await_status(self.send(text), "sent", "delivered", "read")

    def await_current_archive(self) -> None:
        """The newest archive knows of everything that was sent."""

        def is_current() -> bool:
            record = self.stack.database.record("wa:{default}:vault")
            found = re.search(r'"sends":(\d+)', record.get("newest", ""))
            return found is not None and found[1] == record.get("sends", "0")

        eventually(is_current, "an archive of everything that was sent")

    def received(self, text: str) -> int:
        return [message.text for message in self.stack.simulator.messages()].count(text)

    def one_session(self) -> None:
        """One scan, and its session was never alive twice."""
        assert len(self.stack.simulator.devices()) == 1
        assert self.stack.simulator.most_alive() == 1


@pytest.fixture
def world(
    new_stack: Callable[..., Stack], s3_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[World]:
    use_test_credentials(monkeypatch, tmp_path)
    bucket = f"vault-{uuid.uuid4().hex[:12]}"
    boto3.client("s3", endpoint_url=s3_url).create_bucket(Bucket=bucket)
    world = World(new_stack().start(), s3_url, bucket)
    yield world
    for host in (world.a, world.b):
        host.end()


def test_a_host_that_is_killed_in_mid_send_is_replaced_by_another(world: World) -> None:
    """Must show 3, short: kill -9 after Enter, its disk gone; then an orderly way back."""
    stack = world.stack
    world.a.start()
    stack.link()
    world.sent("before")
    world.await_current_archive()

    stack.hold("after_enter")
    message_id = world.send("in mid-send")
    stack.await_held("after_enter")
    eventually(lambda: world.received("in mid-send"), "the page has sent it, and the worker does not know")
    killed = time.monotonic()
    world.a.kill()
    world.a.lose_disk()
    stack.let_go("after_enter")
    world.b.start()
    assert stack.await_status(message_id, *SETTLED) in ("sent", "delivered", "read")
    world.sent("next")
    sys.stdout.write(f"\nseconds from kill to next send: {time.monotonic() - killed:.1f}\n")
    assert "session_restored" in str(stack.database.texts("LRANGE", "wa:{default}:history", 0, -1))
    assert world.received("in mid-send") == 1

    assert world.b.stop() == 0
    world.a.start()
    world.sent("back")
    assert [world.received(text) for text in ("before", "in mid-send", "next", "back")] == [1, 1, 1, 1]
    world.one_session()
