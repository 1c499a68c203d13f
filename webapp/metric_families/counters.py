"""Counters that have no family of their own."""

import re
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric

from webapp.metric_families.scrape import PREFIX, Scrape
from whatsapp_tasks.stores.metrics import Metrics

_SOUND = re.compile(r"[a-z][a-z0-9_]*")

# Counters with these names are exported by families of their own.
_OWN_FAMILIES = frozenset({"messages", "transitions", "events_lost"})


def counters(scrape: Scrape) -> Iterator[Metric]:
    """The counters of all processes (``Metrics.count``); a new counter needs no code here."""
    readings = {**scrape.readings, "": Metrics.of_webhooks_worker(scrape.database).read()}
    names = sorted({name for reading in readings.values() for name in reading.counters} - _OWN_FAMILIES)
    for name in names:
        if not _SOUND.fullmatch(name):
            continue
        rows = [
            (account, dict(labels), count)
            for account, reading in readings.items()
            for labels, count in reading.counters.get(name, {}).items()
        ]
        labels = sorted({label for _, row, _ in rows for label in row if _SOUND.fullmatch(label)})
        family = CounterMetricFamily(
            f"{PREFIX}{name}",
            f"Counted by the processes: {name.replace('_', ' ')}.",
            labels=["account", *labels],
        )
        for account, row, count in rows:
            family.add_metric([account, *(row.get(label, "") for label in labels)], count)
        yield family
