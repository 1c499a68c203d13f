"""Becomes a program on another host: with a host name and a network of its own, on the same kernel.

    python -m tests.support.other_host SOCKET NAME PORT… -- PROGRAM ARGUMENTS…

The new network has a loopback and nothing else. Connections to one of the PORTs are carried out by the
process that started this one, which gets the listening sockets through the Unix socket SOCKET (a file
descriptor). Where the kernel allows no namespaces, the program runs without, and the answer is `shared`.
"""

import os
import socket
import sys

from whatsapp_tasks.browser.programs.start_driver import PRIVATE, SHARED, _enter, _possible, _unshare

_CLONE_NEWUTS = 0x04000000


def main() -> None:
    line, name, *rest = sys.argv[1:]
    ports, program = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    listeners = []
    if _possible():
        _enter()
        _unshare(_CLONE_NEWUTS)
        socket.sethostname(name)
        listeners = [socket.create_server(("127.0.0.1", int(port))) for port in ports]
    with socket.socket(fileno=int(line)) as parent:
        socket.send_fds(parent, [PRIVATE if listeners else SHARED], [each.fileno() for each in listeners])
    for listener in listeners:
        listener.close()
    os.execvp(program[0], program)


if __name__ == "__main__":
    main()
