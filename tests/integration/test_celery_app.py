"""The Celery application itself, with a real worker of its own in this process (celery.contrib.testing)."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker

from tests.support.stack import eventually
from whatsapp_tasks.dispatch import Dispatcher, default_dispatcher
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.tasks.messages import send_message
from whatsapp_tasks.templates import Templates

PHONE = "+4915112345678"


@pytest.fixture
def app(redis_url: str, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    """Our application on the test's Redis."""
    monkeypatch.setenv("REDIS_URL", redis_url)
    default_dispatcher.cache_clear()
    Accounts(database).add("default", 1)
    app: Celery = send_message.app
    before, level = app.conf.broker_url, logging.getLogger().level
    app.conf["broker_url"] = redis_url
    yield app
    app.conf["broker_url"] = before
    logging.getLogger().setLevel(level)  # a worker sets its own
    app.pool.force_close_all()  # type: ignore[attr-defined]  # a pool of connections
    default_dispatcher.cache_clear()


def test_delay_puts_the_message_into_the_ledger_and_returns_its_id(app: Celery, settings: object) -> None:
    result = send_message.delay(PHONE, "Hi")
    assert default_dispatcher().get(result.id).text == "Hi"
    assert send_message.delay(PHONE, "Hi").id == result.id


def test_delay_takes_a_file_from_a_url_or_an_upload(app: Celery, settings: object) -> None:
    """issue 15: ``send_message.delay(phone, message, file=…)``; the caption is optional then."""
    wanted = {"url": "https://files.example/a.pdf", "name": "b.pdf"}
    result = send_message.delay(PHONE, file=wanted)
    message = default_dispatcher().get(result.id)
    assert message.text == ""
    assert message.file_wanted is not None
    assert message.file_wanted.to_fields() == wanted
    with pytest.raises(RequestRefused) as refused:
        send_message.delay(PHONE, "Hi", file={"id": "0" * 32})
    assert refused.value.code == "file_unknown"
    with pytest.raises(RequestRefused) as refused:
        send_message.delay(PHONE, "Hi", file={"path": "/etc/passwd"})
    assert refused.value.code == "file_invalid"


def test_delay_takes_a_template(app: Celery, database: Database, settings: object) -> None:
    """issue 16, part 9: ``send_message.delay(phone, template=…)``."""
    Templates(database).put("order_ready", "en", "Hi {{name}}", "test")
    wanted = {"name": "order_ready", "language": "en", "variables": {"name": "Ana"}}
    result = send_message.delay(PHONE, template=wanted)
    assert default_dispatcher().get(result.id).text == "Hi Ana"
    Templates(database).put("order_ready", "en", "Hello {{name}}", "test")
    assert send_message.delay(PHONE, template=wanted).id == result.id
    for changed, code in (
        ({"language": "de"}, "template_unknown"),
        ({"variables": {}}, "template_variables_wrong"),
        ({"text": "Hi"}, "template_invalid"),
    ):
        with pytest.raises(RequestRefused) as refused:
            send_message.delay("+4915112345679", template={**wanted, **changed})
        assert refused.value.code == code


def test_delay_refuses_like_the_api_and_queues_nothing(app: Celery, database: Database) -> None:
    with pytest.raises(RequestRefused) as refused:
        send_message.delay("nonsense", "Hi")
    assert refused.value.code == "phone_invalid"
    assert database.number("LLEN", "whatsapp-messages.default\x06\x163") == 0


@pytest.mark.parametrize(
    ("account", "more", "code"),
    [
        ("Hello Ana, your code", {"file": {"bogus": "1"}}, "file_invalid"),
        ("Hello Ana, your code", {"template": {}}, "template_invalid"),
        ("Hello Ana, your code", {}, "account_invalid"),
        ("4915112345678", {}, "account_unknown"),  # it has the form of an account's name
    ],
)
def test_what_stands_in_the_place_of_an_account_is_not_logged(
    app: Celery, caplog: pytest.LogCaptureFixture, account: str, more: dict[str, Any], code: str
) -> None:
    send_message.run(PHONE, "Hi", account=account, **more)
    [record] = [each for each in caplog.records if "refused" in each.message]
    assert record.__dict__["code"] == code
    assert account not in str(record.__dict__)


def test_a_task_sent_by_name_is_admitted_by_a_worker_that_takes_it(
    app: Celery, database: Database, settings: object
) -> None:
    Templates(database).put("order_ready", "en", "Hi {{name}}", "test")
    template = {"name": "order_ready", "language": "en", "variables": {"name": "Ana"}}
    app.send_task("whatsapp_tasks.send_message", [PHONE, "by name"], queue="whatsapp-messages.default")
    app.send_task(
        "whatsapp_tasks.send_message", [PHONE], {"template": template}, queue="whatsapp-messages.default"
    )
    with start_worker(app, pool="solo", perform_ping_check=False, queues=["whatsapp-messages.default"]):
        dispatcher: Dispatcher = default_dispatcher()
        eventually(
            lambda: (
                {m.text for m in dispatcher.ledger("default").get_many(_ids(database))}
                == {"by name", "Hi Ana"}
            ),
            "both messages are in the ledger",
        )


def _ids(database: Database) -> list[str]:
    return database.texts("ZRANGE", "wa:{default}:log", 0, -1)
