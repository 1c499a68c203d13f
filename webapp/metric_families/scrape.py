"""What one scrape reads once, for all families."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.services import Services
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.metrics import Metrics, Readings

PREFIX = "whatsapp_"


@dataclass(frozen=True)
class Scrape:
    """``readings``: the counters of each account."""

    parts: Services
    accounts: Sequence[str]
    readings: Mapping[str, Readings]

    @property
    def database(self) -> Database:
        return self.parts.database


def scrape_of(parts: Services) -> Scrape:
    """Raises StoreUnavailable."""
    accounts = Accounts(parts.database).names()
    return Scrape(parts, accounts, {name: Metrics(parts.database, name).read() for name in accounts})
