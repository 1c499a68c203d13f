"""What the watcher clicks by itself, and what it never does, in each era and language."""

import pytest

from tests.browser.pages.stage import Stage, within
from tests.browser.pages.test_messages import new_phone
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.domain.page_controls import Button
from whatsapp_tasks.domain.page_kinds import PageKind
from whatsapp_tasks.domain.popups import Popup
from whatsapp_tasks.domain.restrictions import restriction_on
from whatsapp_tasks.session.putting_away import closing_button
from whatsapp_tasks.session.watching import USE_HERE_PER_HOUR

MARK = "#main [data-id] :is([data-testid=fail-container] button, button[title])"
"""Of a message that failed; with a title in E1 and E2 only."""


@pytest.fixture
def pressed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Labels of what is pressed; nothing is pressed for real."""
    labels: list[str] = []

    def press(button: Button, deadline: Deadline) -> None:
        labels.append(button.label)

    monkeypatch.setattr(stage.whatsapp, "press", press)
    return labels


def test_use_here_is_taken_so_often_an_hour_and_no_more(stage: Stage, pressed: list[str]) -> None:
    stage.simulator.scenario("use_here", other="browser")
    snapshot, watcher = stage.kind(PageKind.CONFLICT), stage.watcher()
    for _ in range(USE_HERE_PER_HOUR + 2):
        watcher.help(stage.whatsapp, snapshot)
    assert len(pressed) == USE_HERE_PER_HOUR
    assert not any("log_out" in stage.whatsapp.names_of(label) for label in pressed)


def test_the_notification_banner_is_closed_and_the_update_taken_once(stage: Stage) -> None:
    stage.simulator.scenario("notifications_banner")
    watcher = stage.watcher()
    watcher.help(stage.whatsapp, stage.until(lambda s: s if s.banners else None))
    stage.until(lambda s: s if not s.banners else None)
    stage.simulator.scenario("update_banner")
    snapshot = stage.until(lambda s: s if s.banners else None)
    loaded = stage.loaded_at()
    watcher.help(stage.whatsapp, snapshot)
    stage.whatsapp.page.wait_for("(at) => performance.timeOrigin !== at", loaded, deadline=within())
    snapshot = stage.until(lambda s: s if s.banners and s.chat_pane else None)
    loaded = stage.loaded_at()
    watcher.help(stage.whatsapp, snapshot)  # it stayed in spite of it
    stage.kind(PageKind.MAIN)
    assert stage.loaded_at() == loaded


@pytest.mark.parametrize("scenario", ["offline_banner", "phone_banner"])
def test_a_banner_that_tells_something_stays(stage: Stage, pressed: list[str], scenario: str) -> None:
    stage.simulator.scenario(scenario)
    stage.watcher().help(stage.whatsapp, stage.until(lambda s: s if s.banners else None))
    assert pressed == []


@pytest.mark.parametrize("scenario", ["temporary_ban", "service_unavailable", "disk_full", "client_expired"])
def test_a_full_screen_is_left_to_a_person(stage: Stage, pressed: list[str], scenario: str) -> None:
    stage.simulator.scenario(scenario)
    stage.watcher().help(stage.whatsapp, stage.until(lambda s: s if s.dialogs else None))
    assert pressed == []


def test_a_dialog_nobody_knows_is_left_to_a_person(stage: Stage, pressed: list[str]) -> None:
    stage.simulator.scenario("ban_notice", where="dialog", text="Log out now?")
    stage.watcher().help(stage.whatsapp, stage.kind(PageKind.COVERED))
    assert pressed == []


def test_the_cross_of_a_dialog_nobody_knows_is_pressed(stage: Stage) -> None:
    """Issue 11, D4."""
    stage.load_with("whats_new", title="Mitä uutta", text="Uusi ilme.", button="Jatka", count=1)
    stage.watcher().help(stage.whatsapp, stage.kind(PageKind.COVERED))
    stage.kind(PageKind.MAIN)
    assert stage.send(new_phone(), "Hello").outgoing


def test_the_question_about_a_failed_message_is_answered_with_cancel(stage: Stage) -> None:
    """Issue 11, 0.6: "Try again" would send it a second time."""
    stage.simulator.scenario("failed_bubble", count=1)
    phone = new_phone()
    bubble = stage.ticked(stage.send(phone, "refused"), "failed")
    stage.whatsapp.page.evaluate(f"() => document.querySelector('{MARK}').click()", deadline=within())
    snapshot = stage.popup(Popup.NOT_SENT)
    button = closing_button(stage.whatsapp, snapshot.dialogs[0])
    assert button is not None
    assert button.label in {"Cancel", "Cancelar"}
    stage.watcher().help(stage.whatsapp, snapshot)
    stage.popup(Popup.NONE)
    assert stage.simulator.presses() == {}
    assert stage.ticked(bubble, "failed")
    assert not stage.simulator.messages(phone)


@pytest.mark.parametrize("title", ["account", "web", "linked_devices"])
def test_a_lock_is_asked_once_for_its_end_and_its_explanation_taken_away(stage: Stage, title: str) -> None:
    """Issue 16, part 7: only the dialog has the timer."""
    stage.simulator.scenario("restricted", title=title, timer="11:59:58")
    watcher = stage.watcher()
    snapshot = stage.until(lambda s: s if s.banners else None)
    found = restriction_on(snapshot, now_ms=0)
    assert found is not None
    assert (found.scope, found.until_ms) == (title, None)
    watcher.help(stage.whatsapp, snapshot)
    snapshot = stage.popup(Popup.RESTRICTION)
    found = restriction_on(snapshot, now_ms=0)
    assert found is not None
    assert (found.scope, found.until_ms) == (title, 43_198_000)
    watcher.help(stage.whatsapp, snapshot)
    watcher.help(stage.whatsapp, stage.popup(Popup.NONE))
    stage.popup(Popup.NONE)
