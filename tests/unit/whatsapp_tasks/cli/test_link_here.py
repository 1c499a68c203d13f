"""``link --here`` before its window opens (issue 14, 2); the rest: tests/acceptance/test_sessions_move.py."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.vault_host import KEY
from whatsapp_tasks.archives.sealing import VaultKey, new_key
from whatsapp_tasks.cli import link_here
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.client import Client
from whatsapp_tasks.domain.session_archives import ArchiveHeader, ArchiveNumber
from whatsapp_tasks.errors import ApiUnreachable, ConfigurationError, RequestRefused, WaitTimeout

SERVICE = "https://service.example"
VIEW = {"alive": False, "recipient": KEY.recipient}


def run(*arguments: str, **environment: str) -> Result:
    result = CliRunner().invoke(cli, ["link", "--here", *arguments], env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


class Desk:
    """The window and the service, made up."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.view: dict[str, Any] = dict(VIEW)
        self.calls: list[tuple[str, str, Any]] = []
        self.fails: Exception | None = None
        self.links = True
        self.killed_by: signal.Signals | None = None
        self.folders: list[Path] = []
        patch.chdir(folder)
        patch.setenv("WHATSAPP_API_KEY", "wak_1")
        patch.setenv("WHATSAPP_API_SECRET", "was_1")
        patch.setenv("WHATSAPP_CHROMIUM", "/bin/true")
        patch.setenv("DISPLAY", ":0")
        patch.setattr(Client, "call", lambda _, *asked: self._call(*asked))
        patch.setattr(Client, "upload", lambda _, file: {"id": f"id of {file.read_text('ascii')}"})
        patch.setattr(link_here, "PersonLink", self._person)

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        self.calls.append((method, path, body))
        if self.fails is not None and method == "POST":
            raise self.fails
        return self.view

    def _person(self, **parts: Any) -> "Desk":
        self.folders.append(parts["folder"])
        return self

    def archive(self, account: str, recipient: str, target: Path, _: float) -> ArchiveHeader:
        if self.killed_by is not None:
            os.kill(os.getpid(), self.killed_by)
        if not self.links:
            raise WaitTimeout("No phone was linked in time.")
        target.write_bytes(f"for {recipient}".encode())
        return ArchiveHeader(account, ArchiveNumber(), "156.0.1.1", 1)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    return Desk(monkeypatch, tmp_path)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--to URL"),
        (("--to", SERVICE, "--out", "x"), "--to URL"),
        (("--to", "http://service.example"), "https"),
        (("--out", "x"), "--recipient"),
        (("--out", "x", "--recipient", "nonsense"), "like age1"),
        (("--out", "there/x", "--recipient", KEY.recipient), "cannot be written: No such file"),
    ],
)
def test_what_is_missing_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        run(*arguments)


def test_without_a_key_it_says_which(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHATSAPP_API_SECRET")
    with pytest.raises(ConfigurationError, match="scope admin"):
        run("--to", SERVICE)
    assert desk.calls == []


@pytest.mark.parametrize(
    ("view", "code"), [({"alive": True}, "session_alive"), ({"recipient": None}, "vault_off")]
)
def test_a_service_that_cannot_take_it_is_known_before_the_window_opens(
    desk: Desk, view: dict[str, Any], code: str
) -> None:
    desk.view |= view
    with pytest.raises(RequestRefused) as refused:
        run("--to", SERVICE)
    assert refused.value.code == code
    assert desk.folders == []


def test_it_is_handed_over_and_deleted(desk: Desk) -> None:
    assert "was deleted" in run("--to", SERVICE, "--account", "shop").output
    posted = [(path, body) for method, path, body in desk.calls if method == "POST"]
    uploaded = f"id of for {KEY.recipient}"
    assert posted == [("/accounts/shop/session", {"file": uploaded, "accept_stale": False})]
    assert not desk.folders[0].exists()


def test_a_file_is_written_for_the_public_key_that_was_given(desk: Desk, tmp_path: Path) -> None:
    run("--out", "session.file", "--recipient", KEY.recipient)
    assert (tmp_path / "session.file").read_text("ascii") == f"for {KEY.recipient}"
    assert not desk.folders[0].exists()
    assert desk.calls == []


@pytest.mark.usefixtures("desk")
def test_without_one_it_is_for_the_key_that_is_set_here_however_it_is_set(tmp_path: Path) -> None:
    key, file = new_key(), tmp_path / "vault.key"
    file.write_text(f"# a comment\n{key}\n", "ascii")
    for number, environment in enumerate(
        ({"WHATSAPP_VAULT_KEY": key}, {"WHATSAPP_VAULT_KEY_FILE": str(file)})
    ):
        run("--out", f"{number}.session", **environment)
        written = (tmp_path / f"{number}.session").read_text("ascii")
        assert written == f"for {VaultKey(key).recipient}"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_is_closed_leaves_no_login_on_the_desktop(desk: Desk, number: signal.Signals) -> None:
    before = signal.signal(number, lambda *_: None)
    desk.killed_by = number
    try:
        assert run("--to", SERVICE).exit_code == 128 + number
    finally:
        signal.signal(number, before)
    assert not desk.folders[0].exists()
    assert [method for method, _, _ in desk.calls] == ["GET"]


def test_a_phone_that_is_not_linked_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.links = False
    with pytest.raises(WaitTimeout):
        run("--to", SERVICE)
    assert not desk.folders[0].exists()
    assert list(tmp_path.iterdir()) == []


def test_a_session_that_cannot_be_handed_over_is_kept_encrypted(desk: Desk, tmp_path: Path) -> None:
    desk.fails = ApiUnreachable("nothing answers there")
    with pytest.raises(ApiUnreachable):
        run("--to", SERVICE)
    assert (tmp_path / "default.session").exists()
    assert not desk.folders[0].exists()


def test_no_file_is_written_over(desk: Desk, tmp_path: Path) -> None:
    for name in ("x", "default.session"):
        (tmp_path / name).write_text("another", "ascii")
    with pytest.raises(ConfigurationError, match="exists already"):
        run("--out", "x", "--recipient", KEY.recipient)
    assert desk.folders == []
    desk.fails = ApiUnreachable("nothing answers there")
    with pytest.raises(ApiUnreachable):
        run("--to", SERVICE)
    assert (tmp_path / "default.session").read_text("ascii") == "another"
    assert (tmp_path / "default-2.session").read_text("ascii") == f"for {KEY.recipient}"


def test_where_nothing_can_be_written_it_is_kept_elsewhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the command was started, for example: the session must not be lost with it."""
    desk.fails = ApiUnreachable("nothing answers there")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir("/proc")
    with pytest.raises(ApiUnreachable):
        run("--to", SERVICE)
    assert (tmp_path / "home" / "default.session").read_text("ascii") == f"for {KEY.recipient}"


def test_without_a_screen_it_says_so_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(ConfigurationError, match="DISPLAY"):
        run("--to", SERVICE)
    assert (desk.calls, desk.folders) == ([], [])
