"""The program that ChromeDriver starts as the browser: `python -IS pass_pipe.py`.

ChromeDriver uses a pipe only with a browser that it started itself. Ours already runs, so this program passes
its two ends of the pipe to the worker, over the Unix socket that is ChromeDriver's standard output. Then it
becomes a shell, which needs less memory, and waits until the worker closes that socket. When the program
ends, ChromeDriver concludes that the browser has ended.
"""

import os
import socket

COMMANDS, EVENTS = 3, 4
"""Where a browser reads commands, and writes answers and events (`--remote-debugging-pipe`)."""

PIPE = b"pipe"


def main() -> None:
    """Pass the pipe to the worker and wait."""
    with socket.socket(fileno=os.dup(1)) as worker:
        socket.send_fds(worker, [PIPE], [COMMANDS, EVENTS])
    os.close(COMMANDS)
    os.close(EVENTS)
    os.execv("/bin/sh", ["sh", "-c", "read -r _ <&1"])


if __name__ == "__main__":
    main()
