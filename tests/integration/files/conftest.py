"""Files on a real Redis and in a folder of the test, with a clock that a test moves."""

from pathlib import Path

import pytest

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.clients.folder_store import FolderStore
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.files import FileKind, MessageFile
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.files.drafts import Drafts
from whatsapp_tasks.files.uploads import Offer, Uploads
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.files import Upload

HOUR = 3_600_000
DAY = 24 * HOUR


class FilesRig:
    """Uploads live for a day, records for 30."""

    def __init__(self, database: Database, settings: Settings, contents: Contents | None = None) -> None:
        self.ledger = LedgerRig(database)
        self.objects = settings.data_dir / "objects"
        self.drafts = settings.data_dir / "objects" / "drafts"
        self.store = FolderStore(self.objects)
        self.contents = contents or Contents(
            database,
            self.store,
            Drafts(settings),
            kept_seconds=settings.record_seconds,
            clock=lambda: self.ledger.now / 1000,
        )
        self.uploads = Uploads(
            self.contents,
            kept_seconds=settings.upload_kept_seconds,
            clock=lambda: self.ledger.now / 1000,
        )
        self.records = self.contents.records

    def upload(
        self, content: bytes, name: str = "", owner: str = "key", declared: str | None = None
    ) -> Upload:
        with self.contents.drafts.draft(len(content)) as draft:
            draft.write(content)
            return self.uploads.add(Offer(owner, name, declared), draft)

    def file(self, upload: Upload, kind: FileKind = FileKind.DOCUMENT) -> MessageFile:
        content = upload.content
        return MessageFile(
            content.digest, upload.name or "a.bin", kind, content.size, content.facts.media_type
        )

    def kept(self) -> list[str]:
        """The names of all objects."""
        return self.store.names("files")

    def leftovers(self) -> list[Path]:
        """Files on disk that are no objects."""
        return [path for path in self.objects.rglob("*") if path.is_file() and path.suffix == ".part"]

    def pass_time(self, ms: int) -> None:
        """Time goes on, and whoever sweeps comes by every hour."""
        until = self.ledger.now + ms
        while self.ledger.now < until:
            self.ledger.now = min(until, self.ledger.now + 12 * HOUR)
            self.contents.sweep()


@pytest.fixture
def files(database: Database, settings: Settings) -> FilesRig:
    rig = FilesRig(database, settings)
    assert rig.ledger.now == NOW
    return rig
