"""Checks at the start of a process how durably Redis stores data."""

import logging

import redis

from whatsapp_tasks.domain.durability import Finding, Severity, judge_redis
from whatsapp_tasks.errors import UnsafeStore
from whatsapp_tasks.stores.connection import Database

log = logging.getLogger(__name__)

_PATTERNS = ("append*", "maxmemory*", "min-replicas-*")


def check_durability(database: Database) -> list[Finding]:
    """The settings that break a promise; raises StoreUnavailable. Settings that Redis does not report are not
    checked: many hosting providers forbid INFO and CONFIG (``-@dangerous``).
    """
    info = _answers(database, ("INFO", "replication"), ("INFO", "persistence"))
    config = _answers(database, *(("CONFIG", "GET", pattern) for pattern in _PATTERNS))
    if info is None or config is None:
        log.warning(
            "Redis does not report its configuration; its durability could not be checked",
            extra={"forbidden": "INFO" if info is None else "CONFIG"},
        )
    return judge_redis(config or {}, info or {})


def _answers(database: Database, *questions: tuple[str, ...]) -> dict[str, str] | None:
    """The answers as one mapping; None if the commands are forbidden."""
    try:
        answers = [database.do(*question) for question in questions]
    except redis.ResponseError:
        return None
    return {str(name): str(value) for answer in answers for name, value in answer.items()}


def insist_on_durability(database: Database, *, accept_unsafe: bool) -> None:
    """Logs each finding; raises UnsafeStore for the first that breaks a promise, unless that is accepted."""
    for finding in check_durability(database):
        log.warning("The configuration of Redis is not safe", extra={"finding": str(finding)})
        if finding.severity is Severity.REFUSAL and not accept_unsafe:
            raise UnsafeStore(f"{finding} To start anyway: WHATSAPP_ACCEPT_UNSAFE_REDIS=true.")
