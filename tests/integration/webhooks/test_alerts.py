"""Alerts: the same events, the same retries, to a person's mailbox and WhatsApp."""

import socket
from collections.abc import Iterator
from email.message import Message as Mail
from email.parser import BytesParser
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.integration.webhooks.conftest import Clock, WebhookRig
from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.message_index import MessageIndex
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.webhook_deliveries import Deliveries
from whatsapp_tasks.tasks.webhook_worker import take_over_endpoints

OPERATOR = "+4915199999999"


class Mailbox:
    """What the SMTP server took; ``refuse`` makes it answer so instead."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refuse = ""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuse:
            return self.refuse
        self.mails.append(BytesParser().parsebytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp_port(mailbox: Mailbox) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def settings(settings: Settings, smtp_port: int) -> Settings:
    return settings.model_copy(
        update={
            "smtp_url": f"smtp://127.0.0.1:{smtp_port}",
            "alert_email_to": "ops@example.org",
            "alert_email_from": "whatsapp@example.org",
            "alert_whatsapp_to": OPERATOR,
            "alert_whatsapp_account": "ops",
        }
    )


@pytest.fixture
def hooks(database: Database, settings: Settings) -> WebhookRig:
    hooks = WebhookRig(database, settings, Clock())
    take_over_endpoints(hooks.endpoints, settings, 1)
    Accounts(database).add("ops", NOW)
    return hooks


def log_out(rig: LedgerRig) -> None:
    Sessions(rig.database, rig.account).apply(
        SessionEvent.LOGGED_OUT, NOW, reason="unexpected_logout", actor="worker", fence=rig.fence
    )


def alerts_by_whatsapp(hooks: WebhookRig) -> list[str]:
    found, _ = MessageIndex(hooks.database).page(
        account="ops", status=None, phone=OPERATOR, cursor=None, limit=50
    )
    return [message.text for message in found]


def test_a_person_is_told_of_what_needs_one_and_of_nothing_else(
    hooks: WebhookRig, rig: LedgerRig, mailbox: Mailbox
) -> None:
    rig.accept()
    log_out(rig)
    Sessions(rig.database, rig.account).apply(
        SessionEvent.LOGGED_IN, NOW, reason="chat_list_shown", actor="worker", fence=rig.fence
    )
    hooks.until_quiet()

    [mail] = mailbox.mails
    assert (mail["To"], mail["From"]) == ("ops@example.org", "whatsapp@example.org")
    assert mail["Subject"] == "WhatsApp account 'default': QR_PENDING"
    assert "whatsapp-tasks link --account default" in str(mail.get_payload())
    [text] = alerts_by_whatsapp(hooks)
    assert "is QR_PENDING since" in text


def test_a_mail_that_was_not_taken_is_sent_again(hooks: WebhookRig, rig: LedgerRig, mailbox: Mailbox) -> None:
    mailbox.refuse = "451 try later"
    log_out(rig)
    hooks.until_quiet()
    assert mailbox.mails == []
    assert hooks.endpoints.state("alert-email").last_failure == "smtp_451"
    mailbox.refuse = ""
    hooks.clock.ahead += 7
    hooks.until_quiet()
    assert len(mailbox.mails) == 1


def test_a_whatsapp_alert_that_is_tried_twice_is_one_message(hooks: WebhookRig, rig: LedgerRig) -> None:
    log_out(rig)
    hooks.relay.round()
    [lane] = [each for each in hooks.handed_over() if each[0] == "alert-whatsapp"]
    deliveries = Deliveries(hooks.database, "alert-whatsapp")
    begun = deliveries.begin(lane[1], lane[2], int(hooks.clock() * 1000), hooks.sender.hold_ms)
    assert begun is not None
    send = hooks.sender._transports["whatsapp"]
    endpoint = hooks.endpoints.get("alert-whatsapp")
    assert send(endpoint, begun[0], hooks.clock()).status == 200
    assert send(endpoint, begun[0], hooks.clock()).status == 200  # as after a crash
    assert len(alerts_by_whatsapp(hooks)) == 1


def test_an_account_does_not_tell_of_itself(hooks: WebhookRig, database: Database) -> None:
    log_out(LedgerRig(database, "ops"))
    hooks.until_quiet()
    assert alerts_by_whatsapp(hooks) == []
    assert Deliveries(database, "alert-whatsapp").counts() == {"waiting": 0, "running": 0, "dead": 0}


def test_alerts_go_when_the_settings_go(hooks: WebhookRig, settings: Settings) -> None:
    take_over_endpoints(hooks.endpoints, settings.model_copy(update={"alert_email_to": ""}), 2)
    assert [e.name for e in hooks.endpoints.all()] == ["alert-whatsapp"]


def test_a_server_that_is_none_is_reported_at_the_start(hooks: WebhookRig, settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="WHATSAPP_SMTP_URL"):
        take_over_endpoints(hooks.endpoints, settings.model_copy(update={"smtp_url": "mail.example"}), 2)


def test_who_sends_the_alerts_must_be_said(hooks: WebhookRig, settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="ALERT_WHATSAPP_ACCOUNT"):
        take_over_endpoints(hooks.endpoints, settings.model_copy(update={"alert_whatsapp_account": ""}), 2)
