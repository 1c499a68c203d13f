"""Session archives: what is packed comes out whole or not at all (issue 14, 3 and "Bad input")."""

import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatsapp_tasks.archives import sealing
from whatsapp_tasks.archives.reading import check_whole, read_header
from whatsapp_tasks.archives.sealing import VaultKey, new_key, pack, unpack
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber, Refusal
from whatsapp_tasks.errors import ArchiveRefused, ConfigurationError

KEY = VaultKey(new_key())
ABOUT = ArchiveHeader("default", ArchiveNumber(41, 2), "156.0.8078.108", 1_790_000_000_000, sends=7)

NAMES = st.from_regex(r"[A-Za-z0-9_ .-]{1,12}", fullmatch=True).filter(lambda name: name.strip(". ") == name)
TREES = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: "/".join(["Default", *parts])),
    st.binary(max_size=5000),
    max_size=6,
).filter(lambda tree: not any(a != b and a.startswith(f"{b}/") for a in tree for b in tree))


def compressed(file: IO[bytes]) -> IO[bytes]:
    """zstd, as the archives use it."""
    pressed: IO[bytes] = vars(sealing)["zstd"].ZstdFile(file, "wb")
    return pressed


def in_default(name: str) -> bool:
    return name.startswith("Default/")


def written(folder: Path, tree: dict[str, bytes]) -> Path:
    for name, content in tree.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def read_back(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An archive of two files."""
    source = written(
        tmp_path / "source", {"Default/Cookies": b"c" * 100, "Default/IndexedDB/1": bytes(300_000)}
    )
    pack(source, ABOUT, KEY.recipient, tmp_path / "made.session")
    return tmp_path / "made.session"


def refusal_of(archive: Path, key: VaultKey = KEY, allowed: Callable[[str], bool] = in_default) -> str:
    """Why it is refused; nothing is left behind."""
    target = archive.parent / "unpacked"
    before = set(archive.parent.iterdir())
    with pytest.raises(ArchiveRefused) as error:
        unpack(archive, key, target, allowed=allowed)
    assert set(archive.parent.iterdir()) == before
    assert str(error.value)
    return error.value.reason


def sealed(tmp_path: Path, write: Callable[[tarfile.TarFile], None], about: ArchiveHeader = ABOUT) -> Path:
    """An archive with any content, by somebody who knows the public key."""
    plain = tmp_path / "plain"
    with (
        plain.open("wb") as file,
        compressed(file) as pressed,
        tarfile.open(fileobj=pressed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        said = json.dumps(about.about).encode()
        sealing._add(tar, "about.json", len(said), io.BytesIO(said))
        write(tar)
    return of_plain(tmp_path, plain)


def of_plain(tmp_path: Path, plain: Path) -> Path:
    body = tmp_path / "body"
    with plain.open("rb") as source, body.open("wb") as target:
        digest = sealing._seal(source, target, KEY.recipient)
    header = replace(ABOUT, size=body.stat().st_size, sha256=digest)
    archive = tmp_path / "hostile.session"
    archive.write_bytes(
        b"whatsapp-tasks session archive\n" + header.to_json().encode() + b"\n" + body.read_bytes()
    )
    plain.unlink()
    body.unlink()
    return archive


@settings(max_examples=40)
@given(TREES)
def test_what_is_packed_comes_out_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    header = pack(written(folder / "source", tree), ABOUT, KEY.recipient, folder / "a.session")
    assert unpack(folder / "a.session", KEY, folder / "target", allowed=in_default) == header
    assert read_back(folder / "target") == tree
    assert (
        header == check_whole(folder / "a.session") == replace(ABOUT, size=header.size, sha256=header.sha256)
    )
    assert {file.name for file in folder.iterdir()} <= {"source", "a.session", "target"}


def test_only_this_user_may_read_what_is_written(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    unpack(made, KEY, made.parent / "target", allowed=in_default)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (made.parent / "target").rglob("*")}
    assert modes == {0o600, 0o700}


def test_the_key_and_the_content_are_nowhere_in_the_archive(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"Default/Cookies": b"the login itself"})
    pack(source, ABOUT, KEY.recipient, tmp_path / "a.session")
    raw = (tmp_path / "a.session").read_bytes()
    assert b"login" not in raw
    assert b"Cookies" not in raw
    assert b"SECRET" not in raw


def test_another_key_opens_nothing(made: Path) -> None:
    assert refusal_of(made, VaultKey(new_key())) == Refusal.WRONG_KEY


def test_a_key_that_was_replaced_still_opens_what_it_sealed(made: Path) -> None:
    old = str(KEY.identities[0])
    both = VaultKey(f"# the new one first\n{new_key()}\n{old}\n")
    assert both.recipient != KEY.recipient
    assert unpack(made, both, made.parent / "target", allowed=in_default).number == ABOUT.number


@pytest.mark.parametrize("text", ["", "# nothing", "secret", "AGE-SECRET-KEY-1QQQQ", "age1qqqq"])
def test_a_key_that_is_none_is_said_without_showing_it(text: str) -> None:
    with pytest.raises(ConfigurationError, match="WHATSAPP_VAULT_KEY") as error:
        VaultKey(text)
    assert not text or text not in str(error.value)


@settings(max_examples=60)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_a_bit_that_flips_anywhere_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    pack(written(folder / "source", {"Default/Cookies": b"c" * 300}), ABOUT, KEY.recipient, folder / "a")
    raw = bytearray((folder / "a").read_bytes())
    raw[int(len(raw) * place)] ^= 1 << bit
    (folder / "a").write_bytes(raw)
    reason = refusal_of(folder / "a")
    assert reason in set(Refusal) - {Refusal.WRONG_KEY, Refusal.UNSAFE_CONTENT, Refusal.DISK_FULL}


@settings(max_examples=40)
@given(st.floats(0, 1, exclude_max=True))
def test_an_archive_that_ends_early_is_noticed(tmp_path_factory: pytest.TempPathFactory, part: float) -> None:
    folder = tmp_path_factory.mktemp("cut")
    pack(written(folder / "source", {"Default/Cookies": b"c" * 300}), ABOUT, KEY.recipient, folder / "a")
    raw = (folder / "a").read_bytes()
    (folder / "a").write_bytes(raw[: int(len(raw) * part)])
    assert refusal_of(folder / "a") in (Refusal.TRUNCATED, Refusal.NOT_AN_ARCHIVE)


def test_more_at_the_end_is_damage(made: Path) -> None:
    made.write_bytes(made.read_bytes() + b"x")
    assert refusal_of(made) == Refusal.DAMAGED


@pytest.mark.parametrize("change", [{"sends": 0}, {"number": ArchiveNumber(99, 1)}, {"account": "other"}])
def test_a_header_that_was_changed_is_not_believed(made: Path, change: dict[str, object]) -> None:
    """It is in clear, and so repeated where nobody can change it without the key's public half."""
    _, line, body = made.read_bytes().split(b"\n", 2)
    header = replace(ArchiveHeader.from_json(line), **change)  # type: ignore[arg-type]
    made.write_bytes(b"whatsapp-tasks session archive\n" + header.to_json().encode() + b"\n" + body)
    assert refusal_of(made) == Refusal.DAMAGED


@given(st.binary(max_size=200))
def test_any_bytes_are_no_archive(raw: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        read_header(io.BytesIO(raw))


@given(st.binary(max_size=200))
def test_any_bytes_after_the_first_line_are_no_archive(raw: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        read_header(io.BytesIO(b"whatsapp-tasks session archive\n" + raw + b"\n"))


HOSTILE_NAMES = [
    "../outside",
    "Default/../../outside",
    "/etc/cron.d/job",
    "Default//Cookies",
    "Default/./Cookies",
    "Default\\..\\outside",
    "C:/outside",
    "Default/a\nb",
    "Local State",
    "about.json",
    f"Default/{'a' * 256}",
    "Default" + "/a" * 600,
    "Default/" + "\u20ac" * 100,
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_that_is_no_part_of_a_session_is_refused(tmp_path: Path, name: str) -> None:
    archive = sealed(tmp_path, lambda tar: sealing._add(tar, name, 1, io.BytesIO(b"x")))
    assert refusal_of(archive) == Refusal.UNSAFE_CONTENT


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_links_devices_and_pipes_are_refused(tmp_path: Path, kind: bytes) -> None:
    def write(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo("Default/Cookies")
        member.type, member.linkname = kind, "/etc/passwd"
        tar.addfile(member)

    assert refusal_of(sealed(tmp_path, write)) == Refusal.UNSAFE_CONTENT


@pytest.mark.parametrize(
    "names", [("Default/a", "Default/a"), ("Default/a", "Default/a/b"), ("Default/a/b", "Default/a")]
)
def test_a_file_in_the_place_of_another_is_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    def write(tar: tarfile.TarFile) -> None:
        for name in names:
            sealing._add(tar, name, 1, io.BytesIO(b"x"))

    assert refusal_of(sealed(tmp_path, write)) == Refusal.UNSAFE_CONTENT


def many(count: int, size: int) -> Callable[[tarfile.TarFile], None]:
    def write(tar: tarfile.TarFile) -> None:
        for number in range(count):
            sealing._add(tar, f"Default/{number}", size, io.BytesIO(bytes(size)))

    return write


def test_a_bomb_is_stopped_before_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_UNPACKED_BYTES", 1_000_000)
    archive = sealed(tmp_path, many(2, 900_000))
    assert archive.stat().st_size < 10_000
    assert refusal_of(archive) == Refusal.TOO_LARGE


def test_a_header_of_a_file_that_would_fill_the_memory_is_stopped(tmp_path: Path) -> None:
    def write(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo("Default/Cookies")
        member.pax_headers = {"comment": "x" * 30_000_000}
        tar.addfile(member)

    archive = sealed(tmp_path, write)
    assert archive.stat().st_size < 10_000
    assert refusal_of(archive) == Refusal.TOO_LARGE


def test_a_size_below_zero_raises_no_limit(tmp_path: Path) -> None:
    def write(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo("Default/Cookies")
        member.size = -(10**15)
        assert tar.fileobj is not None
        tar.fileobj.write(member.tobuf(tarfile.GNU_FORMAT))

    assert refusal_of(sealed(tmp_path, write)) == Refusal.UNSAFE_CONTENT


def test_more_files_than_a_session_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_FILES", 3)
    assert refusal_of(sealed(tmp_path, many(4, 0))) == Refusal.TOO_LARGE


def test_an_archive_without_its_own_header_is_damaged(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    with (
        plain.open("wb") as file,
        compressed(file) as pressed,
        tarfile.open(fileobj=pressed, mode="w|") as tar,
    ):
        sealing._add(tar, "Default/Cookies", 1, io.BytesIO(b"x"))
    assert refusal_of(of_plain(tmp_path, plain)) == Refusal.DAMAGED


def test_a_disk_that_is_full_is_said_before_it_is_filled(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    assert refusal_of(made) == Refusal.DISK_FULL


class Full(io.FileIO):
    """A file on a disk that becomes full."""

    def write(self, data: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_disk_that_fills_up_meanwhile_leaves_nothing_behind(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def new_file(path: Path) -> IO[bytes]:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        return io.BufferedWriter(Full(path, "w"))

    monkeypatch.setattr(sealing, "_new_file", new_file)
    assert refusal_of(made) == Refusal.DISK_FULL
    with pytest.raises(OSError, match="No space"):
        pack(made.parent / "source", ABOUT, KEY.recipient, made.parent / "second.session")
    assert {file.name for file in made.parent.iterdir()} == {"source", "made.session"}


def test_a_public_key_that_is_none_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(ConfigurationError):
        pack(tmp_path / "source", ABOUT, "age1nonsense", tmp_path / "a.session")
