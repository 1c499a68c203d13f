"""Session archives are packed, encrypted for the operator's key, and unpacked without trust.

See ``archives`` for the format. Who packs needs the public half of the key only, so a desktop that links a
phone never has the key.
"""

import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

import pyrage
from pyrage import x25519

from whatsapp_tasks.archives.reading import check_whole, read_header
from whatsapp_tasks.domain.full_disk import is_full
from whatsapp_tasks.domain.session_archives import MAGIC, MOST_HEADER_BYTES, ArchiveHeader, Refusal, refused
from whatsapp_tasks.errors import ConfigurationError

if TYPE_CHECKING:
    from typing_extensions import Buffer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST_UNPACKED_BYTES = 4 * 1024**3
"""Of all files together. A session of years has some hundred megabytes."""
MOST_FILES = 100_000
LEVEL = 3
"""Of zstd: 2.3 MB in 0.03 s (measured); a higher one gains little."""

_ABOUT = "about.json"
_CHUNK = 1 << 20
_MOST_MEMBER_HEADERS = 64 * 1024
"""Of one file in a tar, with what tarfile reads ahead. Ours have 1 KB."""
_LONGEST_NAME, _LONGEST_PART = 1024, 255
"""Characters, and bytes of one part. Chromium's have some 100."""
_WINDOW_LOG = 27
"""At most 128 MB of memory to unpack, whatever an archive asks for."""


