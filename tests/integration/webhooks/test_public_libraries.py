"""Node's library of Standard Webhooks verifies what we send; Python's does in test_delivery.py."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.webhooks.conftest import SECRET, WebhookRig
from tests.support.ledger_rig import LedgerRig
from tests.support.webhook_receiver import Receiver
from whatsapp_tasks.domain.webhooks import encode_secret

NPM_SECONDS = 120
PACKAGE = "standardwebhooks@1"
VERIFY = """
const { Webhook } = require("standardwebhooks");
const { requests, secrets } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const verdicts = requests.map(({ body, headers }) => secrets.map((secret) => {
  try { return new Webhook(secret).verify(body, headers).id; } catch (error) { return error.message; }
}));
console.log(JSON.stringify(verdicts));
"""


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """A folder with Node's library, kept from one run to the next."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here, so Node's standardwebhooks library cannot be tried")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "whatsapp-tasks-tests" / "standardwebhooks"
    if not (folder / "node_modules" / "standardwebhooks").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefix",
                str(folder),
                PACKAGE,
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=NPM_SECONDS,
        )
        if done.returncode != 0:
            pytest.skip(f"npm could not install {PACKAGE}: {done.stderr[-300:]}")
    return folder


def test_node_verifies_with_each_secret_in_force_and_with_no_other(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver, node_folder: Path
) -> None:
    hooks.endpoint(receiver)
    fresh, foreign = encode_secret(b"f" * 32), encode_secret(b"x" * 32)
    hooks.endpoints.rotate("orders", fresh)
    rig.accept(metadata={"name": "Zoë 😀", "quote": '"\\'})
    hooks.until_quiet()
    [request] = receiver.received
    tampered = request.body.replace(b"queued", b"read!!")
    requests = [{"body": body.decode(), "headers": request.headers} for body in (request.body, tampered)]
    done = subprocess.run(
        ["node", "-e", VERIFY],
        input=json.dumps({"requests": requests, "secrets": [SECRET, fresh, foreign]}),
        cwd=node_folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    event_id = request.headers["webhook-id"]
    untouched, forged = json.loads(done.stdout)
    assert untouched == [event_id, event_id, "No matching signature found"]
    assert forged == ["No matching signature found"] * 3
