"""The worker's vault: its key, and the guard of its lease (issue 14, 3, 4 and "Bad input")."""

import itertools
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from whatsapp_tasks.archives.sealing import new_key
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.session import session_copies
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.tasks import session_vault
from whatsapp_tasks.tasks.session_vault import LeaseGuard, vault_key_of


def test_without_a_vault_no_key_is_needed() -> None:
    assert vault_key_of(Settings()) is None


def test_the_key_comes_from_the_setting_or_from_its_file(tmp_path: Path) -> None:
    key = new_key()
    file = tmp_path / "vault.key"
    file.write_text(f"# public key: …\n{key}\n", "utf-8")
    by_setting = vault_key_of(Settings(vault="folder", vault_key=key))
    by_file = vault_key_of(Settings(vault="folder", vault_key_file=file))
    assert by_setting is not None
    assert by_file is not None
    assert by_setting.recipient == by_file.recipient


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"AGE-SECRET-KEY-1QQ"])
def test_a_missing_or_wrong_key_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "vault.key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="WHATSAPP_VAULT_KEY") as error:
        vault_key_of(Settings(vault="folder", vault_key_file=file))
    assert "\n" not in str(error.value)
    assert "QQ" not in str(error.value)


def test_no_key_at_all_is_one_line() -> None:
    with pytest.raises(ConfigurationError, match="session new-key"):
        vault_key_of(Settings(vault="folder"))


def test_a_browser_that_could_outlive_its_worker_gets_no_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_copies, "die_with_parent", lambda: ())
    with pytest.raises(ConfigurationError, match="setpriv"):
        vault_key_of(Settings(vault="folder", vault_key=new_key()))


def test_the_browser_is_ended_before_another_host_may_have_the_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Redis cannot be reached: the lease runs out by the local clock."""
    monkeypatch.setattr(session_vault, "LOOK_SECONDS", 0.001)
    left, ended, tries = [10.0], threading.Event(), itertools.count()
    keeper = SimpleNamespace(started=True)

    def end_at_once() -> None:
        if next(tries) == 0:
            raise OSError("a process that cannot be ended now")
        keeper.started = False
        ended.set()

    keeper.end_at_once = end_at_once
    context = SimpleNamespace(
        lease=SimpleNamespace(seconds_left=lambda: left[0]),
        keeper=keeper,
        settings=Settings(lease_seconds=10),
    )
    LeaseGuard(cast(AccountContext, context)).start()
    time.sleep(0.05)
    assert not ended.is_set()
    left[0] = 0.9
    assert ended.wait(10)
