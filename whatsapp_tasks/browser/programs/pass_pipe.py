"""What ChromeDriver takes for the browser: `python -IS pass_pipe.py`.

ChromeDriver speaks over a pipe only with a browser it has started itself. Ours runs already, so this program
gives its two ends of the pipe to the worker, by the Unix socket that ChromeDriver's standard output is. Then
it becomes a shell, which needs less memory, and waits until the worker ends that line: the end of the program
means to ChromeDriver that the browser has ended.
"""

import os
import socket

COMMANDS, EVENTS = 3, 4
"""Where a browser reads commands, and writes answers and events (`--remote-debugging-pipe`)."""

PIPE = b"pipe"


def main() -> None:
    """Give the pipe away and wait."""
    with socket.socket(fileno=os.dup(1)) as worker:
        socket.send_fds(worker, [PIPE], [COMMANDS, EVENTS])
    os.close(COMMANDS)
    os.close(EVENTS)
    os.execv("/bin/sh", ["sh", "-c", "read -r _ <&1"])


if __name__ == "__main__":
    main()
