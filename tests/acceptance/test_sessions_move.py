"""A session moves between hosts without a new scan (issue 14, 2 to 4; long form: make test-linking)."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.s3_server import s3_url, use_test_credentials
from tests.support.screen import screen
from tests.support.stack import Stack, eventually
from tests.support.two_hosts import TwoHosts, settings_of
from whatsapp_tasks.browser.processes import die_with_parent
from whatsapp_tasks.stores.api_keys import ApiKeys

__all__ = ["s3_url"]  # the fixture

SETTLED = ("sent", "delivered", "read", "failed", "unknown")


@pytest.fixture
def world(
    new_stack: Callable[..., Stack], s3_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[TwoHosts]:
    use_test_credentials(monkeypatch, tmp_path)
    world = TwoHosts(new_stack(environment=settings_of(s3_url)).start(), s3_url)
    yield world
    world.end()


def at_desk(world: TwoHosts, display: str) -> "subprocess.Popen[bytes]":
    """``link --here`` on a desktop: without Redis, with the address and an admin key of the service."""
    stack = world.stack
    key = ApiKeys(stack.database).create("desk", ("admin",), 1)
    environment = stack.plain_environment | {
        "DISPLAY": display,
        "WHATSAPP_URL": world.page_url,
        "WHATSAPP_API_KEY": key.id,
        "WHATSAPP_API_SECRET": key.secrets[0],
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    person = [sys.executable, "-m", "tests.support.person_at_desk", os.environ.get("LINKING_PICTURES", "")]
    with (stack.folder / "desk.log").open("ab") as log:
        return subprocess.Popen(
            [*die_with_parent(), *person, "link", "--here", "--to", stack.api],
            env=environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )


def test_a_phone_is_linked_at_a_desk_and_its_session_moves_from_host_to_host(world: TwoHosts) -> None:
    """Must show 2, and 3 in short: a visible browser with a passkey; then a headless worker on another host,
    without a scan; that one is killed in mid-send with its disk gone, and a third takes over.
    """
    stack = world.stack
    stack.run("web")
    world.b.start()
    eventually(lambda: stack.database.text("HGET", "wa:{default}:vault", "recipient"), "the vault's key")
    stack.simulator.scenario("passkey_required", after="phone")
    begun = time.monotonic()
    with screen() as display:
        desk = at_desk(world, display)

        def two_codes() -> bool:
            return [page.get("screen") for page in stack.simulator.pages()].count("qr") == 2

        eventually(two_codes, "a QR code in the window, beside that of the worker")
        stack.simulator.link()  # the page that came last
        assert desk.wait(120) == 0, stack.log("desk")
    assert "was deleted" in stack.log("desk")
    linked = time.monotonic()
    world.sent("without a scan")
    first = time.monotonic()

    world.await_current_archive()
    stack.hold("after_enter")
    message_id = world.send("in mid-send")
    stack.await_held("after_enter")
    eventually(lambda: world.received("in mid-send"), "the page has sent it, and the worker does not know")
    killed = time.monotonic()
    world.b.kill()
    world.b.lose_disk()
    stack.let_go("after_enter")
    world.a.start()
    assert stack.await_status(message_id, *SETTLED) in ("sent", "delivered", "read")
    world.sent("next")
    sys.stdout.write(
        f"\nlink --here: {linked - begun:.1f} s until the session was handed over, {first - linked:.1f} s "
        f"until the service has sent a message; {time.monotonic() - killed:.1f} s from a kill to the next\n"
    )
    assert "session_restored" in str(stack.database.texts("LRANGE", "wa:{default}:history", 0, -1))
    assert [world.received(text) for text in ("without a scan", "in mid-send", "next")] == [1, 1, 1]
    world.one_session()


@pytest.mark.long
def test_what_a_restored_session_cannot_see_is_never_sent_again(world: TwoHosts) -> None:
    """As the real page may be: its own messages are in the storage of the device alone, and the archive is
    older than the attempt. The message was sent, and its chat does not show it.
    """
    stack = world.stack
    stack.simulator.scenario("own_messages_local")
    world.a.start()
    stack.link()
    world.sent("before")
    world.await_current_archive()
    stack.hold("after_enter")
    message_id = world.send("in mid-send")
    stack.await_held("after_enter")
    eventually(lambda: world.received("in mid-send"), "the page has sent it, and the worker does not know")
    world.a.kill()
    world.a.lose_disk()
    stack.let_go("after_enter")
    world.b.start()
    assert stack.await_status(message_id, *SETTLED, seconds=150) == "unknown"
    world.sent("next")
    assert [world.received(text) for text in ("before", "in mid-send", "next")] == [1, 1, 1]
    world.one_session()


@pytest.mark.long
def test_a_host_that_lost_redis_ends_its_browser_before_another_may_start_one(world: TwoHosts) -> None:
    """Its lease runs out; afterwards the session goes on where the lease is taken first."""
    stack = world.stack
    world.a.start()
    stack.link()
    world.sent("before")
    world.await_current_archive()
    stack.redis.freeze()
    eventually(lambda: not stack.simulator.pages(), "the browser is gone")
    stack.redis.thaw()
    world.b.start()
    world.sent("after")
    world.one_session()
    assert [world.received(text) for text in ("before", "after")] == [1, 1]
