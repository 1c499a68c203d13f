"""Archives of a session over HTTP and at the command line (issue 14: 2, 4 and "Bad input")."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.integration.webapp.conftest import Caller, problem
from tests.support.vault_host import KEY, VaultHost
from whatsapp_tasks.archives.sealing import pack
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber, Refusal
from whatsapp_tasks.errors import ObjectStoreFailed, RequestRefused, SessionWaits
from whatsapp_tasks.session.taking_over import RESTORED
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.keys import AccountKeys
from whatsapp_tasks.vaults import Vault

PATH = "/accounts/default/session"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"vault": "folder"})


@pytest.fixture
def app(make_app: Callable[..., Flask], database: Database) -> Flask:
    Accounts(database).add("default", 1)
    return make_app(vault="folder")


@pytest.fixture
def host(database: Database, settings: Settings, tmp_path: Path) -> VaultHost:
    """The host of the account's worker; its vault is that of the API."""
    return VaultHost(database, settings, tmp_path / "host")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """As ``link --here`` makes it."""
    return made(tmp_path / "linked.session")


def made(target: Path, account: str = "default", size: int = 600_000) -> Path:
    source = target.with_suffix("") / "Default/Local Storage/leveldb"
    source.mkdir(parents=True)
    (source / "000003.log").write_text("linked at a desk", "ascii")
    (source / "000005.ldb").write_bytes(os.urandom(size))
    about = ArchiveHeader(account, ArchiveNumber(), "156.0.1.1", 1_764_000_000_000)
    pack(target.with_suffix(""), about, KEY.recipient, target)
    return target


def bring(caller: Caller, archive: Path, **fields: Any) -> Any:
    """Uploads the archive like any file, and brings it."""
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    headers = {
        **caller.headers("POST", "/files", digest.encode()),
        "X-Content-SHA256": digest,
        "Content-Type": "application/octet-stream",
    }
    uploaded = caller.client.post("/files", data=content, headers=headers)
    assert uploaded.status_code == 201, uploaded.text
    assert uploaded.json is not None
    return caller.post(PATH, {"file": uploaded.json["id"], **fields})


def test_a_session_is_brought_and_the_worker_starts_with_it(
    caller: Caller, archive: Path, host: VaultHost
) -> None:
    brought = bring(caller, archive)
    assert brought.status_code == 202, brought.text
    assert host.take() == RESTORED
    assert host.stored == "linked at a desk"
    vault = host.copies.vault
    newest = vault.custody().newest
    assert newest is not None
    assert vault._storage.names("default") == [newest.name]  # what was brought does not stay


def test_the_vault_is_shown(caller: Caller, host: VaultHost) -> None:
    shown = caller.get(PATH).json
    assert shown == {
        "account": "default",
        "alive": False,
        "archives": [],
        "sent_since": 0,
        "recipient": None,
    }
    host.take()
    host.link()
    host.save()
    host.save()
    host.send(2)
    shown = caller.get(PATH).json
    assert shown is not None
    assert (shown["alive"], shown["sent_since"], shown["recipient"]) == (True, 2, KEY.recipient)
    assert [(one["number"], one["newest"]) for one in shown["archives"]] == [("1.1", False), ("1.2", True)]


@pytest.mark.parametrize("name", ["newest", "offer"])
def test_an_archive_of_a_newer_version_is_named(
    caller: Caller, archive: Path, database: Database, host: VaultHost, name: str
) -> None:
    host.take()
    newer = {"format": 99}
    told = newer if name == "newest" else {"header": newer, "author": "a newer one", "at_ms": 1}
    database.do("HSET", AccountKeys("default").vault, name, json.dumps(told))
    assert problem(caller.get(PATH), 422) == "archive_refused"
    assert problem(bring(caller, archive), 422) == "archive_refused"


def test_a_session_that_is_alive_is_replaced_only_if_a_person_says_so(
    caller: Caller, archive: Path, host: VaultHost
) -> None:
    host.take()
    host.link()
    assert problem(bring(caller, archive), 409) == "session_alive"
    assert host.copies.vault.custody().offer is None
    assert bring(caller, archive, accept_stale=True).status_code == 202
    assert host.open() == RESTORED


