"""The selectors in force: ours, then the override file, then the override in Redis, entry by entry.

Both are asked for once a round, by a stat and one small read; a change is
applied when all of it is valid. An invalid override is logged once and otherwise changes nothing.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from whatsapp_tasks.browser.selectors import Selectors, load_selectors, read_override
from whatsapp_tasks.errors import SelectorsInvalid, StoreError
from whatsapp_tasks.stores.selectors import SelectorOverride

log = logging.getLogger(__name__)

REDIS_NAME = "wa:selectors"


class SelectorSource:
    """Knows what the selectors in force are made of, and what was refused."""

    def __init__(self, file: Path | None, override: SelectorOverride | None) -> None:
        self._built_in = load_selectors()
        self._file = file
        self._override = override
        self._seen: tuple[object, object] | None = None
        self.current = self._built_in
        self.origins: tuple[str, ...] = ("built in",)
        self.problem = ""
        """Why what is there now is not in force; empty when it is."""

    def changed(self) -> bool:
        """Whether file or Redis key are others than at the last ``refresh``."""
        return self._marks() != self._seen

    def refresh(self, check: Callable[[Selectors], None] = lambda _: None) -> bool:
        """Takes what changed into force, if ``check`` (raises SelectorsInvalid) has nothing against it.

        True when other selectors are in force than before.
        """
        marks = self._marks()
        self._seen = marks
        try:
            selectors, origins = self._read()
            check(selectors)
        except SelectorsInvalid as error:
            if str(error) != self.problem:
                log.error("Selectors are refused; the old ones stay", extra={"detail": str(error)})
            self.problem = str(error)
            return False
        self.problem = ""
        if selectors == self.current:
            return False
        self.current, self.origins = selectors, origins
        log.warning("Other selectors are in force", extra={"origins": list(origins)})
        return True

    def _read(self) -> tuple[Selectors, tuple[str, ...]]:
        selectors, origins = self._built_in, ["built in"]
        if self._file is not None:
            selectors = selectors.overridden(_text_of(self._file), str(self._file))
            origins.append(str(self._file))
        stored = self._override.get() if self._override is not None else None
        if stored is not None:
            selectors = selectors.overridden(stored.text, REDIS_NAME)
            origins.append(f"{REDIS_NAME} version {stored.version} by {stored.actor}")
        return selectors, tuple(origins)

    def _marks(self) -> tuple[object, object]:
        return self._file_mark(), self._redis_mark()

    def _file_mark(self) -> object:
        if self._file is None:
            return None
        try:
            state = self._file.stat()
        except OSError as error:
            return error.errno
        return state.st_mtime_ns, state.st_size, state.st_ino

    def _redis_mark(self) -> object:
        if self._override is None:
            return None
        try:
            return self._override.version()
        except StoreError:
            return self._seen[1] if self._seen else None  # it is away; what is in force stays


def _text_of(file: Path) -> str:
    try:
        return read_override(file)
    except SelectorsInvalid as error:
        raise SelectorsInvalid(f"WHATSAPP_SELECTORS: {error}") from error
