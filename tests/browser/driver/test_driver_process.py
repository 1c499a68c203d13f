"""ChromeDriver as a process of ours, without a browser."""

import socket
from pathlib import Path

import pytest

from whatsapp_tasks.browser.driver_process import DriverProcess
from whatsapp_tasks.browser.programs.start_driver import SOCKETS

from .conftest import Options, within

PORT = 9599
"""Any will do in a network of its own."""


def test_it_is_reached_by_its_own_sockets_alone(options: Options, tmp_path: Path) -> None:
    driver = DriverProcess(options().chromedriver, PORT, tmp_path)
    try:
        driver.wait_until_it_listens(within(30))
        assert driver.private
        connection = driver.connect(5)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        connection.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        connection.close()
        for _ in range(SOCKETS - 1):
            driver.connect(5).close()
        with pytest.raises(ConnectionError, match="too many"):
            driver.connect(5)
    finally:
        driver.child.end()
        driver.close()
    assert driver.pipe_ends() is None
