"""A mail, to servers that misbehave."""

import socket
import threading
from contextlib import suppress

from whatsapp_tasks.clients.mail import MailServer, send_mail


def test_a_server_that_drips_ends_an_attempt() -> None:
    """Each byte comes in time, and the greeting never ends: the attempt was longer than its hold."""
    ended = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            while not ended.wait(0.05):
                connection.sendall(b"2")

    dripping = threading.Thread(target=drip)
    dripping.start()
    server = MailServer("127.0.0.1", listening.getsockname()[1])
    answered = send_mail(
        server, "a@example.org", "b@example.org", "Hi", "Hi", message_id="evt_1", seconds=0.5
    )
    ended.set()
    dripping.join()
    listening.close()
    assert (answered.status, answered.problem) == (None, "smtp_failed")
