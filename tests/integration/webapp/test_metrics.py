"""``/metrics``: its contents, its readers, and that it is correct across processes."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.webapp.conftest import Caller
from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber
from whatsapp_tasks.domain.states import SessionEvent, SessionState
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.metrics import Metrics, Phase
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.vault import VaultRecord
from whatsapp_tasks.stores.webhook_deliveries import Positions
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """All samples by name and labels, as Prometheus' own parser reads them."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, "no sample twice"
            found[key] = sample.value
    return found


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def busy_service(database: Database) -> None:
    """An account with data for every family."""
    rig = LedgerRig(database)
    now = NOW
    for end in (Status.SENT, Status.UNKNOWN, Status.FAILED):
        message = rig.accept()
        rig.ledger.advance(message, Status.SENDING, now, fence=rig.fence)
        rig.ledger.advance(message, end, now, fence=rig.fence, error=("text_altered", "No."))
    rig.accept()
    sessions = Sessions(database, "default")
    sessions.apply(SessionEvent.LOGGED_OUT, NOW, reason="r", actor="a", fence=rig.fence)
    sessions.beat(
        {
            "worker": "w",
            "at_ms": NOW,
            "busy_with": "m",
            "browser_running": True,
            "browser_starts": 1,
            "memory": {"pss_mb": 100.5, "anon_mb": 50.0},
        },
        60,
    )
    sessions.count_cure("died")
    Pauses(database, "default").set(PauseReason.OPERATOR, "me", NOW)
    metrics = Metrics(database, "default")
    metrics.observe_phases({Phase.TYPE: 0.4, Phase.ACK: 90.0})
    metrics.observe_phase(Phase.TYPE, 3.0)
    metrics.count("page_surprises", kind="popup")
    Metrics.of_webhooks_worker(database).count("queue_entries_dropped", reason="not_json")
    vault = VaultRecord(database, "default")
    about = ArchiveHeader("default", ArchiveNumber(1, 1), "156.0.1.1", NOW - 60_000, size=1, sha256="0" * 64)
    vault.record_newest(rig.fence, about)
    database.do("HINCRBY", "wa:{default}:vault", "sends", 2)
    endpoint = Endpoint("orders", "https://example.org/", (encode_secret(b"s" * 32),))
    WebhookEndpoints(database).put(endpoint)
    Positions(database).beat(NOW)


@pytest.fixture
def text(caller: Caller, make_app: Callable[..., Flask], database: Database) -> str:
    return scrape_busy_service(caller, make_app, database)


def scrape_busy_service(caller: Caller, make_app: Callable[..., Flask], database: Database) -> str:
    """The metrics of an application with a daily cap."""
    busy_service(database)
    caller.client = make_app(cap_policy="reject").test_client()
    answer = caller.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def test_messages_phases_and_states_are_reported(text: str) -> None:
    found = samples(text)
    counts = {"queued": 4, "sent": 1, "failed": 1, "unknown": 1, "delivered": 0, "read": 0}
    for status, count in counts.items():
        assert value(found, "whatsapp_messages_total", account="default", status=status) == count
    phase = {"account": "default", "phase": "type"}
    assert value(found, "whatsapp_phase_seconds_bucket", **phase, le="0.5") == 1
    assert value(found, "whatsapp_phase_seconds_bucket", **phase, le="+Inf") == 2
    assert value(found, "whatsapp_phase_seconds_sum", **phase) == pytest.approx(3.4)
    assert value(found, "whatsapp_phase_seconds_count", **phase) == 2
    for state in SessionState:
        told = value(found, "whatsapp_session_state", account="default", state=state)
        assert told == float(state is SessionState.QR_PENDING)
    assert value(found, "whatsapp_paused", account="default", reason="operator") == 1
    assert value(found, "whatsapp_messages_waiting", account="default", kind="unknown") == 1
    assert value(found, "whatsapp_worker_up", account="default") == 1
    assert value(found, "whatsapp_browser_memory_bytes", account="default", kind="pss") == 100.5 * 1024**2
    assert value(found, "whatsapp_browser_cures_total", account="default", cause="died") == 1
    assert value(found, "whatsapp_page_surprises_total", account="default", kind="popup") == 1
    dropped = {"account": "", "reason": "not_json"}
    assert value(found, "whatsapp_queue_entries_dropped_total", **dropped) == 1
    assert value(found, "whatsapp_cap", account="default", chats="all") == 100
    assert value(found, "whatsapp_events_behind", account="default") == 4 + 3 + 3
    assert value(found, "whatsapp_webhook_dead_letters", webhook="orders") == 0


