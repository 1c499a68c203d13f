"""``GET /events``: who may listen, to what, and from which place.

Independent of the server: ``webapp/event_stream.py`` runs it in a thread and then streams from the event
loop, ``webapp/events.py`` answers in Flask.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import Field
from structlog.contextvars import bound_contextvars
from werkzeug.datastructures import MultiDict

from webapp import event_text, queries
from webapp.answers import Answer
from webapp.authentication import Scope, authenticated, require_scope
from webapp.problems import log_problem, problem_answer, problem_of
from webapp.proxies import caller_of
from webapp.queries import QueryModel
from webapp.rate_limits import Counted, RequestLimits
from webapp.services import Services
from webapp.well_formed import check
from whatsapp_tasks.domain import event_places
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.event_places import BEGIN, MOST_ACCOUNTS
from whatsapp_tasks.domain.events import Event, EventType, follows, types_of
from whatsapp_tasks.domain.refusals import account_unknown
from whatsapp_tasks.setting_kinds import parts_of
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog, newest_places

SCOPE: Scope = "read"
PATH = "/events"
LAST_EVENT_ID = "Last-Event-ID"
RETRY_MS = (1000, 5000)
"""Each listener gets a time of its own between these: after a restart of the service they do not all come
back at once.
"""
PAGE = 200
"""Entries that are read at once for a listener that catches up."""


class EventsQuery(QueryModel):
    """Filters, and the place from which to go on."""

    account: Annotated[
        str | None,
        Field(description="Only events of this account, or of these, separated by commas; by default all."),
    ] = None
    type: Annotated[
        str | None,
        Field(
            description="Only events of this type, or of these, separated by commas; `message.*` means "
            "all of that kind.",
            examples=["message.failed,session.*"],
        ),
    ] = None
    after: Annotated[
        str | None,
        Field(
            description="Go on after the event with this `id:`; `0-0` means from the oldest one that is "
            "kept. The header Last-Event-ID comes first. Without both: only what happens from now on.",
            examples=["1790000000000-0"],
            json_schema_extra={"pattern": event_places.PATTERN},
        ),
    ] = None


@dataclass(frozen=True)
class Selection:
    """The events that a listener wants. Listeners with the same selection get the same text."""

    accounts: tuple[str, ...] | None = None
    """None: all, also those that are added later."""
    types: frozenset[EventType] | None = None
    is_console: bool = False
    """The console only gets to know that something has changed, and has no place to go on from."""

    def wants(self, kind: str) -> bool:
        return self.types is None or kind in self.types

    def written(self, places: Mapping[str, str]) -> str:
        """The places as the listener gets them, and will send them back."""
        if self.is_console:
            return ""
        if self.accounts is not None and len(self.accounts) == 1:
            return places[self.accounts[0]]
        return event_places.written(places)

    def text_of(self, event: Event, place: str) -> bytes:
        """The text of an event, after which the listener is at ``place``."""
        return event_text.changed(event.account) if self.is_console else event_text.block_of(event, place)

    def missed(self, account: str, after: str, place: str) -> bytes:
        """The text that says that events are gone."""
        return event_text.changed(account) if self.is_console else event_text.missed(account, after, place)


@dataclass(frozen=True)
class Wanted:
    """A listener that may listen."""

    selection: Selection
    places: dict[str, str]
    """Its place in each account's events."""
    lost: dict[str, str]
    """The place that was asked for, by account, where events after it are gone."""
    newest: dict[str, str]
    """The newest place in each account's events."""
    key: ApiKey
    session_key: str = ""
    """The key of the console's session in Redis; empty for a caller of the API."""

    def beginning(self) -> bytes:
        """The first blocks of the answer."""
        here = self.selection.written(self.places)
        retry_ms = random.randint(*RETRY_MS)
        gone = (self.selection.missed(account, after, here) for account, after in self.lost.items())
        return event_text.beginning(here, retry_ms) + b"".join(gone)


@dataclass(slots=True)
class ListenAttempt:
    """One ``GET /events``: ``wanted``, or ``refused`` with what that raised. Both use Redis."""

    parts: Services
    limits: RequestLimits
    environ: dict[str, Any]
    """The request's WSGI environ, after ``proxies.settle``."""
    body: bytes
    request_id: str
    path: str = PATH
    endpoint: str = "events.listen"

    def wanted(self) -> Wanted:
        """What the caller may listen to; raises RequestRefused and the errors of the stores."""
        check(self.environ)
        caller = caller_of(self.environ)
        self.limits.count(Counted(caller))
        key, _ = authenticated(self.parts, self.environ, lambda: self.body)
        self.limits.count_proven(Counted(caller, key.id))
        require_scope(key, SCOPE)
        return wanted_by(key, self.environ, self.parts.database)

    def refused(self, error: Exception) -> Answer:
        """The answer for ``error``."""
        with bound_contextvars(request_id=self.request_id):
            problem = problem_of(error)
            log_problem(problem, error, method="GET", endpoint=self.endpoint)
            return problem_answer(problem, self.path, self.request_id)


def wanted_by(key: ApiKey, environ: Mapping[str, Any], database: Database) -> Wanted:
    """What a request with this key asks for; raises RequestRefused."""
    given = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    query = queries.parsed(EventsQuery, MultiDict(given))
    types = _types(query.type)
    existing = Accounts(database).names()
    names = existing if query.account is None else _accounts(query.account, existing)
    if len(names) > MOST_ACCOUNTS:
        problem = f"must name the accounts, at most {MOST_ACCOUNTS}: there are {len(existing)}"
        raise queries.refused([{"field": "account", "message": problem}])
    selection = Selection(None if query.account is None else tuple(names), types)
    last: str | None = environ.get("HTTP_LAST_EVENT_ID")
    after = query.after if last is None else last
    if after is None:
        newest = newest_of(database, names)
        return Wanted(selection, dict(newest), {}, newest, key)
    try:
        asked = event_places.parsed(after, names)
    except ValueError as error:
        field = "after" if last is None else LAST_EVENT_ID
        raise queries.refused([{"field": field, "message": str(error)}]) from None
    places = {name: EventLog(database, name).resumed(place) for name, place in asked.items()}
    lost = {name: place for name, place in asked.items() if places[name] != place}
    return Wanted(selection, places, lost, newest_of(database, names), key)


def newest_of(database: Database, accounts: list[str]) -> dict[str, str]:
    """The newest place in the events of each account."""
    newest = newest_places(database, accounts)
    return {account: newest.get(account, BEGIN) for account in accounts}


def events_until(
    database: Database, selection: Selection, places: dict[str, str], until: Mapping[str, str]
) -> Iterator[bytes]:
    """The text of the events from ``places`` to ``until``, page by page; ``places`` moves with it."""
    for account, end in until.items():
        log = EventLog(database, account)
        while follows(end, places.setdefault(account, BEGIN)):
            page = log.after(places[account], PAGE, end)
            texts = []
            for place, event in page:
                places[account] = place
                if event is not None and selection.wants(event.type):
                    texts.append(selection.text_of(event, selection.written(places)))
            if not page:
                places[account] = end
            yield b"".join(texts)


def _types(text: str | None) -> frozenset[EventType] | None:
    if text is None:
        return None
    try:
        return types_of(parts_of(text) or [text])
    except ValueError as error:
        raise queries.refused([{"field": "type", "message": str(error)}]) from None


def _accounts(text: str, existing: list[str]) -> list[str]:
    names = sorted({check_account_name(name) for name in parts_of(text) or [text]})
    for name in names:
        if name not in existing:
            raise account_unknown(name)
    return names
