"""Events and their delivery to webhooks."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from webapp.metric_families.scrape import PREFIX, Scrape
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.webhook_deliveries import Deliveries, Positions
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints


def events(scrape: Scrape) -> Iterator[Metric]:
    unread = GaugeMetricFamily(
        f"{PREFIX}events_behind",
        "Events that no webhooks worker has queued yet.",
        labels=["account"],
    )
    positions = Positions(scrape.database)
    for account in scrape.accounts:
        added = EventLog(scrape.database, account).added()
        unread.add_metric([account], max(0, added - positions.get(account).read))
    yield unread
    lost = CounterMetricFamily(
        f"{PREFIX}events_lost",
        "Events that no webhook got, because they were not queued in time.",
        labels=["account"],
    )
    for account, reading in scrape.readings.items():
        lost.add_metric([account], sum(reading.counters.get("events_lost", {}).values()))
    yield lost
    beat_ms = positions.last_beat_ms()
    age = GaugeMetricFamily(
        f"{PREFIX}webhooks_worker_heartbeat_age_seconds", "Age of the webhooks worker's sign of life."
    )
    if beat_ms is not None:
        age.add_metric([], max(0.0, (scrape.parts.now_ms() - beat_ms) / 1000))
    yield age


def webhooks(scrape: Scrape) -> Iterator[Metric]:
    attempts = CounterMetricFamily(
        f"{PREFIX}webhook_attempts", "Attempts to deliver to a receiver.", labels=["webhook", "outcome"]
    )
    ended = CounterMetricFamily(
        f"{PREFIX}webhook_events",
        "Events that were delivered or given up.",
        labels=["webhook", "outcome"],
    )
    lanes = GaugeMetricFamily(
        f"{PREFIX}webhook_lanes",
        "Messages with events to deliver: waiting, running.",
        labels=["webhook", "kind"],
    )
    dead = GaugeMetricFamily(f"{PREFIX}webhook_dead_letters", "Dead letters kept.", labels=["webhook"])
    disabled = GaugeMetricFamily(f"{PREFIX}webhook_disabled", "1 if it is disabled.", labels=["webhook"])
    streak = GaugeMetricFamily(f"{PREFIX}webhook_failures_in_row", "Failures in a row.", labels=["webhook"])
    store = WebhookEndpoints(scrape.database)
    for endpoint in store.all():
        name = endpoint.name
        reading = Metrics.of_webhook(scrape.database, name).read()
        for outcome in ("delivered", "failed"):
            attempts.add_metric([name, outcome], reading.by("attempts", "outcome").get(outcome, 0))
        for outcome in ("delivered", "dead"):
            ended.add_metric([name, outcome], reading.by("events", "outcome").get(outcome, 0))
        counts, state = Deliveries(scrape.database, name).counts(), store.state(name)
        lanes.add_metric([name, "waiting"], counts["waiting"])
        lanes.add_metric([name, "running"], counts["running"])
        dead.add_metric([name], counts["dead"])
        disabled.add_metric([name], float(state.disabled_ms is not None))
        streak.add_metric([name], state.streak)
    yield from (attempts, ended, lanes, dead, disabled, streak)