def test_the_newest_archive_and_what_it_does_not_know_of_are_reported(text: str) -> None:
    found = samples(text)
    assert value(found, "whatsapp_session_saved_timestamp_seconds", account="default") == NOW / 1000 - 60
    assert value(found, "whatsapp_session_unsaved_messages", account="default") == 2


def test_an_archive_that_a_newer_version_wrote_hides_no_other_figure(
    caller: Caller, database: Database
) -> None:
    busy_service(database)
    database.do("HSET", "wa:{default}:vault", "newest", '{"format":2}')
    answer = caller.get("/metrics")
    assert answer.status_code == 200
    assert value(samples(answer.text), "whatsapp_worker_up", account="default") == 1


def test_no_label_holds_a_phone_or_a_text(text: str) -> None:
    assert "49151" not in text
    assert "Hello" not in text


def test_another_process_tells_the_same(text: str, make_app: Callable[..., Flask], caller: Caller) -> None:
    caller.client = make_app(cap_policy="reject").test_client()
    again = caller.get("/metrics").text

    def steady(found: Samples) -> Samples:
        return {key: count for key, count in found.items() if not key[0].endswith("age_seconds")}

    assert steady(samples(again)) == steady(samples(text))


def test_a_key_with_the_scope_read_is_needed(app: Flask, make_caller: Callable[..., Caller]) -> None:
    assert app.test_client().get("/metrics").status_code == 401
    assert make_caller("send").get("/metrics").status_code == 403
    assert make_caller("read").get("/metrics").status_code == 200


@pytest.mark.parametrize(
    ("networks", "peer", "headers", "status"),
    [
        ("10.1.0.0/16", "10.1.2.3", {}, 200),
        ("192.168.0.0/24, 10.1.0.0/16", "10.1.2.3", {}, 200),
        ("10.1.0.0/16", "10.2.2.3", {}, 401),
        ("10.1.0.0/16", "10.2.2.3", {"X-Forwarded-For": "10.1.2.3"}, 401),
        ("10.1.0.0/16", "10.1.2.3", {"X-Forwarded-For": "203.0.113.9"}, 401),
        ("fd00::/8", "fd00::7", {}, 200),
        ("", "127.0.0.1", {}, 401),
    ],
)
def test_a_scraper_s_network_can_be_opened_and_a_header_opens_nothing(
    make_app: Callable[..., Flask], networks: str, peer: str, headers: dict[str, str], status: int
) -> None:
    client = make_app(metrics_networks=networks).test_client()
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == status


def test_a_network_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="metrics_networks"):
        Settings(metrics_networks="10.1.0.0/16, everywhere")


def test_a_worker_that_is_away_has_no_age(caller: Caller) -> None:
    found = samples(caller.get("/metrics").text)
    assert value(found, "whatsapp_worker_up", account="default") == 0
    assert not [name for name, _ in found if name == "whatsapp_worker_heartbeat_age_seconds"]


def test_heartbeats_of_another_version_do_no_harm(caller: Caller, database: Database) -> None:
    database.do("SET", "wa:{default}:heartbeat", json.dumps({"at_ms": NOW, "memory": None, "new": 1}))
    assert caller.get("/metrics").status_code == 200
