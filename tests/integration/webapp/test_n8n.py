"""The workflow for n8n, node by node: the code of its Code nodes in Node, its requests to the served API.

Issue 16, part 10.
"""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import HttpServer
from tests.support.node import program
from whatsapp_tasks.client import Client
from whatsapp_tasks.stores.api_keys import ApiKey

ROOT = Path(__file__).parents[3]
WORKFLOW = ROOT / "clients" / "n8n" / "send.json"
NODES = Path(__file__).with_name("n8n_nodes.mjs")
PHONE = "+4915112345678"


def play(served: HttpServer, key: ApiKey, **changes: Any) -> subprocess.CompletedProcess[str]:
    """The whole workflow; ``changes`` to the fields of the message."""
    return subprocess.run(
        [program("node"), str(NODES), str(WORKFLOW), json.dumps(changes)],
        env={
            "WHATSAPP_API_URL": served.url,
            "WHATSAPP_API_KEY": key.id,
            "WHATSAPP_API_SECRET": key.secrets[0],
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("text", [None, 'Grüße 👋 "quoted" \\ {{ $json }}\nsecond line'])
def test_its_requests_are_accepted_and_a_repeat_sends_nothing_twice(
    served: HttpServer, served_key: ApiKey, text: str | None
) -> None:
    changes = {} if text is None else {"message": text, "idempotency_key": "order-1041"}
    ids = set()
    for _ in range(2):
        played, second = play(served, served_key, **changes), int(time.time())
        assert played.returncode == 0, played.stderr
        [item] = json.loads(played.stdout)
        assert (item["json"]["status"], item["json"]["phone"]) == ("queued", PHONE)
        ids.add(item["json"]["id"])
        while int(time.time()) == second:  # the same request in the same second would be a replay
            time.sleep(0.05)
    assert len(ids) == 1
    with Client(served.url, served_key.id, served_key.secrets[0]) as client:
        [message] = client.messages()
    assert message["message"] == (text or "Your table is ready. 👋")


def test_a_refusal_ends_it_with_the_problem(served: HttpServer, served_key: ApiKey) -> None:
    played = play(served, served_key, phone="0151 12345678")
    assert played.returncode != 0
    assert "phone_invalid" in played.stderr


def test_the_workflow_names_no_secret_and_repeats_no_signature() -> None:
    """n8n would repeat a request as it was signed, which is refused."""
    workflow = json.loads(WORKFLOW.read_text("utf-8"))
    assert not any(node.get("retryOnFail") for node in workflow["nodes"])
    assert not any(node.get("credentials") for node in workflow["nodes"])
    text = WORKFLOW.read_text("utf-8")
    assert "wak_" not in text
    assert "was_" not in text
