"""The vault of one account: the archives of its session in an object store, and what Redis knows of them.

Redis decides which archive counts, by its number and its hash; the object store only keeps them. An archive
that is not recorded there was written by a worker that had lost its lease, and is deleted by a later one.
"""

import logging
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from whatsapp_tasks.archives.reading import check_whole
from whatsapp_tasks.clients.object_store import ObjectStore, check_place, open_store
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.session_archives import (
    MOST_FENCES_AHEAD,
    ArchiveHeader,
    ArchiveNumber,
    Refusal,
    is_offer,
    number_in,
    outdated,
    refused,
)
from whatsapp_tasks.domain.session_custody import Custody
from whatsapp_tasks.errors import ArchiveRefused, LeaseLost, ObjectStoreFailed, RequestRefused
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.vault import Offer, VaultRecord

log = logging.getLogger(__name__)

DRAFT_OLD_SECONDS = 600.0
"""Nobody writes an archive for so long: its process was killed."""


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
        numbers = (number_in(name) for name in self._names())
        return [number for number in numbers if number is not None]

    def fetch(self, name: str, path: Path) -> None:
        """Writes the archive to ``path``; raises ArchiveRefused (``not_stored``)."""
        if not self._storage.get_file(name, path):
            self._check_place()
            raise refused(Refusal.NOT_STORED, name)

    def fetch_offer(self, header: ArchiveHeader, path: Path) -> None:
        """The same for one that a person wants: they brought it, or it is one of the worker's."""
        if not self._storage.get_file(header.offer_name, path):
            self.fetch(header.name, path)

    def keep(self, header: ArchiveHeader, file: Path, fence: int) -> None:
        """Stores the worker's archive and records it as the newest; raises LeaseLost, and keeps nothing then.

        The order matters: an archive that Redis names is in the store, whole.
        """
        self._store(header.name, file)
        try:
            self.record.record_newest(fence, header)
        except LeaseLost:  # after StoreUnavailable it may be recorded
            self._delete([header.name])
            raise
        self._delete(outdated(self._storage.names(self.account), header.number))
        self._storage.forget_drafts(self.account, DRAFT_OLD_SECONDS)

    def sizes(self) -> dict[ArchiveNumber, int]:
        """The archives in the object store, oldest first, with their bytes."""
        names = {number: name for name in self._names() if (number := number_in(name))}
        return {number: self._storage.size(names[number]) or 0 for number in sorted(names)}

    def newest_stored(self) -> ArchiveHeader:
        """What the newest archive in the store says of itself, whether Redis knows of it or not. Raises
        RequestRefused (``archive_refused``).
        """
        try:
            number = max(self.stored(), default=None)
            if number is None:
                raise refused(Refusal.NOT_STORED)
            with TemporaryDirectory() as folder:
                file = Path(folder) / "archive.session"
                self.fetch(number.name_of(self.account), file)
                return check_whole(file)
        except ArchiveRefused as error:
            raise RequestRefused("archive_refused", str(error)) from error

    def bring(
        self,
        header: ArchiveHeader,
        file: Path | None,
        author: str,
        now_ms: int,
        *,
        accept_stale: bool = False,
    ) -> None:
        """A person wants this archive to be used before the worker's next browser starts.

        ``file`` None: it is in the vault already. Raises RequestRefused: it is of another account,
        or its number is none (``archive_refused``), or the account has a session that would be replaced by
        another or an older one (``session_alive``), unless ``accept_stale``.
        """
        if header.account != self.account:
            raise RequestRefused("archive_refused", str(refused(Refusal.OTHER_ACCOUNT)))
        custody = self.custody()
        if header.number.fence > (custody.ran or 0) + MOST_FENCES_AHEAD:
            reason = refused(Refusal.NOT_AN_ARCHIVE, "its number is none")
            raise RequestRefused("archive_refused", str(reason))
        if custody.is_alive and not accept_stale:
            raise RequestRefused(
                "session_alive",
                f"The account '{self.account}' has a session already, and this archive would replace it: "
                "what that one sent and received since would be missing in it. If that is wanted, accept it: "
                "--accept-stale, in the API accept_stale. Logging the account out would delete the archives "
                "that are in the vault.",
                http_status=409,
            )
        if file is not None:
            self._store(header.offer_name, file)
        self.record.make_offer(Offer(header, author, now_ms))

    def forget_offers(self) -> None:
        """Deletes the archives that persons brought, but for one that is still to be used."""
        names = self._storage.names(self.account)
        wanted = self.record.offer()
        kept = wanted.header.offer_name if wanted else ""
        self._delete(name for name in names if is_offer(name) and name != kept)

    def forget(self) -> int:
        """Deletes all archives of the account; how many files. Others may lie beside them, in one bucket."""
        stored = self._storage.names(self.account)
        names = [name for name in stored if number_in(name) is not None or is_offer(name)]
        self._storage.delete(names)
        self._storage.forget_drafts(self.account, DRAFT_OLD_SECONDS)
        return len(names)

    def _names(self) -> list[str]:
        self._check_place()
        return self._storage.names(self.account)

    def _store(self, name: str, file: Path) -> None:
        self._check_place()
        if not self._storage.is_marked():
            self._storage.mark()
        self._storage.put_file(name, file)

    def _check_place(self) -> None:
        """See ``check_place``: a vault that is not there must not look like one without archives."""
        check_place(self._storage, self.account, "archives (vault)", lambda: self.record.was_used)

    def _delete(self, names: Iterable[str]) -> None:
        """What stays although it could not be deleted is encrypted, and named by nobody."""
        try:
            self._storage.delete(names)
        except ObjectStoreFailed as error:
            log.warning("Old archives could not be deleted", extra={"detail": str(error)})


def insist_on_vault(settings: Settings, database: Database, account: str) -> Vault:
    """The vault of the settings; raises RequestRefused (``vault_off``) where it is off."""
    vault = open_vault(settings, database, account)
    if vault is None:
        raise RequestRefused(
            "vault_off", "This process has no vault: set WHATSAPP_VAULT (docs/sessions.md).", http_status=409
        )
    return vault


def open_vault(settings: Settings, database: Database, account: str) -> Vault | None:
    """The vault of the settings; None where it is off. Raises ConfigurationError without the packages."""
    folder = settings.data_dir.resolve() / "vault"
    storage = open_store(settings.vault, folder, settings.s3_endpoint, "WHATSAPP_VAULT")
    return Vault(account, storage, VaultRecord(database, account)) if storage is not None else None
