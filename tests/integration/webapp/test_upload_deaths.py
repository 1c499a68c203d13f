"""A web process that is killed while a file arrives leaves nothing for long (issue 15, Storage)."""

import hashlib
import os
import signal
import socket
import time
from pathlib import Path

import psutil

from tests.integration.webapp.served_app import served_app
from tests.integration.webapp.signing import signed
from tests.support.pictures import PDF
from whatsapp_tasks.client import Client
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database

SIZE = 10_000_000


def test_half_a_file_is_no_upload_and_its_draft_goes(
    redis_url: str, served_key: ApiKey, database: Database, tmp_path: Path
) -> None:
    server = served_app(redis_url, tmp_path).start()
    digest = hashlib.sha256(b"never all of it").hexdigest()
    headers = {**signed(served_key, "POST", "/files", digest.encode()), "X-Content-SHA256": digest}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST /files HTTP/1.1\r\nHost: a\r\nContent-Length: {SIZE}\r\n{lines}\r\n"
    drafts = tmp_path / "objects" / "drafts"
    try:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head.encode() + b"x" * (SIZE // 2))
            until = time.monotonic() + 30
            while not [one for one in drafts.glob("*") if one.stat().st_size > 0]:
                assert time.monotonic() < until
                time.sleep(0.01)
            tree = psutil.Process(server.pid)
            for process in [*tree.children(recursive=True), tree]:
                os.kill(process.pid, signal.SIGKILL)
    finally:
        server.stop()
    [draft] = drafts.iterdir()
    assert draft.stat().st_mode & 0o777 == 0o600
    assert database.texts("KEYS", "wa:upload*") == []
    assert list((tmp_path / "objects").glob("files/*")) == []
    os.utime(draft, (0, 0))
    server.start()
    try:
        (tmp_path / "a.pdf").write_bytes(PDF)
        with Client(server.url, served_key.id, served_key.secrets[0]) as client:
            client.upload(tmp_path / "a.pdf")
    finally:
        server.stop()
    assert list(drafts.iterdir()) == []
