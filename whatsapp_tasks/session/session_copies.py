"""The copies of an account's session, for the worker that has its lease: in its profile, and in the vault."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from whatsapp_tasks.archives.sealing import VaultKey, pack
from whatsapp_tasks.browser.chromium_version import version_of
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.processes import die_with_parent
from whatsapp_tasks.browser.session_profile import SessionProfile
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.session_archives import ArchiveHeader
from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.vaults import Vault, open_vault

LEASE_MARGIN_SECONDS = 2.0


@dataclass(frozen=True)
class SessionCopies:
    """``key``: the operator's. ``now_ms``: by Redis' clock."""

    vault: Vault
    key: VaultKey
    profile: SessionProfile
    lease: Lease
    settings: Settings
    now_ms: Callable[[], int]

    @cached_property
    def chromium(self) -> str:
        """The version of the browser here; raises BrowserStartFailed."""
        settings = self.settings
        return version_of(settings.chromium, Deadline.within(settings.start_timeout_seconds))

    def keep(self, about: ArchiveHeader, copy: Callable[[Path], None]) -> ArchiveHeader:
        """Packs what ``copy`` brings into a new folder, and records it as the newest archive. Raises
        StoreErrors, ObjectStoreFailed, OSError, and what ``copy`` raises.
        """
        with self.drafts() as folder:
            copy(folder / "parts")
            file = folder / "archive.session"
            header = pack(folder / "parts", about, self.key.recipient, file)
            self.lease.check(LEASE_MARGIN_SECONDS)
            self.vault.keep(header, file, self.lease.fence)
        return header

    @contextmanager
    def drafts(self) -> Iterator[Path]:
        """An empty folder for the session in clear, on the file system of the profile; gone afterwards."""
        folder = self.settings.data_dir.resolve() / "vault-drafts" / self.vault.account
        shutil.rmtree(folder, ignore_errors=True)  # of a worker that was killed
        folder.mkdir(parents=True, mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def vault_key(settings: Settings) -> VaultKey:
    """The operator's key. Raises ConfigurationError if it is missing, or if the browser could outlive its
    worker: another host would start a second copy of its session.
    """
    if not die_with_parent():
        raise ConfigurationError(
            "WHATSAPP_VAULT needs setpriv (util-linux), so that no browser outlives its worker."
        )
    key = VaultKey.from_settings(settings.vault_key, settings.vault_key_file)
    if key is None:
        raise ConfigurationError(
            "WHATSAPP_VAULT needs a key: set WHATSAPP_VAULT_KEY or WHATSAPP_VAULT_KEY_FILE "
            "(`whatsapp-tasks session new-key` makes one)."
        )
    return key


def session_copies(
    settings: Settings, database: Database, key: VaultKey, lease: Lease, now_ms: Callable[[], int]
) -> SessionCopies:
    """The copies of the session of this worker's account."""
    account = settings.account
    vault = open_vault(settings, database, account)
    assert vault is not None
    profile = SessionProfile(settings.profile_dir(account), settings.set_aside_dir(account))
    return SessionCopies(vault, key, profile, lease, settings, now_ms)
