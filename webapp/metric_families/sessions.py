"""The session of an account, its archives, its worker and browser."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from webapp.metric_families.scrape import PREFIX, Scrape
from whatsapp_tasks.domain.restrictions import LOCK_KINDS
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.errors import ArchiveRefused
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions
from whatsapp_tasks.stores.vault import VaultRecord


def sessions(scrape: Scrape) -> Iterator[Metric]:
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
        "Unix time at which the lock ends, if the page shows it.",
        labels=["account"],
    )
    for account in scrape.accounts:
        session = Sessions(scrape.database, account).get()
        restriction = session.restriction
        for kind in LOCK_KINDS:
            is_on = restriction is not None and restriction.kind is kind
            locked.add_metric([account, kind], float(is_on))
            if is_on and restriction is not None and restriction.until_ms is not None:
                lock_end.add_metric([account], restriction.until_ms / 1000)
        for each in SessionState:
            state.add_metric([account, each], float(each is session.state))
        since.add_metric([account], session.since_ms / 1000)
        for to, count in sorted(scrape.readings[account].by("transitions", "to").items()):
            transitions.add_metric([account, to], count)
        pauses = Pauses(scrape.database, account).all()
        for reason in PauseReason:
            paused.add_metric([account, reason], float(reason in pauses))
    yield from (state, since, transitions, paused, locked, lock_end)


def archives(scrape: Scrape) -> Iterator[Metric]:
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
    for account in scrape.accounts:
        try:
            custody = VaultRecord(scrape.database, account).custody()
        except ArchiveRefused:  # a newer version wrote it: not a reason to show nothing at all
            continue
        if custody.newest is not None and not custody.ended:
            saved.add_metric([account], custody.newest.created_ms / 1000)
            unsaved.add_metric([account], custody.sent_since(custody.newest))
    yield saved
    yield unsaved


def workers(scrape: Scrape) -> Iterator[Metric]:
    up = GaugeMetricFamily(f"{PREFIX}worker_up", "1 if the worker gives signs of life.", labels=["account"])
    age = GaugeMetricFamily(
        f"{PREFIX}worker_heartbeat_age_seconds", "Age of the worker's sign of life.", labels=["account"]
    )
    busy = GaugeMetricFamily(f"{PREFIX}worker_busy", "1 while a message is being sent.", labels=["account"])
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
    for account in scrape.accounts:
        stored = Sessions(scrape.database, account)
        facts = stored.heartbeat()
        up.add_metric([account], float(facts is not None))
        for cause, count in sorted(stored.cures().items()):
            cures.add_metric([account, cause], count)
        if facts is None:
            continue
        age.add_metric([account], max(0.0, (scrape.parts.now_ms() - facts["at_ms"]) / 1000))
        busy.add_metric([account], float(facts.get("busy_with") is not None))
        browser.add_metric([account], float(bool(facts.get("browser_running"))))
        for name, megabytes in (facts.get("memory") or {}).items():
            if name.endswith("_mb"):
                memory.add_metric([account, name.removesuffix("_mb")], megabytes * 1024 * 1024)
    yield from (up, age, busy, browser, memory, cures)