class VaultKey:
    """The operator's key. There may be several: the first one encrypts, all of them open."""

    def __init__(self, text: str) -> None:
        """Raises ConfigurationError, without the text. Empty lines and comments (``#``) are ignored."""
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        try:
            self._identities = [x25519.Identity.from_str(key) for line in lines for key in line.split()]
        except pyrage.IdentityError:
            self._identities = []
        if not self._identities:
            raise ConfigurationError(
                "The vault's key (WHATSAPP_VAULT_KEY, WHATSAPP_VAULT_KEY_FILE) must be an age identity, "
                "AGE-SECRET-KEY-1…; `whatsapp-tasks session new-key` makes one."
            )

    @classmethod
    def from_settings(cls, text: str, file: Path | None) -> "VaultKey | None":
        """The key that is set, as text or in a file; None if neither is. Raises ConfigurationError."""
        if text or file is None:
            return cls(text) if text else None
        try:
            return cls(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigurationError(f"WHATSAPP_VAULT_KEY_FILE cannot be read: {reason}") from error

    @property
    def recipient(self) -> str:
        """The public half, ``age1…``: it encrypts, and opens nothing."""
        return str(self._identities[0].to_public())

    @property
    def identities(self) -> Sequence[x25519.Identity]:
        return self._identities


def new_key() -> str:
    """A new key, as text."""
    return str(x25519.Identity.generate())


def check_recipient(recipient: str) -> str:
    """``recipient`` if an archive can be encrypted for it; raises ConfigurationError."""
    _recipient(recipient)
    return recipient


def pack(folder: Path, about: ArchiveHeader, recipient: str, target: Path) -> ArchiveHeader:
    """Write the files below ``folder`` into the archive ``target``, which only this user may read.

    Returns the whole header. Raises OSError (a full disk, for example), with nothing left behind, and
    ConfigurationError if ``recipient`` is none.
    """
    drafts = _Drafts(target)
    with drafts:
        with drafts.written("plain") as plain:
            _write_tar(folder, about, plain)
        with drafts.written("sealed") as sealed, drafts.read("plain") as plain:
            digest = _seal(plain, sealed, recipient)
            header = replace(about, size=sealed.tell(), sha256=digest)
        with drafts.written("whole") as whole, drafts.read("sealed") as sealed:
            whole.write(MAGIC + header.to_json().encode() + b"\n")
            shutil.copyfileobj(sealed, whole, _CHUNK)
        drafts.path("whole").replace(target)
    return header


def unpack(archive: Path, key: VaultKey, target: Path, *, allowed: Callable[[str], bool]) -> ArchiveHeader:
    """Write the files of ``archive`` into the new folder ``target``; returns the header, which is proven.

    ``allowed``: whether a path (with slashes, below ``target``) may be part of a session. Raises
    ArchiveRefused; nothing is left in ``target`` then.
    """
    drafts = _Drafts(target)
    target.mkdir(parents=True, mode=0o700)
    try:
        with drafts, _refusing_full_disk():
            header = check_whole(archive)
            with archive.open("rb") as sealed, drafts.written("plain") as plain:
                read_header(sealed)
                _open(sealed, plain, key)
            with drafts.read("plain") as plain:
                _extract(plain, header, target, allowed)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return header


def _write_tar(folder: Path, about: ArchiveHeader, plain: IO[bytes]) -> None:
    with (
        zstd.ZstdFile(plain, "wb", level=LEVEL) as pressed,
        tarfile.open(fileobj=pressed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        said = json.dumps(about.about, sort_keys=True).encode()
        _add(tar, _ABOUT, len(said), io.BytesIO(said))
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink():
                with file.open("rb") as content:
                    size = file.stat().st_size
                    _add(tar, file.relative_to(folder).as_posix(), size, content)


def _add(tar: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    """Without owner, time and permissions: they say something about the machine, and are not restored."""
    member = tarfile.TarInfo(name)
    member.size = size
    tar.addfile(member, content)


def _seal(plain: io.BufferedReader, sealed: io.BufferedWriter, recipient: str) -> str:
    """The SHA-256 of what was written."""
    to = _recipient(recipient)
    target = _Target(sealed)
    try:
        pyrage.encrypt_io(plain, target, [to])
    except (pyrage.EncryptError, OSError) as error:
        raise target.failed or OSError(str(error)) from None
    return target.digest.hexdigest()


def _recipient(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise ConfigurationError(
            "The vault's public key must be like age1…: `whatsapp-tasks session new-key` showed it."
        ) from None


def _open(sealed: io.BufferedReader, plain: io.BufferedWriter, key: VaultKey) -> None:
    target = _Target(plain)
    try:
        pyrage.decrypt_io(sealed, target, list(key.identities))
    except (pyrage.DecryptError, OSError) as error:
        if target.failed is not None:
            raise target.failed from None
        # The text is the library's only sign of it; a test holds it.
        wrong_key = "No matching keys" in str(error)
        raise refused(Refusal.WRONG_KEY if wrong_key else Refusal.DAMAGED) from None


class _Target(io.BufferedIOBase):
    """Where the library writes; it hides the kind of an error, so that is remembered here."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.failed: OSError | None = None

    def write(self, data: "Buffer") -> int:
        try:
            written = self._file.write(data)
        except OSError as error:
            self.failed = error
            raise
        self.digest.update(data)
        return written

    def flush(self) -> None:
        self._file.flush()


def _extract(plain: IO[bytes], header: ArchiveHeader, target: Path, allowed: Callable[[str], bool]) -> None:
    free = shutil.disk_usage(target).free
    left = MOST_UNPACKED_BYTES
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
    try:
        with ExitStack() as opened:
            pressed = opened.enter_context(zstd.ZstdFile(plain, "rb", options=options))
            metered = _Metered(pressed)
            tar = opened.enter_context(tarfile.open(fileobj=metered, mode="r|"))  # type: ignore[call-overload]
            members = _members(tar, metered)
            first = next(members, None)
            if first is None or first.name != _ABOUT or first.size > MOST_HEADER_BYTES:
                raise refused(Refusal.DAMAGED)
            if json.loads(_content(tar, first).read()) != header.about:
                raise refused(Refusal.DAMAGED, "its first lines were changed")
            for member in members:
                left -= member.size
                if left < 0:
                    raise refused(Refusal.TOO_LARGE)
                if member.size > free:
                    raise refused(Refusal.DISK_FULL)
                free -= member.size
                _write_file(tar, member, target, allowed)
    except (zstd.ZstdError, tarfile.TarError, EOFError, ValueError, RecursionError):
        raise refused(Refusal.DAMAGED) from None


class _Metered:
    """What tarfile reads from: it keeps the headers of a member in memory, however long they say they are."""

    def __init__(self, source: "zstd.ZstdFile") -> None:
        self._source = source
        self.left = _MOST_MEMBER_HEADERS
        """Bytes that may be read on."""

    def read(self, size: int) -> bytes:
        data = self._source.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise refused(Refusal.TOO_LARGE)
        return data


def _members(tar: tarfile.TarFile, metered: _Metered) -> Iterator[tarfile.TarInfo]:
    """Only regular files: folders are made as needed, and a session has no links or devices."""
    for count, member in enumerate(tar):
        if count > MOST_FILES:
            raise refused(Refusal.TOO_LARGE)
        if not member.isreg() or member.issparse() or member.size < 0:
            raise refused(Refusal.UNSAFE_CONTENT)
        metered.left = member.size + _MOST_MEMBER_HEADERS
        yield member


def _write_file(
    tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path, allowed: Callable[[str], bool]
) -> None:
    path = PurePosixPath(member.name)
    if not _is_plain(member.name) or path.is_absolute() or not allowed(member.name):
        raise refused(Refusal.UNSAFE_CONTENT)
    file = target.joinpath(*path.parts)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _new_file(file) as written:
            shutil.copyfileobj(_content(tar, member), written, _CHUNK)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise refused(Refusal.UNSAFE_CONTENT) from None


def _new_file(path: Path) -> io.BufferedWriter:
    """For this user only; raises FileExistsError."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _is_plain(name: str) -> bool:
    """No part that means something to a file system: ``..``, a drive, a backslash, a control character. And
    none that is too long for one.
    """
    parts = name.split("/")
    if len(name) > _LONGEST_NAME or any(len(part.encode()) > _LONGEST_PART for part in parts):
        return False
    return all(part not in ("", ".", "..") for part in parts) and not any(
        character in '\\:*?"<>|' or not character.isprintable() for character in name
    )


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    if content is None:
        raise refused(Refusal.UNSAFE_CONTENT)
    return content


@contextmanager
def _refusing_full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise refused(Refusal.DISK_FULL) from None
        raise


class _Drafts(ExitStack):
    """Files beside ``target`` for as long as it is being made; they hold the session in clear."""

    def __init__(self, target: Path) -> None:
        super().__init__()
        self._target = target

    def path(self, name: str) -> Path:
        return self._target.with_name(f".{self._target.name}.{name}")

    def written(self, name: str) -> io.BufferedWriter:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        self.callback(path.unlink, missing_ok=True)
        return _new_file(path)

    def read(self, name: str) -> io.BufferedReader:
        return self.path(name).open("rb")
