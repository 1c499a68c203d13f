"""The configured endpoints, stored in Redis so that every process has the same ones."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from whatsapp_tasks.domain.webhooks import SECRETS_AT_ONCE, Endpoint
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database


@dataclass(frozen=True)
class EndpointState:
    """The state of an endpoint. ``streak``: failures in a row."""

    disabled_ms: int | None
    disabled_reason: str
    hold_until_ms: int
    streak: int
    last_success_ms: int | None
    last_failure_ms: int | None
    last_failure: str


class WebhookEndpoints:
    def __init__(self, database: Database) -> None:
        self._db = database

    def put(self, endpoint: Endpoint) -> None:
        self._db.do("HSET", keys.WEBHOOK_ENDPOINTS, endpoint.name, json.dumps(asdict(endpoint)))

    def add(self, endpoint: Endpoint) -> None:
        """Raises RequestRefused (``webhook_exists``) if the name is taken."""
        text = json.dumps(asdict(endpoint))
        if self.find(endpoint.name) is None:
            self.remove(
                endpoint.name
            )  # a relay may have queued events while an earlier endpoint of this name was removed
        if not self._db.number("HSETNX", keys.WEBHOOK_ENDPOINTS, endpoint.name, text):
            raise RequestRefused(
                "webhook_exists",
                f"A webhook '{endpoint.name}' exists already; remove it first, or use another name.",
                http_status=409,
            )

    def find(self, name: str) -> Endpoint | None:
        text = self._db.text("HGET", keys.WEBHOOK_ENDPOINTS, name)
        return _endpoint(text) if text else None

    def get(self, name: str) -> Endpoint:
        """Raises RequestRefused (``webhook_not_found``)."""
        endpoint = self.find(name)
        if endpoint is None:
            raise RequestRefused(
                "webhook_not_found",
                f"There is no webhook '{name[:40]}'. See: whatsapp-tasks webhooks list",
                http_status=404,
            )
        return endpoint

    def all(self) -> list[Endpoint]:
        found = (_endpoint(text) for text in self._db.texts("HVALS", keys.WEBHOOK_ENDPOINTS))
        return sorted(found, key=lambda endpoint: endpoint.name)

    def rotate(self, name: str, secret: str) -> Endpoint:
        """Signs with ``secret`` too; the previous secret stays until the next rotation."""
        endpoint = self.get(name)
        rotated = replace(endpoint, secrets=(secret, *endpoint.secrets)[:SECRETS_AT_ONCE])
        self.put(rotated)
        return rotated

    def end_rotation(self, name: str) -> Endpoint:
        """From now on only the newest secret signs."""
        endpoint = self.get(name)
        ended = replace(endpoint, secrets=endpoint.secrets[:1])
        self.put(ended)
        return ended

    def remove(self, name: str) -> bool:
        """Deletes the endpoint with its queued events and dead letters."""
        known = self._db.number("HDEL", keys.WEBHOOK_ENDPOINTS, name) == 1
        cursor = -1
        while cursor:
            pattern = keys.WebhookKeys(name).prefix.replace("[", r"\[") + "*"
            cursor, page = self._db.do("SCAN", max(cursor, 0), "MATCH", pattern, "COUNT", 1000)
            if page:
                self._db.do("UNLINK", *page)
        return known

    def keep(self, origin: str, wanted: Iterable[Endpoint]) -> list[str]:
        """Replaces the endpoints of ``origin`` by these; returns the names of those that were removed.

        An endpoint that is kept keeps its creation time.
        """
        known = {endpoint.name: endpoint for endpoint in self.all()}
        names = set()
        for endpoint in wanted:
            before = known.get(endpoint.name)
            names.add(endpoint.name)
            self.put(replace(endpoint, origin=origin, created_ms=before.created_ms) if before else endpoint)
        gone = [e.name for e in known.values() if e.origin == origin and e.name not in names]
        for name in gone:
            self.remove(name)
        return gone

    def state(self, name: str) -> EndpointState:
        record = self._db.record(keys.WebhookKeys(name).state)

        def number(field: str) -> int | None:
            return int(record[field]) if field in record else None

        return EndpointState(
            number("disabled_ms"),
            record.get("disabled_reason", ""),
            number("hold_until_ms") or 0,
            number("streak") or 0,
            number("last_success_ms"),
            number("last_failure_ms"),
            record.get("last_failure", ""),
        )

    def enabled(self, endpoints: Sequence[Endpoint]) -> list[Endpoint]:
        """The enabled ones of these endpoints, in one round trip."""
        if not endpoints:
            return []
        states = self._db.together(
            *(("HEXISTS", keys.WebhookKeys(e.name).state, "disabled_ms") for e in endpoints)
        )
        return [endpoint for endpoint, disabled in zip(endpoints, states, strict=True) if not disabled]

    def disable(self, name: str, now_ms: int, reason: str) -> None:
        state = keys.WebhookKeys(self.get(name).name).state
        self._db.do("HSET", state, "disabled_ms", now_ms, "disabled_reason", reason)

    def enable(self, name: str) -> None:
        """Queued events continue in their order; events that happened meanwhile are not reported."""
        state = keys.WebhookKeys(self.get(name).name).state
        self._db.do("HDEL", state, "disabled_ms", "disabled_reason", "hold_until_ms", "streak")


def _endpoint(text: str) -> Endpoint:
    fields = json.loads(text)
    fields.setdefault("received_version", 1)  # one that was set when there was no other
    for name in ("secrets", "events", "accounts"):
        fields[name] = tuple(fields[name])
    return Endpoint(**fields)
