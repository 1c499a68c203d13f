"""Node's library of Standard Webhooks verifies what we send; Python's does in test_delivery.py."""

import json
import subprocess
from pathlib import Path

from tests.integration.webhooks.conftest import SECRET, WebhookRig
from tests.support.ledger_rig import LedgerRig
from tests.support.node import install, program
from tests.support.webhook_receiver import Receiver
from whatsapp_tasks.domain.webhooks import encode_secret

VERIFY = """
const { Webhook } = require("standardwebhooks");
const { requests, secrets } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const verdicts = requests.map(({ body, headers }) => secrets.map((secret) => {
  try { return new Webhook(secret).verify(body, headers).id; } catch (error) { return error.message; }
}));
console.log(JSON.stringify(verdicts));
"""


def test_node_verifies_with_each_secret_in_force_and_with_no_other(
    hooks: WebhookRig, rig: LedgerRig, receiver: Receiver, tmp_path: Path
) -> None:
    install(tmp_path, "standardwebhooks")
    hooks.endpoint(receiver)
    fresh, foreign = encode_secret(b"f" * 32), encode_secret(b"x" * 32)
    hooks.endpoints.rotate("orders", fresh)
    rig.accept(metadata={"name": "Zoë 😀", "quote": '"\\'})
    hooks.until_quiet()
    [request] = receiver.received
    tampered = request.body.replace(b"queued", b"read!!")
    requests = [{"body": body.decode(), "headers": request.headers} for body in (request.body, tampered)]
    done = subprocess.run(
        [program("node"), "-e", VERIFY],
        input=json.dumps({"requests": requests, "secrets": [SECRET, fresh, foreign]}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    event_id = request.headers["webhook-id"]
    untouched, forged = json.loads(done.stdout)
    assert untouched == [event_id, event_id, "No matching signature found"]
    assert forged == ["No matching signature found"] * 3
