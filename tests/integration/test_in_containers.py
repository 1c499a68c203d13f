"""On broker containers of pytest-celery: where a Docker engine is, elsewhere skipped, and said so."""

import shutil
import subprocess

import pytest
from pytest_celery import CeleryTestBroker

from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database


def _docker_engine() -> bool:
    docker = shutil.which("docker")
    return (
        docker is not None
        and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0
    )


pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(
        not _docker_engine(), reason="no Docker engine here; pytest-celery's brokers are containers"
    ),
]


def test_a_message_is_accepted_and_queued_on_a_redis_container(celery_redis_broker: CeleryTestBroker) -> None:
    settings = Settings(REDIS_URL=str(celery_redis_broker.config()["host_url"]))
    database = Database.connect(settings)
    Accounts(database).add("default", 1)
    accepted = Dispatcher(database, settings).send(MessageRequest("+4915112345678", "in a container"))
    assert database.number("LLEN", "whatsapp-messages.default\x06\x163") == 1
    assert Dispatcher(database, settings).get(accepted.id).text == "in a container"
