"""The doctor's findings, section by section."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import redis

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.languages import base_language
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.restrictions import Permission, permission
from whatsapp_tasks.domain.states import meaning_of
from whatsapp_tasks.errors import BrowserError, RequestRefused, StoreUnavailable
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.queues import control_queue
from whatsapp_tasks.session.browser_keeper import BrowserKeeper
from whatsapp_tasks.session.doctor import page_report, profile_report
from whatsapp_tasks.session.selector_source import SelectorSource
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import current_holder
from whatsapp_tasks.stores.selectors import SelectorOverride
from whatsapp_tasks.stores.vault import VaultRecord

Status: TypeAlias = Literal["ok", "info", "warn", "fail"]

ANSWER_SECONDS = 30.0
NO_WORKER = (
    "No worker runs. The session has a vault, so only a worker may start its browser: it knows which copy of "
    "the session is the newest (docs/sessions.md). Start it, then ask again."
)
SKEW_WARN_SECONDS = 1.0
SKEW_BAD_SECONDS = 5.0
"""With more, signed requests are refused because they are in the future."""

_SHOWN_SETTINGS = (
    *("account", "url", "data_dir", "headless", "language", "selectors", "cap_policy", "time_zone"),
    *("typing_fastest_ms", "typing_slowest_ms", "page_check_seconds", "memory_limit_mb"),
)


@dataclass(frozen=True)
class Finding:
    name: str
    status: Status
    detail: str


def examine(settings: Settings, account: str) -> dict[str, list[Finding]]:
    """All sections. Without Redis the worker cannot be asked, and nothing else would work either."""
    database = Database.connect(settings)
    sections = {"settings": _settings(settings), "redis": _redis(database)}
    if any(one.name == "reachable" and one.status == "fail" for one in sections["redis"]):
        return sections
    sections["session"] = _session(database, settings, account)
    sections["queues"] = _queues(database, settings, account)
    sections["profile"] = _profile(settings, account)
    report = _page_report(database, settings, account)
    if isinstance(report, str):
        sections["page"] = [Finding("page", "fail", report)]
    else:
        sections["page"] = _page(report)
        sections["selectors"] = [_selector(part) for part in report["selectors"]]
    return sections


def _settings(settings: Settings) -> list[Finding]:
    shown = [Finding(name, "info", str(getattr(settings, name))) for name in _SHOWN_SETTINGS]
    return [
        *shown,
        Finding("redis_url", "info", str(settings.redis)),
    ]


def _redis(database: Database) -> list[Finding]:
    before = time.time()
    try:
        seconds, microseconds = database.do("TIME")
        now = (before + time.time()) / 2
        info = _redis_info(database)
    except StoreUnavailable as error:
        return [Finding("reachable", "fail", str(error.__cause__ or error))]
    skew = int(seconds) + int(microseconds) / 1e6 - now
    return [
        Finding("reachable", "ok", f"version {info.get('redis_version', 'unknown')}"),
        *_redis_keeps(info),
        Finding(
            "clock",
            "ok" if abs(skew) < SKEW_WARN_SECONDS else "warn" if abs(skew) < SKEW_BAD_SECONDS else "fail",
            f"Redis differs by {skew:+.3f} s from this machine",
        ),
    ]


def _redis_info(database: Database) -> Mapping[str, Any]:
    """Empty if it is forbidden, as by many hosting providers; raises StoreUnavailable."""
    try:
        return dict(database.do("INFO"))
    except redis.ResponseError:
        return {}


def _redis_keeps(info: Mapping[str, Any]) -> list[Finding]:
    if not info:
        return [Finding("durability", "warn", "could not be checked: this user may not run INFO")]
    policy = str(info.get("maxmemory_policy", "unknown"))
    durable = bool(info.get("aof_enabled"))
    limited = int(info.get("maxmemory", 0)) > 0
    keeps = policy == "noeviction"
    return [
        Finding(
            "append-only file",
            "ok" if durable else "warn",
            "on" if durable else "off: a crash loses messages",
        ),
        Finding(
            "maxmemory-policy",
            "ok" if keeps else "fail" if limited else "warn",
            policy if keeps else f"{policy}: Redis may delete messages; set noeviction",
        ),
    ]


_STATE_MARKS: dict[Permission, Status] = {
    Permission.ALL: "ok",
    Permission.REPLIES: "warn",
    Permission.NOTHING: "fail",
}


def _session(database: Database, settings: Settings, account: str) -> list[Finding]:
    overview = Operations(database, settings, account).overview()
    session, holder = overview.session, current_holder(database, account)
    pauses = [pause.reason for pause in overview.pauses]
    sends = permission(
        session.state,
        session.restriction,
        paused=False,  # shown, like the worker, on its own line
        worker_runs=True,
        replies_when_restricted=settings.restricted_replies,
    )
    found = [
        Finding(
            "state",
            _STATE_MARKS[sends],
            f"{session.state}: {meaning_of(session.state, session.reason)} ({session.reason}); sends {sends}",
        ),
        Finding("pauses", "fail" if pauses else "ok", ", ".join(sorted(pauses)) or "none"),
        Finding("worker", "ok" if holder else "fail", str(holder) if holder else "none runs"),
    ]
    if (use := overview.cap) is not None:
        found.append(
            Finding("daily cap", "ok" if use.left else "warn", f"{use.left} of {use.cap} left today")
        )
    return found


def _queues(database: Database, settings: Settings, account: str) -> list[Finding]:
    counts = Dispatcher(database, settings).queue(account).counts()
    waiting = database.number("LLEN", control_queue(account))
    messages = ", ".join(f"{counts[name]} {name}" for name in ("open", "scheduled", "unknown"))
    return [
        Finding("messages", "warn" if counts["unknown"] else "ok", messages),
        Finding("control", "ok" if waiting < 20 else "warn", f"{waiting} waiting"),
    ]


def _profile(settings: Settings, account: str) -> list[Finding]:
    folder = settings.profile_dir(account)
    if not folder.is_dir():
        return [Finding("folder", "warn", f"{folder} is not there: no phone was ever linked from here")]
    report = profile_report(folder)
    return [
        Finding("folder", "ok", f"{report['path']}, {report['megabytes']} MB"),
        Finding("in use by", "info", report["holder"] or "nobody"),
    ]


def _page_report(database: Database, settings: Settings, account: str) -> Mapping[str, Any] | str:
    """The worker's answer; our own if no worker runs; or the reason why there is none."""
    if current_holder(database, account) is None:
        if settings.vault != "off" or VaultRecord(database, account).has_run:
            return NO_WORKER
        return _look_ourselves(database, settings, account)
    try:
        return Operations(database, settings, account).examine(ANSWER_SECONDS)
    except RequestRefused as refused:
        return str(refused)


