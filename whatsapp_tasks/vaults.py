"""The vault of one account: the archives of its session in an object store, and what Redis knows of them.

Redis decides which archive counts, by its number and its hash; the object store only keeps them. An archive
that is not recorded there was written by a worker that had lost its lease, and is deleted by the next one.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

from whatsapp_tasks.clients.object_store import ObjectStore, open_store
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.session_archives import (
    ArchiveHeader,
    ArchiveNumber,
    Custody,
    Refusal,
    is_offer,
    number_in,
    outdated,
    refused,
)
from whatsapp_tasks.errors import LeaseLost, ObjectStoreFailed
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.vault import Offer, VaultRecord

log = logging.getLogger(__name__)


class Vault:
    """The archives of one account. Methods raise ObjectStoreFailed and StoreErrors."""

    def __init__(self, account: str, storage: ObjectStore, record: VaultRecord) -> None:
        self.account = account
        self.record = record
        self._storage = storage

    def custody(self) -> Custody:
        """What Redis knows."""
        return self.record.custody()

    def stored(self) -> list[ArchiveNumber]:
        """The numbers of all archives in the object store, whether recorded or not."""
        numbers = (number_in(name) for name in self._storage.names(self.account))
        return [number for number in numbers if number is not None]

    def fetch(self, header: ArchiveHeader, path: Path) -> None:
        """Writes the archive to ``path``; raises ArchiveRefused (``not_stored``)."""
        if not self._storage.get_file(header.name, path):
            raise refused(Refusal.NOT_STORED, header.name)

    def keep(self, header: ArchiveHeader, file: Path, fence: int) -> None:
        """Stores the worker's archive and records it as the newest; raises LeaseLost, and keeps nothing then.

        The order matters: an archive that Redis names is in the store, whole.
        """
        self._storage.put_file(header.name, file)
        try:
            self.record.record_newest(fence, header)
        except LeaseLost:  # after StoreUnavailable it may be recorded
            self._delete([header.name])
            raise
        self._delete(outdated(self._storage.names(self.account), header.number))

    def offer(self, header: ArchiveHeader, file: Path, author: str, now_ms: int) -> None:
        """Stores an archive that a person brought; the worker uses it before its next browser starts."""
        self._storage.put_file(header.name, file)
        self.record.make_offer(Offer(header, author, now_ms))

    def forget_offers(self) -> None:
        """Deletes the archives that persons brought, once one of them is used or none is wanted."""
        self._delete(name for name in self._storage.names(self.account) if is_offer(name))

    def forget(self) -> None:
        """Deletes all archives of the account."""
        self._storage.delete(self._storage.names(self.account))

    def _delete(self, names: Iterable[str]) -> None:
        """What stays although it could not be deleted is encrypted, and named by nobody."""
        try:
            self._storage.delete(names)
        except ObjectStoreFailed as error:
            log.warning("Old archives could not be deleted", extra={"detail": str(error)})


def open_vault(settings: Settings, database: Database, account: str) -> Vault | None:
    """The vault of the settings; None where it is off. Raises ConfigurationError without the packages."""
    folder = settings.data_dir.resolve() / "vault"
    storage = open_store(settings.vault, folder, settings.s3_endpoint, "WHATSAPP_VAULT")
    return Vault(account, storage, VaultRecord(database, account)) if storage is not None else None
