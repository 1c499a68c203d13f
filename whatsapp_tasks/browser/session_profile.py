"""The session in a browser profile: which parts it has, copies of them, and the numbers it ran under."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from whatsapp_tasks.browser.profile_lock import LOCK_NAME
from whatsapp_tasks.domain.session_custody import LocalProfile

NUMBERS_NAME = ".whatsapp-tasks.numbers"

# Measured (docs/sessions.md): the first two restore a login in a new folder, keys that no script can export
# included. The third marks storage that Chromium must not evict. Cookies hold the page's language.
_FOLDERS = ("Default/IndexedDB/", "Default/Local Storage/leveldb/", "Default/WebStorage/")
_FILES = ("Default/Cookies", "Default/Cookies-journal")
_NOT = ("LOCK", "LOG", "LOG.old")
"""Of LevelDB: locks, and logs for people."""
_NEVER_CHANGED = (".ldb", ".sst")
"""Files of LevelDB that are written once, then only deleted: a copy may share their content."""


def is_part(name: str) -> bool:
    """Whether the file at this path below the profile, with slashes, belongs to the session."""
    return (name in _FILES or name.startswith(_FOLDERS)) and name.rpartition("/")[2] not in _NOT


class SessionProfile:
    """The session in the profile of an account. Only the holder of its ``ProfileLock`` may change it, with no
    browser running, except for ``copy_to``. Methods raise OSError.
    """

    def __init__(self, profile: Path, aside: Path) -> None:
        """``aside``: where an old profile goes when another copy of the session takes its place."""
        self._profile = profile
        self._aside = aside
        self._numbers = profile / NUMBERS_NAME

    def local(self) -> LocalProfile:
        """What is here. A file of numbers that cannot be read counts as none."""
        try:
            numbers = frozenset(int(number) for number in json.loads(self._numbers.read_text("ascii")))
        except (FileNotFoundError, ValueError, TypeError):
            numbers = frozenset()
        return LocalProfile(numbers, any(self._parts()))

    def claim(self, number: int) -> None:
        """Before Redis records that the session runs under ``number``: until it has, the profile is
        the current one under its old number too.
        """
        self._write(self.local().numbers | {number})

    def confirm(self, number: int) -> None:
        """Redis has recorded ``number``."""
        self._write(frozenset({number}))

    def copy_to(self, folder: Path) -> None:
        """A copy of all parts, in the new ``folder``. What the parts are at one moment is up to the caller:
        close the browser, or hold its processes.
        """
        folder.mkdir(parents=True, mode=0o700)
        for file in self._parts():
            target = folder / file.relative_to(self._profile)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _copy(file, target)

    def set_aside(self) -> None:
        """Moves the profile away, and deletes the one that was moved away before."""
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True, mode=0o700)
        for entry in self._entries():
            shutil.move(entry, self._aside / entry.name)

    def put_in_place(self, folder: Path) -> None:
        """Moves the parts in ``folder`` into the profile, whose former content is set aside."""
        self.set_aside()
        self._profile.mkdir(parents=True, exist_ok=True, mode=0o700)
        for entry in folder.iterdir():
            shutil.move(entry, self._profile / entry.name)

    def _entries(self) -> list[Path]:
        if not self._profile.is_dir():
            return []
        return [entry for entry in self._profile.iterdir() if entry.name != LOCK_NAME]

    def _parts(self) -> Iterator[Path]:
        for place in sorted({*_FOLDERS, *_FILES}):
            found = self._profile / place
            for file in sorted(found.rglob("*")) if found.is_dir() else [found]:
                name = file.relative_to(self._profile).as_posix()
                if is_part(name) and file.is_file() and not file.is_symlink():
                    yield file

    def _write(self, numbers: frozenset[int]) -> None:
        draft = self._numbers.with_suffix(".part")
        self._profile.mkdir(parents=True, exist_ok=True, mode=0o700)
        with draft.open("w", encoding="ascii") as file:
            json.dump(sorted(numbers), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._numbers)


def _copy(source: Path, target: Path) -> None:
    if source.suffix in _NEVER_CHANGED:
        with suppress(OSError):  # another file system, or one without hard links
            os.link(source, target)
            return
    with suppress(FileNotFoundError):  # deleted since it was listed: only where a browser runs freely
        shutil.copyfile(source, target)
