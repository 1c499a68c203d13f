"""``whatsapp-tasks session`` with a vault in a folder; the worker is played by the test."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.vault_host import KEY, NOW, STORAGE, VERSION, VaultHost
from whatsapp_tasks.archives.sealing import VaultKey, new_key, pack
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber
from whatsapp_tasks.errors import ConfigurationError, RequestRefused
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.session.taking_over import RESTORED
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database

Run = Callable[..., Result]


@pytest.fixture
def linked(database: Database, settings: Settings, tmp_path: Path) -> VaultHost:
    """A host whose phone is linked, and whose session is in its vault."""
    Accounts(database).add("default", NOW)
    folder = settings.model_copy(update={"vault": "folder", "data_dir": tmp_path / "shared"})
    host = VaultHost(database, folder, tmp_path / "a")
    host.take()
    host.link()
    host.save()
    return host


@pytest.fixture
def run(linked: VaultHost, settings: Settings) -> Run:
    """A command in that host's environment; its error, if it has one, is raised."""

    def run(*arguments: str) -> Result:
        environment = {
            "REDIS_URL": settings.redis_url,
            "WHATSAPP_VAULT": "folder",
            "WHATSAPP_DATA_DIR": str(linked.settings.data_dir),
        }
        result = CliRunner().invoke(cli, ["session", *arguments], env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def newest(host: VaultHost) -> Path:
    return max((host.settings.data_dir / "vault" / "default").glob("[0-9]*.session"))


def test_an_archive_is_exported_as_it_is(run: Run, linked: VaultHost, tmp_path: Path) -> None:
    out = tmp_path / "out.session"
    assert run("export", str(out)).exit_code == 0
    assert out.read_bytes() == newest(linked).read_bytes()


def test_a_damaged_one_is_not_exported(run: Run, linked: VaultHost, tmp_path: Path) -> None:
    """Who exports gives the other host up: afterwards there would be nothing."""
    file = newest(linked)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(RequestRefused, match="damaged"):
        run("export", str(tmp_path / "out.session"))
    assert not (tmp_path / "out.session").exists()


def test_no_file_is_written_over(run: Run, tmp_path: Path) -> None:
    key = tmp_path / "vault.key"
    key.write_text("the key", "ascii")
    with pytest.raises(ConfigurationError, match="exists already"):
        run("export", str(key))
    assert key.read_text("ascii") == "the key"


def test_where_nothing_can_be_written_the_file_is_named(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"missing/out\.session cannot be written: No such file"):
        run("export", str(tmp_path / "missing" / "out.session"))


def packed(tmp_path: Path, key: VaultKey, version: str = VERSION) -> Path:
    parts, file = tmp_path / "parts", tmp_path / "brought.session"
    (parts / STORAGE).parent.mkdir(parents=True)
    (parts / STORAGE).write_text("brought", "utf-8")
    pack(parts, ArchiveHeader("default", ArchiveNumber(), version, NOW), key.recipient, file)
    return file


REFUSED = {"key": (VaultKey(new_key()), VERSION), "newer Chromium": (KEY, "999.0.0.1")}


@pytest.mark.parametrize("why", REFUSED)
def test_an_archive_that_the_worker_refuses_is_no_success(
    run: Run, linked: VaultHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, why: str
) -> None:
    file = packed(tmp_path, *REFUSED[why])
    restarts: list[threading.Thread] = []

    def restart(_: Operations) -> None:
        restarts.append(threading.Thread(target=linked.open))
        restarts[-1].start()

    monkeypatch.setattr(Operations, "restart", restart)
    with pytest.raises(RequestRefused, match=f"{why}.*The session from before goes on"):
        run("import", str(file), "--accept-stale")
    restarts[0].join()
    assert linked.stored == "login"
    assert why in " ".join(run("list").output.split())


def test_an_archive_that_the_worker_takes_up_is_said_to_run(
    run: Run, linked: VaultHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = packed(tmp_path, KEY)
    started: list[str] = []
    monkeypatch.setattr(Operations, "restart", lambda _: started.append(linked.open()))
    assert "It runs with the archive now." in run("import", str(file), "--accept-stale").output
    assert started == [RESTORED]
    assert linked.stored == "brought"
