"""A host whose worker has a vault, without a browser: what its page would store is written by the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whatsapp_tasks.archives.sealing import VaultKey, new_key
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.profile_lock import LOCK_NAME
from whatsapp_tasks.config import Settings
from whatsapp_tasks.session.session_copies import SessionCopies, session_copies
from whatsapp_tasks.session.vault import SessionVault
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.sessions import Sessions

KEY = VaultKey(new_key())
VERSION = "156.0.8078.108"
STORAGE = "Default/Local Storage/leveldb/000003.log"
NOW = 1_764_000_000_000


class HeldPage:
    """As much of a page as saving needs."""

    held_times = 0

    @contextmanager
    def held(self, deadline: Deadline) -> Iterator[None]:
        self.held_times += 1
        yield


class VaultHost:
    """``shared`` is what several hosts have in common: Redis, and the vault's folder or bucket."""

    def __init__(
        self,
        database: Database,
        shared: Settings,
        folder: Path,
        *,
        version: str = VERSION,
        key: VaultKey = KEY,
    ) -> None:
        chromium = folder / "chromium"
        folder.mkdir(parents=True, exist_ok=True)
        chromium.write_text(f"#!/bin/sh\necho Chromium {version}\n", "ascii")
        chromium.chmod(0o700)
        self.settings = shared.model_copy(update={"data_dir": folder, "chromium": chromium})
        if shared.vault == "folder":
            (shared.data_dir / "vault").mkdir(parents=True, exist_ok=True)
            if not (folder / "vault").exists():
                (folder / "vault").symlink_to(shared.data_dir / "vault")
        self.database = database
        self.lease = Lease(database, "default", 60)
        self.now_ms = NOW
        self.page = HeldPage()
        self.profile = self.settings.profile_dir("default")
        self.copies: SessionCopies = session_copies(
            self.settings, database, key, self.lease, lambda: self.now_ms
        )
        self.vault = SessionVault(self.copies)

    def take(self) -> str:
        """The worker starts, and opens its browser; how the page came to be."""
        assert self.lease.acquire() is None
        self.profile.mkdir(parents=True, exist_ok=True)
        (self.profile / LOCK_NAME).touch()
        return self.open()

    def open(self) -> str:
        return self.vault.taking_over.prepare()

    def link(self, login: str = "login") -> None:
        """A phone is linked in the page."""
        self.store(login)
        Sessions(self.database, "default").set_linked(True)
        self.vault.saving.logged_in(linked_anew=True)

    def store(self, content: str) -> None:
        """The page writes to its storage."""
        file = self.profile / STORAGE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")

    @property
    def stored(self) -> str | None:
        file = self.profile / STORAGE
        return file.read_text("utf-8") if file.exists() else None

    def send(self, count: int = 1) -> None:
        """Messages are handed to the page: their intents are counted."""
        self.database.do("HINCRBY", "wa:{default}:vault", "sends", count)
        self.store(f"{self.stored} sent")

    def save(self) -> None:
        self.vault.saving.save_closed()

    def leave(self) -> None:
        """An orderly end."""
        self.save()
        self.lease.release()

    def archives(self) -> list[str]:
        return [str(number) for number in sorted(self.copies.vault.stored())]
