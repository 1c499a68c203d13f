"""The worker of one account inside this process: its real session, on a real Redis, with a real browser.

For campaigns of many short lives. The browser goes on from one life to the next unless it is killed.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil

from tests.support.files import Sample
from tests.support.redis_server import RedisServer
from tests.support.uploads import send_file
from whatsapp_simulator.testing import Simulator
from whatsapp_tasks import crash_points
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.errors import BrowserError
from whatsapp_tasks.queues import messages_lists, messages_queue, task_id_of
from whatsapp_tasks.session.account_session import AccountSession
from whatsapp_tasks.session.browser_keeper import BrowserKeeper
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.messages import Message
from whatsapp_tasks.tasks.delivery import deliver_message
from whatsapp_tasks.tasks.gate import Gate
from whatsapp_tasks.tasks.heartbeat_thread import HeartbeatThread
from whatsapp_tasks.tasks.runtime import Runtime, set_runtime
from whatsapp_tasks.tasks.worker import take_account

ACCOUNT = "default"
BREATH_SECONDS = 0.05
KILL_WITHIN_SECONDS = 60.0


class SharedKeeper(BrowserKeeper):
    """Takes the profile once: the lives that follow find the browser running, which a worker never does."""

    _taken = False

    def take_profile(self) -> None:
        if not self._taken:
            super().take_profile()
            self._taken = True

    def nowhere(self) -> None:
        """The page leaves WhatsApp Web; the next life opens it."""
        if self._page is not None:
            try:
                self._page.page.goto("about:blank", Deadline.within(10))
                self._loaded = False
            except BrowserError:
                self.discard()


class OneWorker:
    """Redis, simulator and browser for many lives of one worker; ``stop`` ends them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "redis").mkdir(parents=True)
        self._redis = RedisServer(folder / "redis").start()
        self.simulator = Simulator()
        self.simulator.start()
        self._keeper = SharedKeeper(self._settings("browser"), ACCOUNT)
        self.database = Database.connect(self._settings("browser"))
        self._lives = 0

    def stop(self) -> None:
        with contextlib.suppress(BrowserError):
            self._keeper.close()
        self.database.client.close()
        self.simulator.stop()
        self._redis.stop()

    def _settings(self, name: str) -> Settings:
        data = self._folder / name
        return Settings(
            REDIS_URL=self._redis.url,
            data_dir=data,
            url=self.simulator.page_url,
            no_sandbox=os.geteuid() == 0,
            cap_policy="off",
            evidence="off",
            lease_seconds=600,  # nobody renews it, and nobody else wants it
            typing_fastest_ms=0,
            typing_slowest_ms=0,
            popup_second_look_seconds=0.2,
            quarantine_seconds=2,
            ack_timeout_seconds=10,
            open_chat_timeout_seconds=20,
            boot_timeout_seconds=20,
            redis_timeout_seconds=10,  # a busy machine is slow, not wrong
            memory_limit_mb=8192,  # the worker is in the process of the tests, which grows with each of them
            crash_points=data / "crash-points",
        )

    @contextlib.contextmanager
    def life(self, **settings: object) -> Iterator["Life"]:
        """A worker that begins with an empty Redis, at a simulator reset to these settings.

        Scenarios may be switched on before the first round: until then no page is open.
        """
        self._keeper.nowhere()
        self.simulator.reset(**settings)
        self.database.do("FLUSHALL")
        self._lives += 1
        mine = self._settings(f"life-{self._lives}")
        mine.crash_points.mkdir(parents=True)  # type: ignore[union-attr]
        crash_points.install(mine.crash_points)
        context = replace(take_account(self.database, mine), keeper=self._keeper)
        session = AccountSession(context)
        set_runtime(Runtime(session, Gate(messages_queue(ACCOUNT)), HeartbeatThread(context)))
        session.start()
        yield Life(self.database, mine, session, self._settings("browser").profile_dir(ACCOUNT))


class Life:
    """One worker, from its start to the moment nobody asks for another round."""

    def __init__(
        self, database: Database, settings: Settings, session: AccountSession, profile: Path
    ) -> None:
        self.database = database
        self._profile = profile
        self.session = session
        self._settings = settings
        self._dispatcher = Dispatcher(database, settings)
        self._ids: list[str] = []

    @property
    def state(self) -> SessionState:
        return self.session.context.sessions.get().state

    @property
    def reason(self) -> str:
        return self.session.context.sessions.get().reason

    def accept(self, phone: str | None, text: str, **wishes: str) -> str:
        """Puts a message on the queue; its id. ``wishes``: further fields of MessageRequest."""
        self._ids.append(self._dispatcher.send(MessageRequest(phone, text, **wishes)).id)  # type: ignore[arg-type]
        return self._ids[-1]

    def accept_file(
        self, phone: str, sample: Sample, caption: str | None = None, *, reply_to: str | None = None
    ) -> str:
        """The same with a file."""
        sent = send_file(self.database, self._settings, phone, sample, caption, reply_to=reply_to)
        self._ids.append(sent)
        return sent

    def messages(self) -> list[Message]:
        """All that were accepted, as the ledger has them now."""
        return [self.message(message_id) for message_id in self._ids]

    def message(self, message_id: str) -> Message:
        return self._dispatcher.get(message_id)

    def cancel(self, message_id: str) -> Message:
        return self._dispatcher.cancel(message_id)

    def rounds(self, until: Callable[[], bool], seconds: float) -> bool:
        """What a worker does, again and again. Whether ``until`` came true; False too in ATTENTION."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline or self.state is SessionState.ATTENTION:
                return False
            self.session.lend_hand()
            self.session.look_after(at_once=True)
            if self.session.delivery.may_send and (message_id := self._next()):
                deliver_message(message_id)
            else:
                time.sleep(BREATH_SECONDS)
        return True

    def _next(self) -> str | None:
        for name in messages_lists(ACCOUNT):
            if entry := self.database.text("RPOP", name):
                return task_id_of(entry)
        return None

    def browser_killed_at(self, point: str) -> contextlib.AbstractContextManager[None]:
        """The first message that comes to this crash point within the block loses its browser there."""
        return self.at(point, lambda: kill_browser(self._profile))

    @contextlib.contextmanager
    def at(self, point: str, act: Callable[[], None]) -> Iterator[None]:
        """``act`` runs while the first message that comes to this crash point waits there."""
        folder = self._settings.crash_points
        assert folder is not None
        request, reached = folder / point, folder / f"{point}.reached"
        request.touch()

        def wait_and_act() -> None:
            deadline = time.monotonic() + KILL_WITHIN_SECONDS
            while request.exists() and time.monotonic() < deadline:
                if reached.exists():
                    act()
                    break
                time.sleep(0.005)
            request.unlink(missing_ok=True)

        actor = threading.Thread(target=wait_and_act, daemon=True)
        actor.start()
        try:
            yield
        finally:
            request.unlink(missing_ok=True)
            actor.join()


def kill_browser(profile: Path) -> None:
    """SIGKILL to every process of the browser on this profile, not to its driver."""
    for process in psutil.process_iter(["name", "cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(profile) in line and "driver" not in (process.info["name"] or ""):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
