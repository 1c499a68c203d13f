"""The stores of one account: one factory for every process, so that records are kept equally long."""

from functools import cached_property

from whatsapp_tasks.config import Settings
from whatsapp_tasks.stores.admission import Admission
from whatsapp_tasks.stores.caps import Caps
from whatsapp_tasks.stores.chats import Chats
from whatsapp_tasks.stores.circuits import Circuits
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.events import EventLog
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.inbox import Inbox
from whatsapp_tasks.stores.inbox_media import InboxMedia
from whatsapp_tasks.stores.incoming import Incoming
from whatsapp_tasks.stores.ledger import Ledger
from whatsapp_tasks.stores.metrics import Metrics
from whatsapp_tasks.stores.number_checks import NumberChecks
from whatsapp_tasks.stores.pauses import Pauses
from whatsapp_tasks.stores.send_queue import SendQueue
from whatsapp_tasks.stores.sessions import Sessions


class AccountStores:
    """``generation``: the worker's own file with the highest count of writes seen; other processes have
    none.
    """

    def __init__(
        self, database: Database, settings: Settings, account: str, generation: Generation | None = None
    ) -> None:
        self._db = database
        self._settings = settings
        self.account = account
        self._generation = generation

    @cached_property
    def caps(self) -> Caps | None:
        """The daily cap; None if the setting turned it off."""
        settings = self._settings
        if settings.cap_policy == "off":
            return None
        holds = settings.cap_policy == "defer"
        return Caps(self._db, self.account, settings.cap_rules, settings.time_zone, holds=holds)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(
            self._db,
            self.account,
            retention_ms=int(self._settings.record_seconds * 1000),
            follow_ms=int(self._settings.follow_ticks_seconds * 1000),
            numbers_kept_ms=int(self._settings.number_answers_kept_seconds * 1000),
            caps=self.caps,
            generation=self._generation,
        )

    @cached_property
    def admission(self) -> Admission:
        return Admission(self._db, self.account, caps=self.caps)

    @cached_property
    def queue(self) -> SendQueue:
        return SendQueue(self._db, self.account)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self._db, self.account)

    @cached_property
    def pauses(self) -> Pauses:
        return Pauses(self._db, self.account)

    @cached_property
    def hands(self) -> Hands:
        return Hands(self._db, self.account)

    @cached_property
    def circuits(self) -> Circuits:
        return Circuits(self._db, self.account)

    @cached_property
    def incoming(self) -> Incoming:
        return Incoming(self._db, self.account)

    @cached_property
    def chats(self) -> Chats:
        return Chats(self._db, self.account)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self._db, self.account, kept_ms=int(self._settings.inbox_kept_seconds * 1000))

    @cached_property
    def inbox_media(self) -> InboxMedia:
        return InboxMedia(self._db, self.account)

    @cached_property
    def number_checks(self) -> NumberChecks:
        settings = self._settings
        return NumberChecks(
            self._db,
            self.account,
            per_day=settings.number_lookups_per_day,
            default_zone=settings.time_zone,
            answers_kept_ms=int(settings.number_answers_kept_seconds * 1000),
            checks_kept_ms=int(settings.number_checks_kept_seconds * 1000),
            generation=self._generation,
        )

    @cached_property
    def events(self) -> EventLog:
        return EventLog(self._db, self.account)

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics(self._db, self.account)
