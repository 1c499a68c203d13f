"""What a person says to an account from the shell."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from whatsapp_tasks import cli as cli_package
from whatsapp_tasks.cli.main import cli, console
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.circuit import CLOSED, CircuitRules
from whatsapp_tasks.domain.incoming import ReceiveMode
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.states import SessionEvent
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.circuits import Circuits
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.incoming import Incoming
from whatsapp_tasks.stores.leases import Lease
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions


@pytest.fixture(autouse=True)
def _environment(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, database: Database, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("WHATSAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(console, "_width", 200)  # it read COLUMNS when it was made
    Accounts(database).add("default", 1)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, catch_exceptions=True)


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, RequestRefused), result.output
    return result.exception.code


def test_pause_and_resume_are_idempotent_and_say_who(database: Database) -> None:
    assert said("pause", "--note", "lunch") == "default is paused\n"
    assert said("pause", "--note", "dinner") == "default was paused already\n"
    fact = Pauses(database, "default").all()["operator"]
    assert fact["note"] == "lunch"
    assert " on " in fact["author"]
    assert said("resume") == "the pause 'operator' is over\n"
    assert said("resume") == "default was not paused for 'operator'\n"


def test_resume_leaves_other_reasons_and_tells_them(database: Database) -> None:
    Pauses(database, "default").set(PauseReason.BAN, "engine", 1, "ban_text")
    said("pause")
    assert (
        "still paused: ban, by engine ban_text; `whatsapp-tasks clear-ban --account default` ends it"
        in said("resume")
    )
    assert run("resume", "--reason", "ban").exit_code != 0  # clear-ban says plainly what it does


def test_resume_of_the_circuit_closes_it(database: Database) -> None:
    lease = Lease(database, "default", 60)
    lease.acquire()
    Circuits(database, "default").put(CLOSED.opened(CircuitRules(), 0), lease.fence)
    said("resume", "--reason", "circuit")
    assert Circuits(database, "default").get() == CLOSED


def test_clear_ban_leads_out_of_banned_and_needs_a_yes(database: Database) -> None:
    sessions, pauses = Sessions(database, "default"), Pauses(database, "default")
    for event in (SessionEvent.LOGGED_IN, SessionEvent.BAN_SIGNAL, SessionEvent.BAN_CONFIRMED):
        sessions.apply(event, 1, reason="test", actor="test", fence=None)
    pauses.set(PauseReason.BAN, "engine", 1)
    assert run("clear-ban").exit_code != 0
    assert sessions.get().state == "BANNED"
    assert "INIT" in said("clear-ban", "--yes")
    assert sessions.get().state == "INIT"
    assert pauses.all() == {}
    assert refused("clear-ban", "--yes") == "nothing_to_clear"


def test_state_tells_how_it_is_and_how_it_came_there(database: Database) -> None:
    sessions = Sessions(database, "default")
    sessions.apply(SessionEvent.LOGGED_IN, 1000, reason="chat_list_shown", actor="worker 1", fence=None)
    sessions.count_cure("start_hung")
    said("pause", "--note", "lunch")
    told = said("state")
    for words in ("AUTHENTICATED", "chat_list_shown", "worker 1", "start_hung 1", "lunch", "1970-01-01"):
        assert words in told


def test_accounts_are_added_listed_and_removed(database: Database) -> None:
    assert "second was added" in said("accounts", "add", "second", "--time-zone", "Europe/Berlin")
    assert "second exists already" in said("accounts", "add", "second")
    assert database.text("HGET", "wa:{second}:account", "time_zone") == "Europe/Berlin"
    listed = said("accounts", "list")
    assert "second" in listed
    assert "100 of 100" in listed
    assert "was removed" in said("accounts", "remove", "second")
    assert "second" not in said("accounts", "list")
    assert database.texts("KEYS", "wa:{second}*") == []


def test_an_account_that_is_removed_leaves_no_file_that_was_on_its_way(tmp_path: Path) -> None:
    """Its worker was killed while it sent one, and no other will start."""
    left, others = (tmp_path / "outgoing" / name / "x" / "a.pdf" for name in ("default", "second"))
    for file in (left, others):
        file.parent.mkdir(parents=True)
        file.write_bytes(b"%PDF-")
    said("accounts", "remove", "default")
    assert [path for path in (tmp_path / "outgoing").rglob("*") if path.is_file()] == [others]


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    result = run("accounts", "add", "second", "--time-zone", "Mars/Olympus")
    assert result.exit_code == 2
    assert "Europe/Berlin" in result.output


def test_an_account_is_not_removed_under_its_worker_nor_with_messages_waiting(
    database: Database, settings: Settings
) -> None:
    from whatsapp_tasks.dispatch import Dispatcher

    Dispatcher(database, settings).send(MessageRequest("+4915112345678", "hello"))
    assert refused("accounts", "remove", "default") == "account_not_empty"
    lease = Lease(database, "default", 60)
    lease.acquire()
    assert refused("accounts", "remove", "default", "--force") == "account_in_use"
    lease.release()
    assert "was removed" in said("accounts", "remove", "default", "--force")
    assert refused("state") == "account_unknown"


def test_a_number_of_lost_writes_and_fences_outlive_a_removal(database: Database) -> None:
    lease = Lease(database, "default", 60)
    lease.acquire()
    lease.release()
    said("pause")
    said("accounts", "remove", "default")
    assert sorted(database.texts("KEYS", "wa:{default}*")) == [
        "wa:{default}:fence",
        "wa:{default}:generation",
    ]


SPOILED = "[/x] [bold]not bold[/bold] :x: [link=http://x]"
"""What a table or a line would take for markup of its own (issue 12, row 20)."""


def test_notes_and_labels_are_shown_as_they_are_issue_12_row_20(database: Database) -> None:
    said("keys", "create", SPOILED)
    assert SPOILED in said("keys", "list")
    Pauses(database, "default").set(PauseReason.OPERATOR, SPOILED, 1, SPOILED)
    assert said("state").count(SPOILED) == 3  # note and author, and the author in the history
    said("webhooks", "add", "there", "http://127.0.0.1:1/[/x]?[bold]=:x:", "--allow-private")
    assert "[/x]?[bold]=:x:" in said("webhooks", "list")


def test_selectors_are_shown_with_their_brackets() -> None:
    assert "[role=" in said("selectors", "show")


def test_no_command_prints_markup() -> None:
    """The console takes none (``cli/main.py``): a style is said apart from the words."""
    folder = Path(cli_package.__path__[0])
    assert [file.name for file in folder.glob("*.py") if "[/]" in file.read_text("utf-8")] == []


def test_files_are_stored_only_where_chats_are_read_in_full(database: Database) -> None:
    """Issue 16, point 2: a clear error otherwise."""
    result = run("accounts", "add", "second", "--receive-media", "all")
    assert result.exit_code == 2
    assert "needs --receive full" in " ".join(result.output.split())
    result = run("accounts", "add", "second", "--receive", "full", "--receive-media", "pictures")
    assert result.exit_code == 2
    assert not Accounts(database).exists("second")
    assert "was added" in said("accounts", "add", "second", "--receive", "full", "--receive-media", "image")
    incoming = Incoming(database, "second")
    assert incoming.media_kinds(frozenset(), ReceiveMode.NOTICE) == {"image"}
    said("accounts", "add", "second", "--receive", "notice")
    assert incoming.media_kinds(frozenset({"image"}), ReceiveMode.FULL) == frozenset()
