"""Asks Redis how it keeps what it is told, at the start of a process."""

import logging

import redis

from whatsapp_tasks.domain.durability import Finding, Severity, judge_redis
from whatsapp_tasks.errors import UnsafeStore
from whatsapp_tasks.stores.connection import Database

log = logging.getLogger(__name__)


def check_durability(database: Database) -> list[Finding]:
    """What is not as the promises need it; raises StoreUnavailable. Nothing where Redis does not tell."""
    info: dict[str, str] = {}
    for section in ("replication", "persistence"):
        info |= {name: str(value) for name, value in database.do("INFO", section).items()}
    config: dict[str, str] = {}
    for pattern in ("append*", "maxmemory*", "min-replicas-*"):
        try:
            config |= {str(name): str(value) for name, value in database.do("CONFIG", "GET", pattern).items()}
        except redis.ResponseError:  # forbidden, as at many hosters
            log.warning("Redis does not tell its configuration; its durability could not be checked")
            break
    return judge_redis(config, info)


def insist_on_durability(database: Database, *, accept_unsafe: bool) -> None:
    """Logs each finding; raises UnsafeStore for the first that breaks a promise, unless accepted."""
    for finding in check_durability(database):
        log.warning("Redis is not configured as the promises need it", extra={"finding": str(finding)})
        if finding.severity is Severity.REFUSAL and not accept_unsafe:
            raise UnsafeStore(f"{finding} To run all the same: WHATSAPP_ACCEPT_UNSAFE_REDIS=true.")
