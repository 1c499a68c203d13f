"""Wherever the API listens, this machine finds it (issue 12, row 27)."""

import http.client
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.integration.webapp.served_app import served_app
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database


@pytest.mark.parametrize(
    ("host", "met_at"),
    [
        ("::1", {"::1"}),
        ("[::1]", {"::1"}),
        ("::", {"::1", "127.0.0.1", "127.0.0.2"}),
        ("127.0.0.2", {"127.0.0.2"}),
        ("0.0.0.0", {"127.0.0.1", "127.0.0.2"}),
        ("localhost", {"127.0.0.1"}),
    ],
)
def test_the_command_line_finds_the_api_issue_12_row_27(
    *, redis_url: str, database: Database, tmp_path: Path, host: str, met_at: set[str]
) -> None:
    Accounts(database).add("default", 1)
    server = served_app(redis_url, tmp_path, WHATSAPP_WEB_HOST=host)
    try:
        server.start()
        environment = {
            "REDIS_URL": redis_url,
            "WHATSAPP_DATA_DIR": str(tmp_path),
            "WHATSAPP_WEB_HOST": host,
            "WHATSAPP_WEB_PORT": str(server.port),
        }
        sent = CliRunner().invoke(cli, ["send", "+4915112345678", "Hi"], env=environment)
        assert sent.exit_code == 0, sent.exception
        assert {
            address for address in ("::1", "127.0.0.1", "127.0.0.2") if _met(address, server.port)
        } == met_at
    finally:
        server.stop()


def _met(address: str, port: int) -> bool:
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
