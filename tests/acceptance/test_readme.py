"""What the README shows works when pasted."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import Stack
from whatsapp_tasks.stores.api_keys import ApiKeys

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def _block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(str(block) for block in blocks if containing in block)


@pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="curl or openssl is not installed"
)
def test_the_curl_and_openssl_lines_send_a_message(module_stack: Stack) -> None:
    key = ApiKeys(module_stack.database).create("readme", ("send",), 1)
    before = len(_texts(module_stack))
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _block("bash", "openssl dgst")],
        env=module_stack.environment | {"API": module_stack.api, "KEY": key.id, "SECRET": key.secrets[0]},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(ended.stdout)
    module_stack.await_status(answer["id"], "sent", "delivered", "read")
    assert _texts(module_stack)[before:] == ["Your code is 482 913"]


def _texts(stack: Stack) -> list[str]:
    return [message.text for message in stack.simulator.messages("4915112345678")]


def test_the_python_lines_send_a_message(module_stack: Stack) -> None:
    block = _block("python", "send_message.delay")
    ended = subprocess.run(
        [sys.executable, "-c", block + "\nprint(message_id)"],
        env=module_stack.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    module_stack.await_status(ended.stdout.strip(), "sent", "delivered", "read")


def test_every_file_that_the_readme_links_to_exists() -> None:
    root = Path(__file__).parents[2]
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert links
    assert [link for link in links if not (root / link.partition("#")[0]).exists()] == []
