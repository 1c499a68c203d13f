"""Issue 12, row 18: the private Valkey of `up` dies, hangs, and will not run."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from tests.support.stack import ANY_NAME, eventually
from whatsapp_tasks.cli import embedded, up
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import StoreUnavailable


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[embedded.Embedded]:
    monkeypatch.setattr(embedded, "PAUSE_SECONDS", 0.01)
    server = embedded.start(tmp_path)
    yield server
    server.stop()


def process_of(folder: Path) -> psutil.Process:
    """The Valkey of this data folder."""
    url = embedded.running_url(folder)
    assert url is not None
    with redis.Redis.from_url(url) as client:
        return psutil.Process(client.info("server")["process_id"])


def test_one_that_died_comes_back_with_its_data_at_the_same_place(
    server: embedded.Embedded, tmp_path: Path
) -> None:
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "1")
    process_of(tmp_path).kill()
    said: list[str] = []

    def answers_again() -> bool:
        server.tend(said.append)
        return bool(said) and server.answers()

    eventually(answers_again, "it answers again")
    with redis.Redis.from_url(server.url) as client:
        assert client.get("kept") == b"1"
    assert len(said) == 1
    assert "has died (code -9)" in said[0]
    assert embedded.running_url(tmp_path) == server.url


def test_one_that_keeps_dying_is_given_up(server: embedded.Embedded, tmp_path: Path) -> None:
    (tmp_path / "valkey" / "valkey.conf").write_text("nonsense yes\n")
    process_of(tmp_path).kill()
    said: list[str] = []

    def given_up() -> str | None:
        try:
            server.tend(said.append)
        except StoreUnavailable as error:
            return str(error)
        return None

    told = eventually(given_up, "it is given up")
    assert told is not None
    assert "has died 4 times" in told
    assert "valkey.log" in told
    assert len(said) == 3


@pytest.mark.parametrize("state", ["running", "dead", "frozen"])
def test_it_is_ended_in_every_state(server: embedded.Embedded, tmp_path: Path, state: str) -> None:
    process = process_of(tmp_path)
    if state == "dead":
        process.kill()
    if state == "frozen":
        os.kill(process.pid, signal.SIGSTOP)
    server.stop()
    assert not process.is_running()


def test_with_a_store_that_is_away_all_has_ended_within_fifteen_seconds() -> None:
    """The look under way and the question whether the store answers, each till its time-out, the grace of
    the processes, and the question whether the server itself answers.
    """
    worst = 2 * Settings().redis_timeout_seconds + up.AWAY_STOP_SECONDS + embedded.ANSWER_SECONDS
    assert worst <= 15 - 3  # for the kernel and a busy machine


def test_the_data_folder_may_have_any_name_issue_12_row_25(tmp_path: Path) -> None:
    folder = tmp_path / ANY_NAME
    server = embedded.start(folder)
    try:
        assert embedded.running_url(folder) == server.url
        assert list((folder / "valkey" / "appendonlydir").iterdir())
    finally:
        server.stop()
