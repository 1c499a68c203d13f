"""The configuration that Redis needs, and for which promise. Configuration in, findings out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    WARNING = "warning"  # a promise holds except in the case that the finding describes
    REFUSAL = "refusal"  # a promise is broken


@dataclass(frozen=True)
class Finding:
    """One setting with a wrong value."""

    severity: Severity
    setting: str
    value: str
    consequence: str
    remedy: str

    def __str__(self) -> str:
        return f"Redis: {self.setting} is '{self.value}': {self.consequence} {self.remedy}"


def judge_redis(config: Mapping[str, str], info: Mapping[str, str]) -> list[Finding]:
    """Findings about ``CONFIG GET`` and ``INFO``; values that a server does not report are not checked.

    The rules follow from how Redis persists (redis.io, "Redis persistence") and evicts ("Key eviction").
    """
    found = []

    def find(severity: Severity, setting: str, consequence: str, remedy: str) -> None:
        value = config.get(setting, info.get(setting, ""))
        found.append(Finding(severity, setting, value, consequence, remedy))

    if config.get("appendonly") == "no":
        find(
            Severity.REFUSAL,
            "appendonly",
            "a restart of Redis loses accepted messages, and the record of what was already sent.",
            "Set: appendonly yes.",
        )
    elif config.get("appendfsync") in ("everysec", "no"):
        find(
            Severity.WARNING,
            "appendfsync",
            "a power cut of its machine loses the last second or more of accepted messages (killing only "
            "Redis loses nothing).",
            "Set: appendfsync always.",
        )
    if config.get("maxmemory-policy", "noeviction") != "noeviction":
        limited = config.get("maxmemory", "0") != "0"
        find(
            Severity.REFUSAL if limited else Severity.WARNING,
            "maxmemory-policy",
            "when memory is short, Redis deletes messages and identities silently.",
            "Set: maxmemory-policy noeviction.",
        )
    if info.get("role") in ("slave", "replica"):
        find(
            Severity.REFUSAL,
            "role",
            "this is a replica, which accepts no writes.",
            "Use the primary's address.",
        )
    if info.get("connected_slaves", "0") != "0" and config.get("min-replicas-to-write", "0") == "0":
        find(
            Severity.WARNING,
            "min-replicas-to-write",
            "a failover to a lagging replica loses accepted messages, and intents: the worker then stops "
            "sending.",
            "Set: min-replicas-to-write 1 and min-replicas-max-lag 1.",
        )
    if info.get("aof_last_write_status", "ok") != "ok":
        find(
            Severity.REFUSAL,
            "aof_last_write_status",
            "Redis could not write its append-only file.",
            "Free some disk space; see the log of Redis.",
        )
    return found
