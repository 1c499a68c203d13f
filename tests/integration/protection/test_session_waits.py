"""What an account does whose session is away, over, or saved (issue 14: 4, 6 and "Bad input")."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.looks import LOADING, MAIN, QR
from tests.support.session_rig import Make, SessionRig
from whatsapp_tasks.domain.session_archives import SENTENCES, Refusal
from whatsapp_tasks.domain.states import SessionEvent, meaning_of
from whatsapp_tasks.errors import BrowserDied, SessionWaits
from whatsapp_tasks.operations import Operations
from whatsapp_tasks.session import commands, page_starts
from whatsapp_tasks.session.vault import SessionVault
from whatsapp_tasks.stores.events import EventLog


class Vault:
    """Remembers what it was told; ``waits`` is why no copy of the session may run."""

    def __init__(self) -> None:
        self.waits: SessionWaits | None = None
        self.why = "browser_started"
        self.told: list[Any] = []
        self.quiet = True
        self.taking_over = SimpleNamespace(prepare=self.prepare, gaps=(), runs_under_our_lease=True)
        self.saving = SimpleNamespace(
            logged_in=lambda *, linked_anew: self.told.append(("logged_in", linked_anew)),
            logged_out=lambda: self.told.append("logged_out"),
            deleted=lambda reason: self.told.append(("deleted", reason)),
            look=lambda *_: self.quiet,
        )

    def prepare(self) -> str:
        if self.waits is not None:
            raise self.waits
        return self.why


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def it(make_rig: Make, vault: Vault) -> SessionRig:
    rig = make_rig()
    rig.context.vault = cast(SessionVault, vault)
    return rig


def reasons(it: SessionRig) -> list[str]:
    return [entry["reason"] for entry in reversed(it.context.sessions.history())]


@pytest.mark.parametrize("refusal", sorted(Refusal))
def test_no_browser_starts_while_no_copy_of_the_session_may_run(
    it: SessionRig, vault: Vault, refusal: Refusal
) -> None:
    vault.waits = SessionWaits(refusal, SENTENCES[refusal])
    assert it.see(LOADING) == "ATTENTION"
    assert not it.keeper.started
    session = it.context.sessions.get()
    assert session.reason == f"session_{refusal}"
    assert SENTENCES[refusal] in meaning_of(session.state, session.reason)
    assert not it.session.delivery.may_send
    before = len(it.context.sessions.history())
    it.see(LOADING)
    assert len(it.context.sessions.history()) == before  # said once


def test_the_store_is_asked_less_and_less_often(
    it: SessionRig, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listing of S3 costs money. What a person asks for counts at once."""
    now = 1000.0
    monkeypatch.setattr(page_starts, "time", SimpleNamespace(monotonic=lambda: now))
    vault.waits = SessionWaits(Refusal.UNPROVEN, "unproven")

    def pause() -> float:
        it.see(LOADING)
        return it.session._starts._not_before - now

    assert [pause() for _ in range(7)] == [2, 4, 8, 16, 32, 60, 60]
    it.session.commands.restart_browser()
    assert it.session._starts._not_before == 0
    assert pause() == 2
    vault.waits = None
    it.see(MAIN)
    it.keeper.started, vault.waits = False, SessionWaits(Refusal.UNPROVEN, "unproven")
    assert pause() == 2


def test_a_restored_session_is_said_in_the_history(it: SessionRig, vault: Vault) -> None:
    vault.waits = SessionWaits(Refusal.STORE_AWAY, "away")
    it.see(LOADING)
    vault.waits, vault.why = None, "session_restored"
    assert it.see(MAIN) == "AUTHENTICATED"
    assert reasons(it)[-3:] == ["session_store_away", "session_restored", "chat_list_shown"]


def test_a_restored_session_is_an_event_although_the_state_stays(it: SessionRig, vault: Vault) -> None:
    """A new worker is in INIT already when it restores."""
    vault.why = "session_restored"
    it.see(LOADING)
    latest = EventLog(it.rig.database, "default").latest(1)[0]
    assert (latest.type, latest.code) == ("session.state", "session_restored")


def test_failures_of_this_kind_open_no_circuit(it: SessionRig, vault: Vault) -> None:
    vault.waits = SessionWaits(Refusal.STALE, "stale")
    for _ in range(it.context.settings.circuit_failures + 3):
        assert it.see(LOADING) == "ATTENTION"


