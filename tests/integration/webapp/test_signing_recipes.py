"""The recipes of docs/signing.md, run as they stand there against a served application."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import HttpServer
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.ledger import Ledger

DOCUMENT = (Path(__file__).parents[3] / "docs" / "signing.md").read_text("utf-8")

RECIPES = {
    "bash": (("bash", "curl", "openssl"), ["bash", "-euo", "pipefail", "{file}"]),
    "python": (("python3",), ["python3", "{file}"]),
    "javascript": (("node",), ["node", "{file}"]),
    # Java 17 reads a source in the locale's encoding.
    "java": (("java", "javac"), ["java", "-Dfile.encoding=UTF-8", "{file}"]),
    "php": (("php",), ["php", "{file}"]),
}


def block(language: str) -> str:
    """The one code block of this language."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, language
    return str(found[0])


def run(command: Sequence[str], served: HttpServer, key: ApiKey) -> Any:
    """The command's output, as JSON."""
    ended = subprocess.run(
        command,
        env={
            "PATH": os.environ["PATH"],
            "API_URL": served.url,
            "API_KEY": key.id,
            "API_SECRET": key.secrets[0],
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("language", RECIPES)
def test_a_recipe_sends_a_message(
    language: str, served: HttpServer, served_key: ApiKey, database: Database, tmp_path: Path
) -> None:
    programs, command = RECIPES[language]
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, so the {language} recipe was not run")
    file = tmp_path / {"javascript": "recipe.cjs", "java": "Send.java"}.get(language, "recipe")
    file.write_text(block(language), "utf-8")

    answer = run([part.format(file=file) for part in command], served, served_key)
    assert answer["status"] == "queued", answer
    message = Ledger(database, "default", retention_ms=1, follow_ms=1).get(answer["id"])
    assert message is not None
    assert message.text.startswith("Grüße aus ")
    assert message.text.endswith(" 👋")


@pytest.mark.parametrize(
    "target", ["/messages?limit=1&phone=%2B4915112345678", "/accounts/default", "/opt-outs/+4915112345678"]
)
def test_the_recipe_of_the_shell_reads_too(target: str, served: HttpServer, served_key: ApiKey) -> None:
    """Issue 12, row 11."""
    function = block("bash").partition("\napi POST")[0]
    answer = run(["bash", "-euo", "pipefail", "-c", f"{function}\napi GET '{target}'"], served, served_key)
    assert {"messages", "account", "phone"} & set(answer), answer


def test_a_client_that_wishes_for_http2_is_answered(served: HttpServer, served_key: ApiKey) -> None:
    """Issue 12, row 13: ``curl --http2`` was always answered 401."""
    script = f'curl() {{ command curl --http2 "$@"; }}\n{block("bash")}'
    answer = run(["bash", "-euo", "pipefail", "-c", script], served, served_key)
    assert answer["status"] == "queued", answer


def test_the_example_signature_is_right() -> None:
    body = b'{"phone":"+4915112345678","message":"Hi"}'
    assert body.decode() in DOCUMENT
    assert block("signature").strip() == sign("was_example", "1700000000", "POST", "/send", body)
