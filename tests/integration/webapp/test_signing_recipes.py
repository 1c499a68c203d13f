"""The recipes of docs/signing.md, run as they stand there against a served application."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.http_server import HttpServer
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.ledger import Ledger

DOCUMENT = (Path(__file__).parents[3] / "docs" / "signing.md").read_text("utf-8")

RECIPES = {
    "bash": (("bash", "curl", "openssl"), ["bash", "-euo", "pipefail", "{file}"]),
    "python": (("python3",), ["python3", "{file}"]),
    "javascript": (("node",), ["node", "{file}"]),
    "php": (("php",), ["php", "{file}"]),
}


def block(language: str) -> str:
    """The one code block of this language."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, language
    return str(found[0])


@pytest.mark.parametrize("language", RECIPES)
def test_a_recipe_sends_a_message(
    language: str, served: HttpServer, served_key: ApiKey, database: Database, tmp_path: Path
) -> None:
    programs, command = RECIPES[language]
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, so the {language} recipe was not run")
    file = tmp_path / ("recipe.cjs" if language == "javascript" else "recipe")
    file.write_text(block(language), "utf-8")

    ended = subprocess.run(
        [part.format(file=file) for part in command],
        env={
            "PATH": os.environ["PATH"],
            "API_URL": served.url,
            "API_KEY": served_key.id,
            "API_SECRET": served_key.secrets[0],
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert answer["status"] == "queued", answer
    message = Ledger(database, "default", retention_ms=1, follow_ms=1).get(answer["id"])
    assert message is not None
    assert message.text.startswith("Grüße aus ")
    assert message.text.endswith(" 👋")


def test_the_example_signature_is_right() -> None:
    body = b'{"phone":"+4915112345678","message":"Hi"}'
    assert body.decode() in DOCUMENT
    assert block("signature").strip() == sign("was_example", "1700000000", "POST", "/send", body)
