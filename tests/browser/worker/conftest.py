"""A worker's real session on a real Redis and a real browser, in front of the nasty simulator."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.one_worker import Life, OneWorker
from tests.browser.short_form import FULL
from whatsapp_tasks.domain.states import SessionState

LINK_SECONDS = 60.0
SENT = ("sent", "delivered", "read")
ERAS = ["E2", "E3"] if FULL else ["E3"]
"""The short form in `make test`; all of it in `make test-pages`."""


def configure(life: Life, **settings: object) -> None:
    """Changes settings of the running worker, as far as it asks for them again."""
    context = life.session.context
    context.settings = context.settings.model_copy(update=settings)


def settled(life: Life) -> bool:
    """Whether every message has come to an end."""
    return all(message.status in (*SENT, "failed", "unknown", "expired") for message in life.messages())


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneWorker]:
    folder: Path = tmp_path_factory.mktemp("one-worker")
    running = OneWorker(folder)
    yield running
    running.stop()


LifeMaker = Callable[..., Life]


@pytest.fixture
def linked(world: OneWorker) -> Iterator[LifeMaker]:
    """``linked(era="E3", …)``: a worker whose phone has been linked."""
    lives = []

    def make(era: str = "E3", lang: str = "en", **look: object) -> Life:
        settings = {"sync_ms": 50, "boot_ms": 50, "sent_ms": 60, "delivered_ms": 150, "read_ms": 150}
        manager = world.life(era=era, lang=lang, **{**settings, **look})
        life = manager.__enter__()
        lives.append(manager)
        scanned: list[str] = []

        def authenticated() -> bool:
            code = life.session.context.sessions.qr()
            if code and not scanned:
                world.simulator.link(ref=code)
                scanned.append(code)
            return life.state is SessionState.AUTHENTICATED

        assert life.rounds(authenticated, LINK_SECONDS), f"{life.state}: {life.reason}"
        return life

    yield make
    for manager in lives:
        manager.__exit__(None, None, None)
