"""Files on this machine's disk while they are handed to the browser, under the name the recipient is to
see.
"""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.files import MessageFile
from whatsapp_tasks.domain.files_shown import upload_seconds
from whatsapp_tasks.errors import (
    BrowserError,
    FileGone,
    FileUnreadable,
    ObjectStoreFailed,
    SendPostponed,
    SendRefused,
    SendUnsettled,
    StoreError,
)
from whatsapp_tasks.files.contents import Contents

KEPT_AT_MOST = 4
"""Files of attempts that ended while the page may still have been uploading."""
UPLOAD_BEGINS_SECONDS = 60.0
"""From the end of such an attempt, at most; then an upload takes as long as its size allows."""
_PAGE_MAY_GO_ON = (SendUnsettled, BrowserError, StoreError)


def outgoing_folder(settings: Settings, account: str) -> Path:
    """Where a worker of the account keeps files that are on their way."""
    return settings.data_dir.resolve() / "outgoing" / account


class Outgoing:
    """Gives an attempt its file, in a folder that nobody else may read.

    The browser reads the file from there, up to the end of its upload. So it is gone after the attempt;
    after one whose end the page may outlive, as when Redis went away, once no upload can still run.
    """

    def __init__(
        self, contents: Contents | None, folder: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._contents = contents
        self._folder = folder
        self._clock = clock
        self._kept: list[tuple[float, Path]] = []

    def sweep(self) -> None:
        """Deletes what a worker that died has left."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def tidy(self) -> None:
        """Deletes the files whose upload has ended by now, one way or the other."""
        now = self._clock()
        over = [kept for kept in self._kept if kept[0] <= now] + self._kept[:-KEPT_AT_MOST]
        for _, folder in over:
            shutil.rmtree(folder, ignore_errors=True)
        self._kept = [kept for kept in self._kept if kept not in over]

    def close(self) -> None:
        """Deletes what is left of this worker's own, once its browser has ended."""
        kept, self._kept = self._kept, []
        for _, folder in kept:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def file(self, file: MessageFile) -> Iterator[Path]:
        """Where the file lies. Raises SendRefused, SendPostponed and StoreUnavailable: nothing was sent."""
        folder = self._folder / secrets.token_hex(8)
        page_goes_on = False
        try:
            path = self._hand_over(file, folder)
            try:
                yield path
            except _PAGE_MAY_GO_ON:
                page_goes_on = True
                raise
        finally:
            if page_goes_on:
                until = self._clock() + UPLOAD_BEGINS_SECONDS + upload_seconds(file.size)
                self._kept.append((until, folder))
            else:
                shutil.rmtree(folder, ignore_errors=True)
            self.tidy()

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
