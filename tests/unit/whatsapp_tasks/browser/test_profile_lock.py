import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from whatsapp_tasks.browser.profile_lock import ProfileLock
from whatsapp_tasks.errors import BrowserStartFailed

HOLD = """
import sys
from pathlib import Path
from whatsapp_tasks.browser.profile_lock import ProfileLock
ProfileLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_makes_the_folder_for_us_alone(tmp_path: Path) -> None:
    with ProfileLock(tmp_path / "a" / "profile"):
        assert (tmp_path / "a" / "profile").stat().st_mode & 0o777 == 0o700


def test_second_holder_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with ProfileLock(tmp_path):
        with pytest.raises(BrowserStartFailed) as caught:
            ProfileLock(tmp_path).acquire()
        assert f"process {os.getpid()} on {socket.gethostname()}" in str(caught.value)


def test_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    lock = ProfileLock(tmp_path)
    for _ in range(2):
        lock.acquire()
        lock.acquire()
        lock.release()
        lock.release()


def test_kernel_releases_it_when_the_holder_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(BrowserStartFailed, match=f"process {holder.pid} on"):
            ProfileLock(tmp_path).acquire()
        holder.kill()
    with ProfileLock(tmp_path):
        pass


def test_children_do_not_inherit_it(tmp_path: Path) -> None:
    lock = ProfileLock(tmp_path)
    lock.acquire()
    with subprocess.Popen(["sleep", "30"], close_fds=False) as child:
        lock.release()
        with ProfileLock(tmp_path):
            pass
        child.kill()


def test_chromiums_own_stale_lock_is_removed(tmp_path: Path) -> None:
    for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
        (tmp_path / name).symlink_to("another-host-123")
    with ProfileLock(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".whatsapp-tasks.lock"]


@pytest.mark.parametrize(("name", "left"), [("org.chromium.Chromium.a1b2c3", False), ("precious", True)])
def test_temporary_folder_of_a_killed_chromium_is_removed(tmp_path: Path, name: str, left: bool) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "SingletonSocket").touch()
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "SingletonSocket").symlink_to(folder / "SingletonSocket")
    with ProfileLock(profile):
        assert folder.exists() == left


def test_lock_of_the_living_is_not_touched(tmp_path: Path) -> None:
    with ProfileLock(tmp_path):
        (tmp_path / "SingletonLock").symlink_to("this-host-123")
        with pytest.raises(BrowserStartFailed):
            ProfileLock(tmp_path).acquire()
        assert (tmp_path / "SingletonLock").is_symlink()