def test_a_file_that_was_not_uploaded_is_named(caller: Caller) -> None:
    assert problem(caller.post(PATH, {"file": "9f" * 16}), 404) == "file_unknown"
    assert problem(caller.post(PATH, {"file": "../x"}), 422) == "request_invalid"


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-1], lambda raw: b"nothing", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])]
)
def test_what_is_no_whole_archive_is_refused(
    caller: Caller, archive: Path, damage: Callable[[bytes], bytes]
) -> None:
    archive.write_bytes(damage(archive.read_bytes()))
    assert problem(bring(caller, archive), 422) == "archive_refused"


def test_an_archive_of_another_account_is_refused(caller: Caller, tmp_path: Path) -> None:
    assert problem(bring(caller, made(tmp_path / "other.session", "other")), 422) == "archive_refused"


@pytest.mark.parametrize("scope", ["send", "read"])
def test_only_admins_see_or_bring_sessions(make_caller: Callable[..., Caller], scope: str) -> None:
    caller = make_caller(scope)
    assert problem(caller.get(PATH), 403) == "scope_missing"
    assert problem(caller.post(PATH, {"file": "9f" * 16}), 403) == "scope_missing"


def test_without_a_vault_that_is_said(
    make_app: Callable[..., Flask], database: Database, settings: Settings
) -> None:
    Accounts(database).add("default", 1)
    client = make_app(vault="off").test_client()
    caller = Caller(client, ApiKeys(database).create("test", ("admin",), 1), settings)
    assert problem(caller.get(PATH), 409) == "vault_off"


def test_a_vault_that_is_away_is_said(caller: Caller, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ObjectStoreFailed("S3 failed: EndpointConnectionError")

    monkeypatch.setattr(Vault, "bring", away)
    monkeypatch.setattr(Vault, "sizes", away)
    assert problem(caller.get(PATH), 503) == "vault_unavailable"
    assert problem(bring(caller, archive), 503) == "vault_unavailable"


# the command line


@pytest.fixture
def run(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    Accounts(database).add("default", 1)
    environment = {
        "REDIS_URL": settings.redis_url,
        "WHATSAPP_DATA_DIR": str(settings.data_dir),
        "WHATSAPP_VAULT": "folder",
        "COLUMNS": "200",
    }

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, ["session", *arguments], env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_a_new_key_is_shown_with_its_public_half(run: Callable[..., Result]) -> None:
    lines = run("new-key").output.splitlines()
    assert lines[1].startswith("# public key: age1")
    assert lines[2].startswith("AGE-SECRET-KEY-1")


def test_a_session_is_exported_and_imported_elsewhere(
    run: Callable[..., Result], host: VaultHost, tmp_path: Path
) -> None:
    host.take()
    host.link()
    host.leave()
    listed = run("list").output
    assert "newest" in listed
    file = tmp_path / "moved.session"
    assert "archive 1.1" in run("export", str(file)).output
    with pytest.raises(RequestRefused, match="has a session already"):
        run("import", str(file))
    told = run("import", str(file), "--accept-stale").output
    assert "two running copies" in told
    assert "To be used next" in run("list").output
    assert host.take() == RESTORED


def test_a_stale_archive_is_accepted_by_a_person(
    run: Callable[..., Result], host: VaultHost, database: Database, settings: Settings, tmp_path: Path
) -> None:
    host.take()
    host.link()
    host.save()
    host.send()
    host.lease.release()
    assert "sent since: 1" in run("list").output
    other = VaultHost(database, settings, tmp_path / "other")
    with pytest.raises(SessionWaits) as waits:
        other.take()
    assert waits.value.reason == Refusal.STALE
    run("import", "--newest", "--accept-stale")
    assert other.open() == RESTORED


def test_after_redis_lost_its_data_a_person_says_which_archive(
    run: Callable[..., Result], host: VaultHost, database: Database, settings: Settings, tmp_path: Path
) -> None:
    host.take()
    host.link()
    host.leave()
    database.do("FLUSHALL")
    Accounts(database).add("default", 1)
    other = VaultHost(database, settings, tmp_path / "other")
    with pytest.raises(SessionWaits) as waits:
        other.take()
    assert waits.value.reason == Refusal.UNPROVEN
    run("import", "--newest")
    assert other.open() == RESTORED


def test_nothing_to_export_or_import_is_said(run: Callable[..., Result], tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match="no archive"):
        run("export", str(tmp_path / "x"))
    with pytest.raises(RequestRefused, match="does not have"):
        run("import", "--newest")
    (tmp_path / "notes.txt").write_text("hello", "ascii")
    with pytest.raises(RequestRefused, match="no session archive"):
        run("import", str(tmp_path / "notes.txt"))
    assert run("import").exit_code == 2
