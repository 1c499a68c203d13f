"""Files on this machine's disk while they are handed to the browser, under the name the recipient is to
see.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.errors import (
    FileGone,
    FileUnreadable,
    ObjectStoreFailed,
    SendPostponed,
    SendRefused,
)
from whatsapp_tasks.files.contents import Contents


class Outgoing:
    """Gives an attempt its file, in a folder that nobody else may read and that is gone afterwards.

    The browser reads the file from there, up to the end of its upload.
    """

    def __init__(self, contents: Contents | None, folder: Path) -> None:
        self._contents = contents
        self._folder = folder

    def sweep(self) -> None:
        """Deletes what a worker that died has left."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def file(self, file: MessageFile) -> Iterator[Path]:
        """Where the file lies. Raises SendRefused, SendPostponed and StoreUnavailable: nothing was sent."""
        folder = self._folder / secrets.token_hex(8)
        try:
            yield self._hand_over(file, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _hand_over(self, file: MessageFile, folder: Path) -> Path:
        if self._contents is None:
            raise SendPostponed("file_store_unavailable", "This worker has no store of files.")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(mode=0o700)
            path = self._contents.hand_over(file, folder).path
            path.chmod(0o600)
        except FileGone as error:
            raise SendRefused("file_gone", "The file is not stored any more.") from error
        except FileUnreadable as error:
            raise SendRefused("file_unreadable", "The picture cannot be converted.") from error
        except (ObjectStoreFailed, OSError) as error:
            raise SendPostponed("file_store_unavailable", "The stored file cannot be read now.") from error
        return path
