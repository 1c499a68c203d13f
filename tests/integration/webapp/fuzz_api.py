"""``make fuzz-api``: Schemathesis over the served OpenAPI document: no failure of its checks or ours, no 5xx.

Not among the usual tests (its name is not ``test_…``): it takes minutes. ``FUZZ_EXAMPLES`` sets how many
requests are made per operation and phase, ``FUZZ_SEED`` which ones.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.webapp.served_app import served_app
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.batches import Batch, Batches, BatchItem
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints
from whatsapp_tasks.templates import Templates

HERE = Path(__file__).parent


def _fill(database: Database, settings: Settings) -> tuple[ApiKey, dict[str, str]]:
    """Something of each kind for requests to find, with its name in the environment of the hooks."""
    Accounts(database).add("default", 1)
    Sessions(database, "default").show_qr("2@fuzz", 1, ttl_seconds=3600)
    message_id = (
        Dispatcher(database, settings).send(MessageRequest("+4915112345670", "For the fuzzer to find")).id
    )
    batch = Batch("0123456789abcdef" * 2, "fuzz", 1, (BatchItem("accepted", "default", message_id),))
    batches = Batches(database, 3600)
    batches.begin(batch.id, "fuzz")
    batches.put(batch)
    secrets = (encode_secret(bytes(24)),)
    WebhookEndpoints(database).add(Endpoint("orders", "https://example.com/hook", secrets))
    Templates(database).put("order_ready", "en", "Hi {{name}}", "fuzz")
    known = {"FUZZ_MESSAGE": message_id, "FUZZ_BATCH": batch.id, "FUZZ_WEBHOOK": "orders"}
    return ApiKeys(database).create("fuzz", ("admin",), 1), known


@pytest.mark.timeout(1800)
def test_nothing_the_document_allows_or_forbids_breaks_the_api(
    redis_url: str, settings: Settings, database: Database, tmp_path: Path
) -> None:
    key, known = _fill(database, settings)
    served = served_app(
        redis_url,
        tmp_path,
        WHATSAPP_RATE_LIMIT_PER_KEY="1000000/minute",
        WHATSAPP_RATE_LIMIT_PER_ADDRESS="1000000/minute",
        WHATSAPP_CAP_POLICY="off",
    ).start()
    try:
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "fuzz.toml")),
                *("run", f"{served.url}/openapi.json", "--checks", "all", "--continue-on-failure"),
                *("--exclude-path", "/events"),  # an answer that does not end
                # DELETE cancels a message or the rest of a batch: the record stays, to show that it was.
                *("--exclude-checks", "use_after_free"),
                *("--max-examples", os.environ.get("FUZZ_EXAMPLES", "50"), "--no-color"),
                *(["--seed", os.environ["FUZZ_SEED"]] if "FUZZ_SEED" in os.environ else []),
            ],
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": f"{__package__}.fuzz_hooks",
                "PYTHONPATH": str(HERE.parents[2]),
                **known,
                "FUZZ_KEY": key.id,
                "FUZZ_SECRET": key.secrets[0],
            },
            cwd=tmp_path,
            check=False,
        )
    finally:
        served.stop()
    assert "internal_error" not in served.log()
    assert ended.returncode == 0
