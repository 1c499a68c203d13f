"""Messages and look-ups of an account: how many, how long, and what waits."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from webapp.metric_families.scrape import PREFIX, Scrape
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.queues import WEBHOOKS_QUEUE, control_queue, messages_list

_ALWAYS_SHOWN = (Status.QUEUED, Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED, Status.UNKNOWN)
"""A status that no message has reached yet counts 0."""


def messages(scrape: Scrape) -> Iterator[Metric]:
    changes = CounterMetricFamily(
        f"{PREFIX}messages", "Messages that reached a status.", labels=["account", "status"]
    )
    seconds = HistogramMetricFamily(
        f"{PREFIX}phase_seconds", "Seconds per phase of sending a message.", labels=["account", "phase"]
    )
    for account, reading in scrape.readings.items():
        counts = reading.by("messages", "status")
        for status in (*_ALWAYS_SHOWN, *sorted(set(counts) - set(_ALWAYS_SHOWN))):
            changes.add_metric([account, status], counts.get(status, 0))
        for phase, histogram in sorted(reading.phases.items()):
            seconds.add_metric([account, phase], histogram.cumulative(), sum_value=histogram.total_seconds)
    yield changes
    yield seconds


def queues(scrape: Scrape) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        f"{PREFIX}messages_waiting",
        "Messages not settled yet: open (to be sent now), scheduled, unknown (in doubt).",
        labels=["account", "kind"],
    )
    lengths = GaugeMetricFamily(
        f"{PREFIX}queue_length", "Entries of the Celery queues.", labels=["account", "queue"]
    )
    for account in scrape.accounts:
        for kind, count in scrape.parts.dispatcher.queue(account).counts().items():
            waiting.add_metric([account, kind], count)
        lists = {messages_list(account, priority) for priority in Priority}
        lengths.add_metric([account, "messages"], sum(scrape.database.number("LLEN", name) for name in lists))
        lengths.add_metric([account, "control"], scrape.database.number("LLEN", control_queue(account)))
    lengths.add_metric(["", "webhooks"], scrape.database.number("LLEN", WEBHOOKS_QUEUE))
    yield waiting
    yield lengths


def caps(scrape: Scrape) -> Iterator[Metric]:
    cap = GaugeMetricFamily(
        f"{PREFIX}cap", "Messages that the account may send today.", labels=["account", "chats"]
    )
    used = GaugeMetricFamily(f"{PREFIX}cap_used", "Used places of today's cap.", labels=["account", "chats"])
    for account in scrape.accounts:
        today = scrape.parts.dispatcher.caps(account)
        if today is None:
            continue
        use = today.use(scrape.parts.now_ms())
        cap.add_metric([account, "all"], use.cap)
        cap.add_metric([account, "new"], use.new_chats_cap)
        used.add_metric([account, "all"], use.used)
        used.add_metric([account, "new"], use.new_chats_used)
    yield from (cap, used)


def lookups(scrape: Scrape) -> Iterator[Metric]:
    cap = GaugeMetricFamily(
        f"{PREFIX}number_lookups_cap", "Numbers that the account may look up today.", labels=["account"]
    )
    used = GaugeMetricFamily(
        f"{PREFIX}number_lookups_used", "Numbers that it has looked up today.", labels=["account"]
    )
    waiting = GaugeMetricFamily(
        f"{PREFIX}numbers_waiting", "Numbers that wait for a look-up.", labels=["account"]
    )
    for account in scrape.accounts:
        use = scrape.parts.contacts.use(account)
        cap.add_metric([account], use.cap)
        used.add_metric([account], use.used)
        waiting.add_metric([account], use.waiting)
    yield from (cap, used, waiting)
