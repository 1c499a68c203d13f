"""All metrics, read from Redis: the same in each web process, and correct after restarts."""

from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp.metric_families.counters import counters
from webapp.metric_families.messages import caps, lookups, messages, queues
from webapp.metric_families.scrape import PREFIX, scrape_of
from webapp.metric_families.sessions import archives, sessions, workers
from webapp.metric_families.webhooks import events, webhooks
from webapp.services import Services

_FAMILIES = (messages, queues, sessions, archives, workers, caps, lookups, events, counters, webhooks)
"""The most important ones first."""


class Families(Collector):
    """A collector for one scrape; raises StoreUnavailable."""

    def __init__(self, parts: Services) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        yield _build_info()
        scrape = scrape_of(self._parts)
        for families in _FAMILIES:
            yield from families(scrape)


def _build_info() -> Metric:
    info = GaugeMetricFamily(
        f"{PREFIX}build_info", "Always 1; the version of whatsapp-tasks.", labels=["version"]
    )
    info.add_metric([version("whatsapp-tasks")], 1)
    return info
