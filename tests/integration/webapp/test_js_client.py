"""The client in clients/js: Node's own test runner on the API as it is served, and its types (issue 13)."""

import os
import re
import runpy
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.chats_read import chat_read
from tests.support.http_server import HttpServer
from tests.support.node import PACKAGE, install, program
from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database

ROOT = Path(__file__).parents[3]
SIGNING = (ROOT / "docs" / "signing.md").read_text("utf-8")


def run(command: Sequence[str], **environment: str) -> str:
    """What the command prints; fails with it when the command does."""
    ended = subprocess.run(
        command,
        cwd=PACKAGE,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
    return ended.stdout


def test_it_works_with_the_served_api(
    served: HttpServer, served_key: ApiKey, database: Database, settings: Settings
) -> None:
    chat_read(database, settings)
    [example] = re.findall(r"^```signature\n(.*?)\n```$", SIGNING, re.MULTILINE)
    told = run(
        [program("node"), "--test", "--test-reporter=tap", "test/"],
        API_URL=served.url,
        API_KEY=served_key.id,
        API_SECRET=served_key.secrets[0],
        EXAMPLE_SIGNATURE=example,
    )
    assert int(re.findall(r"^# pass (\d+)$", told, re.MULTILINE)[0]) > 30, told


def test_its_types_are_those_of_the_openapi_document() -> None:
    program("openapi-typescript")
    made = runpy.run_path(str(PACKAGE / "make_types.py"))["types"]()
    assert made == (PACKAGE / "src" / "openapi.d.ts").read_text("utf-8"), "run: make client-types"


def test_it_uses_the_types_rightly() -> None:
    run([program("tsc"), "--noEmit"])


def test_its_documented_example_runs_as_it_stands(
    served: HttpServer, served_key: ApiKey, tmp_path: Path
) -> None:
    [example] = re.findall(
        r"^```javascript\n(.*?)^```$", (PACKAGE / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    install(tmp_path)
    file = tmp_path / "example.mjs"
    file.write_text(example, "utf-8")
    told = run(
        [program("node"), str(file)],
        WHATSAPP_API_URL=served.url,
        WHATSAPP_API_KEY=served_key.id,
        WHATSAPP_API_SECRET=served_key.secrets[0],
    )
    assert "idempotency_conflict" in told
    assert "cancelled" in told
