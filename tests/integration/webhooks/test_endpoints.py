"""Endpoints: set by a file, by the command line, and kept through restarts."""

from pathlib import Path

import pytest

from tests.integration.webhooks.conftest import SECRET, WebhookRig
from tests.integration.webhooks.worker_process import WorkerProcess
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import ConfigurationError, RequestRefused
from whatsapp_tasks.tasks.webhook_worker import endpoints_of_file, run_webhooks, take_over_endpoints

FILE = f"""
[webhooks.orders]
url = "https://orders.example/hook"
secrets = ["{SECRET}"]
events = ["message.*"]

[webhooks.local]
url = "http://127.0.0.1:9000/"
secrets = ["{SECRET}"]
allow_private = true
concurrency = 2
"""


def test_a_file_is_taken_over_and_what_it_no_longer_names_is_removed(
    hooks: WebhookRig, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "webhooks.toml"
    file.write_text(FILE, "utf-8")
    with_file = settings.model_copy(update={"webhooks": file})
    take_over_endpoints(hooks.endpoints, with_file, 1000)
    hooks.endpoints.disable("orders", 1500, "operator")
    file.write_text(FILE.replace("message.*", "message.sent").partition("[webhooks.local]")[0], "utf-8")
    take_over_endpoints(hooks.endpoints, with_file, 2000)

    [orders] = hooks.endpoints.all()
    assert (orders.events, orders.created_ms, orders.origin) == (("message.sent",), 1000, "file")
    assert hooks.endpoints.state("orders").disabled_ms == 1500, "a restart enables nothing"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("not toml", "is not valid TOML"),
        ("[webhooks.a]", "needs a url"),
        ('[webhooks.a]\nurl = "https://a.example"\ncolour = "red"', "may have"),
        ('[webhooks.a]\nurl = "https://a.example"\nsecrets = ["whsec_short"]', "secrets"),
        ('[webhooks.a]\nurl = "https://a.example"\nsecrets = []\nconcurrency = "many"', "concurrency"),
        ('[webhooks.A]\nurl = "https://a.example"', "name"),
    ],
)
def test_what_is_wrong_in_the_file_is_reported_without_secrets(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "webhooks.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=told) as error:
        endpoints_of_file(file, 1)
    assert "whsec_short" not in str(error.value)


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        endpoints_of_file(tmp_path / "none.toml", 1)


def test_the_worker_does_not_start_in_the_role_of_an_account(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="whatsapp-tasks webhooks"):
        run_webhooks(settings)


def test_the_operator_s_commands(hooks: WebhookRig, settings: Settings, tmp_path: Path) -> None:
    cli = WorkerProcess(settings.redis_url, tmp_path)
    printed = cli.run(
        "webhooks", "add", "orders", "http://127.0.0.1:9/", "--allow-private", "--event", "message.*"
    )
    [endpoint] = hooks.endpoints.all()
    assert endpoint.secrets[0] in printed
    assert endpoint.events == ("message.*",)
    rotated = cli.run("webhooks", "rotate", "orders")
    assert hooks.endpoints.get("orders").secrets == (rotated.split()[1], endpoint.secrets[0])
    cli.run("webhooks", "disable", "orders")
    listed = cli.run("webhooks", "list")
    assert "orders" in listed
    assert "disabled" in listed
    assert "whsec" not in listed
    assert "0 queued again" in cli.run("webhooks", "redrive", "orders")
    cli.run("webhooks", "remove", "orders", "--yes")
    assert hooks.endpoints.all() == []
    with pytest.raises(RequestRefused, match="webhooks list"):
        hooks.endpoints.get("orders")