def test_the_vault_is_told_of_a_link_and_of_a_login(it: SessionRig, vault: Vault) -> None:
    it.see(QR)
    it.see(MAIN)
    assert vault.told == [("logged_in", True)]
    it.keeper.started = False
    it.see(MAIN)
    assert vault.told[1:] == [("logged_in", False)]


def test_a_lease_that_was_taken_again_means_a_new_browser(it: SessionRig, vault: Vault) -> None:
    """Another host may have run the session in between."""
    it.see(MAIN)
    vault.taking_over.runs_under_our_lease = False
    vault.why = "session_restored"
    it.see(MAIN)
    assert it.keeper.ended == 1
    assert "session_restored" in reasons(it)


def test_a_logout_by_the_phone_marks_the_archives(it: SessionRig, vault: Vault) -> None:
    it.see(MAIN)
    assert it.see(QR) == "QR_PENDING"
    assert vault.told[-1] == "logged_out"


def test_a_ban_deletes_the_archives(it: SessionRig, vault: Vault) -> None:
    it.see(MAIN)
    for event in (SessionEvent.BAN_SIGNAL, SessionEvent.BAN_CONFIRMED):
        it.session._watcher._apply(it.session._watcher.state, _sight(event))
    assert vault.told[-1] == ("deleted", "banned")


def _sight(event: SessionEvent) -> Any:
    return SimpleNamespace(event=event, reason="test", restriction=None)


def test_an_unlink_deletes_the_archives_also_where_no_copy_may_run(it: SessionRig, vault: Vault) -> None:
    vault.waits = SessionWaits(Refusal.STALE, "stale")
    it.see(LOADING)
    it.session.commands.log_out()
    assert vault.told == [("deleted", "unlinked")]
    assert it.keeper.forgotten == 1
    vault.waits = None
    assert it.see(QR) == "QR_PENDING"  # nothing else is left


@pytest.mark.parametrize("offered", [True, False])
def test_the_archives_are_deleted_once_the_page_has_logged_out(
    it: SessionRig, vault: Vault, monkeypatch: pytest.MonkeyPatch, offered: bool
) -> None:
    """Decision 7. A login that is deleted here is closed in order first: it must not be saved then."""
    at_the_page, when_forgotten = [], []

    def log_out(_: object) -> bool:
        at_the_page.append((it.context.sessions.get().was_linked, list(vault.told)))
        return offered

    it.see(MAIN)
    vault.told.clear()
    monkeypatch.setattr(commands, "log_out", log_out)
    monkeypatch.setattr(
        it.keeper, "forget_login", lambda: when_forgotten.append(it.context.sessions.get().was_linked)
    )
    it.session.commands.log_out()
    assert at_the_page == [(True, [])]
    assert vault.told == [("deleted", "unlinked")]
    assert when_forgotten == ([] if offered else [False])


def test_a_page_that_fails_to_log_out_leaves_an_account_that_is_linked(
    it: SessionRig, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def log_out(_: object) -> bool:
        raise BrowserDied

    it.see(MAIN)
    vault.told.clear()
    monkeypatch.setattr(commands, "log_out", log_out)
    with pytest.raises(BrowserDied):
        it.session.commands.log_out()
    assert it.context.sessions.get().was_linked
    assert vault.told == []


def test_sending_pauses_for_a_quiet_moment_that_does_not_come(it: SessionRig, vault: Vault) -> None:
    vault.quiet = False
    it.see(MAIN)
    assert not it.session.delivery.may_send


def test_what_a_person_asks_of_the_page_says_why_there_is_none(it: SessionRig, vault: Vault) -> None:
    vault.waits = SessionWaits(Refusal.STALE, "no copy may run")
    for ask in (it.session.commands.examine, lambda: it.session.commands.pairing_code("+4915112345678")):
        with pytest.raises(SessionWaits, match="no copy may run"):
            ask()


def test_the_overview_says_what_to_do(it: SessionRig, vault: Vault, database: Any, settings: Any) -> None:
    vault.waits = SessionWaits(Refusal.STALE, SENTENCES[Refusal.STALE])
    it.see(LOADING)
    session = Operations(database, settings, "default").overview().session
    assert "session import --newest --accept-stale" in meaning_of(session.state, session.reason)
