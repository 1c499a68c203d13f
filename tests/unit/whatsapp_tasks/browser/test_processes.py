import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.processes import PROFILE_VARIABLE, Child, ProcessPair, environment_of, start_child
from whatsapp_tasks.errors import BrowserDied


def start(script: str) -> Child:
    return start_child(["sh", "-c", script], environment_of(Path("profile")))


def test_secrets_of_ours_do_not_reach_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "WHATSAPP_KEYS", "https_proxy", "LC_ALL", "TZ"):
        monkeypatch.setenv(name, "value")
    environment = environment_of(Path("profile"))
    assert {"https_proxy", "LC_ALL", "TZ", "PATH"} <= environment.keys()
    assert not {"SECRET_KEY", "WHATSAPP_KEYS"} & environment.keys()
    assert environment[PROFILE_VARIABLE] == str(Path.cwd() / "profile")


def test_wait_for_what_another_thread_ended() -> None:
    child = start("sleep 60")
    child.end()
    assert child.wait(Deadline.within(1))


def test_exit_is_seen_without_reaping() -> None:
    child = start("exit 7")
    assert child.wait(Deadline.within(5))
    assert not child.running()
    assert child.exit_code() == 7
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    child.end()
    assert child.exit_code() == 7
    assert not psutil.pid_exists(child.pid)


def test_end_takes_the_whole_group_even_when_stopped() -> None:
    child = start("sleep 60 & sleep 60 & wait")
    while len(members := psutil.Process(child.pid).children()) < 2:
        time.sleep(0.01)
    os.killpg(child.pid, signal.SIGSTOP)
    child.end()
    child.end()
    _, alive = psutil.wait_procs(members, timeout=2)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    assert child.exit_code() == -signal.SIGKILL


def test_wait_ends_at_the_deadline() -> None:
    child = start("sleep 60")
    assert not child.wait(Deadline.within(0.1))
    child.end()


def test_orphans_of_a_dead_leader_are_ended() -> None:
    child = start("sleep 60 & exit")
    assert child.wait(Deadline.within(5))
    orphans = [p for p in psutil.process_iter() if _group(p.pid) == child.pid and p.pid != child.pid]
    assert len(orphans) == 1
    child.end()
    _, alive = psutil.wait_procs(orphans, timeout=2)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_end_from_several_threads() -> None:
    child = start("sleep 60")
    threads = [threading.Thread(target=child.end) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not child.running()


def test_output_comes_before_exit() -> None:
    child = start("echo said >&2; sleep 60")
    stderr = child.process.stderr
    assert stderr is not None
    assert child.readable_or_exited(stderr.fileno(), Deadline.within(5))
    assert os.read(stderr.fileno(), 100) == b"said\n"
    assert not child.readable_or_exited(stderr.fileno(), Deadline.within(0.05))
    child.end()


def test_signal_after_the_end_goes_nowhere() -> None:
    child = start("sleep 60")
    child.end()
    child.signal(signal.SIGINT)


def test_what_is_adopted_after_the_kill_is_ended() -> None:
    pair = ProcessPair()
    pair.kill()
    child = start("sleep 60")
    pair.adopt_browser(child)
    assert not child.running()
    assert not pair.running()


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def test_a_browser_that_another_thread_ended_cannot_be_held() -> None:
    pair, child = ProcessPair(), start("sleep 60")
    pair.adopt_browser(child)
    child.end()
    with pytest.raises(BrowserDied), pair.held(Deadline.within(5)):
        pass
