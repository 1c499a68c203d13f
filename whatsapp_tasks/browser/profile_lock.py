"""One browser per profile: a lock that the kernel releases when its holder dies."""

import fcntl
import os
import shutil
import socket
from pathlib import Path
from types import TracebackType

from whatsapp_tasks.errors import BrowserStartFailed

LOCK_NAME = ".whatsapp-tasks.lock"
_CHROMIUM_TEMPORARY = "org.chromium.Chromium."


class ProfileLock:
    """The right to use a profile folder. Not inherited by child processes."""

    def __init__(self, profile: Path) -> None:
        """The folder is created when the lock is taken."""
        self._profile = profile
        self._fd: int | None = None

    def acquire(self) -> None:
        """Take the lock without waiting, then remove the remains of a dead Chromium's own lock.

        A `SingletonLock` with another host name (a new container) would stop Chromium with exit code 21.

        Raises BrowserStartFailed, naming the holder, if another process has the lock.
        """
        if self._fd is not None:
            return
        self._profile.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(self._profile / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 200, 0).decode(errors="replace").strip() or "an unknown process"
            os.close(fd)
            raise BrowserStartFailed(f"The profile {self._profile} is in use by {holder}") from None
        except BaseException:
            os.close(fd)
            raise
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        self._fd = fd
        self._remove_stale_singleton()

    def release(self) -> None:
        """Release the lock; may be called again."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def holder(self) -> str | None:
        """The holder of the lock according to the file; does not try to lock."""
        try:
            holder = (self._profile / LOCK_NAME).read_text("utf-8").strip()
        except OSError:
            return None
        pid, _, host = holder.removeprefix("process ").partition(" on ")
        gone = host == socket.gethostname() and pid.isdigit() and not Path(f"/proc/{pid}").exists()
        return None if gone or not holder else holder

    def _remove_stale_singleton(self) -> None:
        socket_link = self._profile / "SingletonSocket"
        if socket_link.is_symlink():
            folder = socket_link.readlink().parent  # of a Chromium that was killed: it stays in TMPDIR
            if folder.name.startswith(_CHROMIUM_TEMPORARY) and folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self._profile / name).unlink(missing_ok=True)

    def __enter__(self) -> "ProfileLock":
        """Take the lock; see `acquire`."""
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the lock."""
        self.release()
