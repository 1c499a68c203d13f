"""The ways to link a phone, and out of it, in each era and language."""

from tests.browser.pages.stage import Stage
from whatsapp_tasks.domain.page_snapshot import PageKind, PageSnapshot, kind_of


def test_from_qr_code_to_chats_with_nothing_unknown_between(unlinked: Stage) -> None:
    kinds = set()

    def note(snapshot: PageSnapshot) -> PageSnapshot | None:
        kinds.add(kind_of(snapshot))
        return snapshot if snapshot.chat_pane else None

    unlinked.kind(PageKind.QR)
    unlinked.picture("qr")
    unlinked.simulator.link()
    unlinked.until(note)
    assert kinds <= {PageKind.QR, PageKind.LOADING, PageKind.MAIN}


def test_the_code_changes_in_place_and_runs_out(unlinked: Stage) -> None:
    unlinked.begin(speed=400)
    codes = set()

    def note(snapshot: PageSnapshot) -> PageSnapshot | None:
        codes.add(snapshot.qr)
        return snapshot if kind_of(snapshot) is PageKind.QR_EXPIRED else None

    snapshot = unlinked.until(note)
    unlinked.picture("qr_expired")
    assert len(codes) >= 3
    assert snapshot.qr_reload is not None
    unlinked.simulator.set(speed=1)
    unlinked.watcher().renew_qr(unlinked.whatsapp, snapshot)
    unlinked.kind(PageKind.QR)


def test_a_logout_leads_back_to_the_code(stage: Stage) -> None:
    kinds = set()

    def note(snapshot: PageSnapshot) -> PageSnapshot | None:
        kinds.add(kind_of(snapshot))
        return snapshot if kind_of(snapshot) is PageKind.QR else None

    stage.simulator.logout()
    stage.until(note)
    assert kinds <= {PageKind.MAIN, PageKind.LOGGING_OUT, PageKind.LOADING, PageKind.QR}
    stage.link()


def test_a_logout_by_ban_says_nothing_and_is_told_by_the_code(stage: Stage) -> None:
    stage.simulator.scenario("permanent_ban")
    snapshot = stage.kind(PageKind.QR)
    assert "ban" not in snapshot.texts
    stage.simulator.clear_scenarios()
    stage.begin()
    stage.link()