def _look_ourselves(database: Database, settings: Settings, account: str) -> Mapping[str, Any] | str:
    keeper = BrowserKeeper(settings, account)
    source = SelectorSource(settings.selectors, SelectorOverride(database))
    try:
        keeper.take_profile()
        page = keeper.ensure()
        deadline = Deadline.within(settings.boot_timeout_seconds)
        source.refresh(lambda selectors: page.check_selectors(selectors, deadline))
        page.selectors = source.current
        page.until(lambda s: kind_of(s) is not PageKind.LOADING or None, deadline)
        return page_report(page, source, deadline)
    except BrowserError as error:
        return str(error)
    finally:
        keeper.close()


def _page(report: Mapping[str, Any]) -> list[Finding]:
    main = report["kind"] == PageKind.MAIN
    same = _major(report["browser_version"]) == _major(report["driver_version"])
    shown = f"{report['kind']}, dialog: {report['popup']}"
    return [
        Finding(
            "shows",
            "ok" if main else "fail",
            shown if main else f"{shown}; {report['screen'][:80]}".strip("; "),
        ),
        Finding("era", "info", report["era"] or "not recognised"),
        Finding("online", "ok" if report["online"] else "fail", "yes" if report["online"] else "no"),
        _language(report),
        Finding(
            "signs of trouble",
            "warn" if report["trouble"] else "ok",
            ", ".join(report["trouble"]) or "none",
        ),
        Finding(
            "open chat",
            "info",
            "yes" if report["chat_open"] else "none: its elements cannot be checked now",
        ),
        Finding("browser", "ok", str(report["browser_version"])),
        Finding("driver", "ok" if same else "warn", str(report["driver_version"])),
        Finding(
            "overrides",
            "warn" if report["problem"] else "ok",
            report["problem"] or ", then ".join(report["origins"]),
        ),
    ]


def _language(report: Mapping[str, Any]) -> Finding:
    language = report["language"] or "unknown"
    if not report["language_supported"]:
        why = "not read in full: decisions by words wait for a person (docs/whatsapp-web.md, 14)"
        return Finding("language", "warn", f"{language}, {why}")
    kept = report["settled_language"]
    other = kept and base_language(kept) != base_language(language)
    return Finding("language", "ok", f"{language}, the next load in {kept}" if other else language)


def _major(version: str) -> str:
    return version.partition(".")[0]


def _selector(part: Mapping[str, Any]) -> Finding:
    status: Status
    if part["broken"]:
        status = "fail"
    elif part["state"] == "ambiguous":
        status = "warn"
    else:
        status = "ok" if part["state"] == "found" else "info"
    detail = str(part["state"])
    if part["count"]:
        also = f", also {', '.join(part['also'])}" if part["also"] else ""
        detail += f": {part['count']} by {part['variant']}{also}"
    return Finding(str(part["name"]), status, detail + (" (needed here)" if part["expected"] else ""))
