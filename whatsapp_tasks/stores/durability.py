"""Asks Redis how it keeps what is written to it, at the start of a process."""

import logging

import redis

from whatsapp_tasks.domain.durability import Finding, Severity, judge_redis
from whatsapp_tasks.errors import UnsafeStore
from whatsapp_tasks.stores.connection import Database

log = logging.getLogger(__name__)

_PATTERNS = ("append*", "maxmemory*", "min-replicas-*")


def check_durability(database: Database) -> list[Finding]:
    """What is not as the promises need it; raises StoreUnavailable. What Redis does not report is not judged:
    INFO and CONFIG are forbidden at many hosters (``-@dangerous``).
    """
    info = _told(database, ("INFO", "replication"), ("INFO", "persistence"))
    config = _told(database, *(("CONFIG", "GET", pattern) for pattern in _PATTERNS))
    if info is None or config is None:
        log.warning(
            "Redis does not show its configuration; its durability could not be checked",
            extra={"forbidden": "INFO" if info is None else "CONFIG"},
        )
    return judge_redis(config or {}, info or {})


def _told(database: Database, *questions: tuple[str, ...]) -> dict[str, str] | None:
    """The answers as one; None when they are forbidden."""
    try:
        answers = [database.do(*question) for question in questions]
    except redis.ResponseError:
        return None
    return {str(name): str(value) for answer in answers for name, value in answer.items()}


def insist_on_durability(database: Database, *, accept_unsafe: bool) -> None:
    """Logs each finding; raises UnsafeStore for the first that breaks a promise, unless accepted."""
    for finding in check_durability(database):
        log.warning("Redis is not configured as the promises need it", extra={"finding": str(finding)})
        if finding.severity is Severity.REFUSAL and not accept_unsafe:
            raise UnsafeStore(f"{finding} To run all the same: WHATSAPP_ACCEPT_UNSAFE_REDIS=true.")
