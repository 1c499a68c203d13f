"""Become ChromeDriver in a network namespace: `python -IS start_driver.py PROGRAM ARGUMENTS…`.

ChromeDriver listens on TCP without authentication: anybody who reaches its port can run programs as its user.
So it gets a network namespace with only a loopback, which no other process can reach. Standard output
is a Unix socket to the worker; the first message on it is `private`, with TCP sockets of the new network, or
`shared` if the kernel allows no namespace.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

PRIVATE, SHARED = b"private", b"shared"
SOCKETS = 16
"""One is used for as long as ChromeDriver keeps the connection open."""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1


def main() -> None:
    """Enter the namespace if possible, report that, and run the program."""
    sockets = []
    if _possible():
        _enter()
        sockets = [socket.socket() for _ in range(SOCKETS)]
    with socket.socket(fileno=os.dup(sys.stdout.fileno())) as worker:
        socket.send_fds(worker, [PRIVATE if sockets else SHARED], [each.fileno() for each in sockets])
    os.execvp(sys.argv[1], sys.argv[1:])


def _possible() -> bool:
    """Whether a process like this one may create a namespace; a half-made one cannot be left."""
    child = os.fork()
    if child == 0:
        try:
            _enter()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _enter() -> None:
    """Move into a new network namespace with its loopback up. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        _unshare(_CLONE_NEWNET)
    except PermissionError:  # not root: use a user namespace that keeps all user ids
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


def _unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
