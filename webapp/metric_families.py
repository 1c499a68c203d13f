"""All metrics, read from Redis: the same in each web process, and correct after restarts."""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp.services import Services
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.restrictions import LOCK_KINDS
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import ArchiveRefused
from whatsapp_tasks.queues import WEBHOOKS_QUEUE, control_queue, messages_list
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.metrics import Metrics, Readings
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.vault import VaultRecord
from whatsapp_tasks.stores.webhook_deliveries import Deliveries, Positions
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

PREFIX = "whatsapp_"
_SOUND = re.compile(r"[a-z][a-z0-9_]*")

# Counters with these names are exported by families of their own below.
_OWN_FAMILIES = frozenset({"messages", "transitions", "events_lost"})
_TOLD = (Status.QUEUED, Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED, Status.UNKNOWN)


class Families(Collector):
    """A collector for one scrape; raises StoreUnavailable."""

    def __init__(self, parts: Services) -> None:
        self._parts = parts
        self._db = parts.database
        self._accounts = Accounts(parts.database).names()

    def collect(self) -> Iterator[Metric]:
        """The families, the most important ones first."""
        info = GaugeMetricFamily(
            f"{PREFIX}build_info", "Always 1; the version of whatsapp-tasks.", labels=["version"]
        )
        info.add_metric([version("whatsapp-tasks")], 1)
        yield info
        readings = {account: Metrics(self._db, account).read() for account in self._accounts}
        yield from self._messages(readings)
        yield from self._queues()
        yield from self._sessions(readings)
        yield from self._archives()
        yield from self._workers()
        yield from self._caps()
        yield from self._lookups()
        yield from self._events(readings)
        yield from _counted_elsewhere({**readings, "": Metrics.of_webhooks_worker(self._db).read()})
        yield from self._webhooks()

    def _messages(self, readings: Mapping[str, Readings]) -> Iterator[Metric]:
        changes = CounterMetricFamily(
            f"{PREFIX}messages", "Messages that reached a status.", labels=["account", "status"]
        )
        seconds = HistogramMetricFamily(
            f"{PREFIX}phase_seconds", "Seconds per phase of sending a message.", labels=["account", "phase"]
        )
        for account, reading in readings.items():
            counts = reading.by("messages", "status")
            for status in (*_TOLD, *sorted(set(counts) - set(_TOLD))):
                changes.add_metric([account, status], counts.get(status, 0))
            for phase, histogram in sorted(reading.phases.items()):
                seconds.add_metric(
                    [account, phase], histogram.cumulative(), sum_value=histogram.total_seconds
                )
        yield changes
        yield seconds

    def _queues(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            f"{PREFIX}messages_waiting",
            "Messages not settled yet: open (to be sent now), scheduled, unknown (in doubt).",
            labels=["account", "kind"],
        )
        queues = GaugeMetricFamily(
            f"{PREFIX}queue_length", "Entries of the Celery queues.", labels=["account", "queue"]
        )
        for account in self._accounts:
            for kind, count in self._parts.dispatcher.queue(account).counts().items():
                waiting.add_metric([account, kind], count)
            lists = {messages_list(account, priority) for priority in Priority}
            queues.add_metric([account, "messages"], sum(self._db.number("LLEN", name) for name in lists))
            queues.add_metric([account, "control"], self._db.number("LLEN", control_queue(account)))
        queues.add_metric(["", "webhooks"], self._db.number("LLEN", WEBHOOKS_QUEUE))
        yield waiting
        yield queues

    def _sessions(self, readings: Mapping[str, Readings]) -> Iterator[Metric]:
        state = GaugeMetricFamily(
            f"{PREFIX}session_state", "1 for the current state of the session.", labels=["account", "state"]
        )
        since = GaugeMetricFamily(
            f"{PREFIX}session_state_since_seconds",
            "Unix time of the last change of state.",
            labels=["account"],
        )
        transitions = CounterMetricFamily(
            f"{PREFIX}session_transitions", "Changes into a state.", labels=["account", "to"]
        )
        paused = GaugeMetricFamily(
            f"{PREFIX}paused", "1 if the account is paused for the reason.", labels=["account", "reason"]
        )
        locked = GaugeMetricFamily(
            f"{PREFIX}new_chats_locked",
            "1 while WhatsApp does not let the account start chats, by kind of lock.",
            labels=["account", "kind"],
        )
        lock_end = GaugeMetricFamily(
            f"{PREFIX}new_chats_lock_end_timestamp_seconds",
            "Unix time at which the lock ends, where the page tells it.",
            labels=["account"],
        )
        for account in self._accounts:
            session = Sessions(self._db, account).get()
            restriction = session.restriction
            for kind in LOCK_KINDS:
                is_on = restriction is not None and restriction.kind is kind
                locked.add_metric([account, kind], float(is_on))
                if is_on and restriction is not None and restriction.until_ms is not None:
                    lock_end.add_metric([account], restriction.until_ms / 1000)
            for each in SessionState:
                state.add_metric([account, each], float(each is session.state))
            since.add_metric([account], session.since_ms / 1000)
            for to, count in sorted(readings[account].by("transitions", "to").items()):
                transitions.add_metric([account, to], count)
            pauses = Pauses(self._db, account).all()
            for reason in PauseReason:
                paused.add_metric([account, reason], float(reason in pauses))
        yield from (state, since, transitions, paused, locked, lock_end)

    def _archives(self) -> Iterator[Metric]:
        saved = GaugeMetricFamily(
            f"{PREFIX}session_saved_timestamp_seconds",
            "Unix time of the newest archive of the session; none without a vault.",
            labels=["account"],
        )
        unsaved = GaugeMetricFamily(
            f"{PREFIX}session_unsaved_messages",
            "Messages that were sent after the newest archive.",
            labels=["account"],
        )
        for account in self._accounts:
            try:
                custody = VaultRecord(self._db, account).custody()
            except ArchiveRefused:  # a newer version wrote it: not a reason to show nothing at all
                continue
            if custody.newest is not None and not custody.ended:
                saved.add_metric([account], custody.newest.created_ms / 1000)
                unsaved.add_metric([account], custody.sent_since(custody.newest))
        yield saved
        yield unsaved

    def _workers(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            f"{PREFIX}worker_up", "1 if the worker gives signs of life.", labels=["account"]
        )
        age = GaugeMetricFamily(
            f"{PREFIX}worker_heartbeat_age_seconds", "Age of the worker's sign of life.", labels=["account"]
        )
        busy = GaugeMetricFamily(
            f"{PREFIX}worker_busy", "1 while a message is being sent.", labels=["account"]
        )
        browser = GaugeMetricFamily(
            f"{PREFIX}browser_running", "1 if the account's browser runs.", labels=["account"]
        )
        memory = GaugeMetricFamily(
            f"{PREFIX}browser_memory_bytes",
            "Memory of the whole process tree: pss, and its anonymous part.",
            labels=["account", "kind"],
        )
        cures = CounterMetricFamily(
            f"{PREFIX}browser_cures",
            "Starts, restarts and reloads of the browser, by cause.",
            labels=["account", "cause"],
        )
        for account in self._accounts:
            sessions = Sessions(self._db, account)
            facts = sessions.heartbeat()
            up.add_metric([account], float(facts is not None))
            for cause, count in sorted(sessions.cures().items()):
                cures.add_metric([account, cause], count)
            if facts is None:
                continue
            age.add_metric([account], max(0.0, (self._parts.now_ms() - facts["at_ms"]) / 1000))
            busy.add_metric([account], float(facts.get("busy_with") is not None))
            browser.add_metric([account], float(bool(facts.get("browser_running"))))
            for name, megabytes in (facts.get("memory") or {}).items():
                if name.endswith("_mb"):
                    memory.add_metric([account, name.removesuffix("_mb")], megabytes * 1024 * 1024)
        yield from (up, age, busy, browser, memory, cures)

    def _caps(self) -> Iterator[Metric]:
        cap = GaugeMetricFamily(
            f"{PREFIX}cap", "Messages that the account may send today.", labels=["account", "chats"]
        )
        used = GaugeMetricFamily(
            f"{PREFIX}cap_used", "Used places of today's cap.", labels=["account", "chats"]
        )
        for account in self._accounts:
            caps = self._parts.dispatcher.caps(account)
            if caps is None:
                continue
            use = caps.use(self._parts.now_ms())
            cap.add_metric([account, "all"], use.cap)
            cap.add_metric([account, "new"], use.new_chats_cap)
            used.add_metric([account, "all"], use.used)
            used.add_metric([account, "new"], use.new_chats_used)
        yield from (cap, used)

    def _lookups(self) -> Iterator[Metric]:
        cap = GaugeMetricFamily(
            f"{PREFIX}number_lookups_cap", "Numbers that the account may look up today.", labels=["account"]
        )
        used = GaugeMetricFamily(
            f"{PREFIX}number_lookups_used", "Numbers that it has looked up today.", labels=["account"]
        )
        waiting = GaugeMetricFamily(
            f"{PREFIX}numbers_waiting", "Numbers that wait for a look-up.", labels=["account"]
        )
        for account in self._accounts:
            use = self._parts.contacts.use(account)
            cap.add_metric([account], use.cap)
            used.add_metric([account], use.used)
            waiting.add_metric([account], use.waiting)
        yield from (cap, used, waiting)

    def _events(self, readings: Mapping[str, Readings]) -> Iterator[Metric]:
        unread = GaugeMetricFamily(
            f"{PREFIX}events_behind",
            "Events that no webhooks worker has queued yet.",
            labels=["account"],
        )
        positions = Positions(self._db)
        for account in self._accounts:
            added = EventLog(self._db, account).added()
            unread.add_metric([account], max(0, added - positions.get(account).read))
        yield unread
        lost = CounterMetricFamily(
            f"{PREFIX}events_lost",
            "Events that no webhook got, because they were not queued in time.",
            labels=["account"],
        )
        for account, reading in readings.items():
            lost.add_metric([account], sum(reading.counters.get("events_lost", {}).values()))
        yield lost
        beat_ms = positions.last_beat_ms()
        age = GaugeMetricFamily(
            f"{PREFIX}webhooks_worker_heartbeat_age_seconds", "Age of the webhooks worker's sign of life."
        )
        if beat_ms is not None:
            age.add_metric([], max(0.0, (self._parts.now_ms() - beat_ms) / 1000))
        yield age

    def _webhooks(self) -> Iterator[Metric]:
        attempts = CounterMetricFamily(
            f"{PREFIX}webhook_attempts", "Attempts to deliver to a receiver.", labels=["webhook", "outcome"]
        )
        events = CounterMetricFamily(
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
        streak = GaugeMetricFamily(
            f"{PREFIX}webhook_failures_in_row", "Failures in a row.", labels=["webhook"]
        )
        store = WebhookEndpoints(self._db)
        for endpoint in store.all():
            name = endpoint.name
            reading = Metrics.of_webhook(self._db, name).read()
            for outcome in ("delivered", "failed"):
                attempts.add_metric([name, outcome], reading.by("attempts", "outcome").get(outcome, 0))
            for outcome in ("delivered", "dead"):
                events.add_metric([name, outcome], reading.by("events", "outcome").get(outcome, 0))
            counts, state = Deliveries(self._db, name).counts(), store.state(name)
            lanes.add_metric([name, "waiting"], counts["waiting"])
            lanes.add_metric([name, "running"], counts["running"])
            dead.add_metric([name], counts["dead"])
            disabled.add_metric([name], float(state.disabled_ms is not None))
            streak.add_metric([name], state.streak)
        yield from (attempts, events, lanes, dead, disabled, streak)


def _counted_elsewhere(readings: Mapping[str, Readings]) -> Iterator[Metric]:
    """The counters of all processes (``Metrics.count``); a new counter needs no code here."""
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
