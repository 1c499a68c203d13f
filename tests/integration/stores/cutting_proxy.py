"""A connection to Redis that breaks between question and answer."""

import socket
import threading
from typing import Self


class CuttingProxy:
    """Hands on all that is asked. After ``cut_after(n)``: n bytes more of answers, then the connection ends,
    when Redis has answered; connections made later are whole.
    """

    def __init__(self, redis_port: int) -> None:
        self._redis_port = redis_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._left: int | None = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def cut_after(self, answer_bytes: int) -> None:
        self._left = answer_bytes

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self._redis_port))
            threading.Thread(target=self._ask, args=(here, there), daemon=True).start()
            threading.Thread(target=self._answer, args=(there, here), daemon=True).start()

    def _ask(self, here: socket.socket, there: socket.socket) -> None:
        while data := _received(here):
            there.sendall(data)
        there.close()

    def _answer(self, there: socket.socket, here: socket.socket) -> None:
        while data := _received(there):
            if self._left is None:
                here.sendall(data)
                continue
            here.sendall(data[: self._left])
            self._left -= len(data)
            if self._left <= 0:
                self._left = None
                break
        here.shutdown(socket.SHUT_RDWR)
        here.close()


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except OSError:
        return b""
