"""The recipes of docs/files.md, run as they are printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.webapp.test_signing_recipes import run
from tests.support.http_server import HttpServer
from tests.support.pictures import PDF
from whatsapp_tasks.client import Client
from whatsapp_tasks.stores.api_keys import ApiKey

DOCUMENT = (Path(__file__).parents[3] / "docs" / "files.md").read_text("utf-8")


def block(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "invoice.pdf").write_bytes(PDF)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_shell_uploads(served: HttpServer, served_key: ApiKey, folder: Path) -> None:
    for program in ("bash", "curl", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, so the recipe was not run")
    (folder / "recipe").write_text(block("bash"), "utf-8")
    answer = run(["bash", "-euo", "pipefail", "recipe"], served, served_key)
    assert (answer["name"], answer["size"]) == ("invoice.pdf", len(PDF))


def test_python_sends_by_path_id_and_url(served: HttpServer, served_key: ApiKey, folder: Path) -> None:
    (folder / "recipe.py").write_text(block("python"), "utf-8")
    access = {
        "WHATSAPP_API_URL": served.url,
        "WHATSAPP_API_KEY": served_key.id,
        "WHATSAPP_API_SECRET": served_key.secrets[0],
    }
    subprocess.run([sys.executable, "recipe.py"], env={**os.environ, **access}, check=True)
    with Client(served.url, served_key.id, served_key.secrets[0]) as client:
        files = [message["file"] for message in client.messages()]
    names = sorted(json.dumps(file and (file["name"], file["kind"])) for file in files)
    assert names == [
        '["Invoice 1041.pdf", "document"]',
        '["Invoice 1041.pdf", "document"]',
        '["invoice.pdf", "document"]',
        "[null, null]",
    ]
