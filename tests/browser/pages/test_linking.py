"""The ways to link a phone, and out of it, in each era and language."""

import re

import pytest

from tests.browser.pages.stage import Stage, within
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.session.linking import request_pairing_code

PHONE = "+12025550199"


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


def test_a_logout_by_ban_says_nothing_and_is_recognised_by_the_code(stage: Stage) -> None:
    stage.simulator.scenario("permanent_ban")
    snapshot = stage.kind(PageKind.QR)
    assert "ban" not in snapshot.texts
    stage.simulator.clear_scenarios()
    stage.begin()
    stage.link()


def test_a_code_for_the_phone_links_it(unlinked: Stage) -> None:
    code = request_pairing_code(unlinked.whatsapp, PHONE, within())
    unlinked.picture("pairing_code")
    assert re.fullmatch(r"[A-Z0-9]{8}", code)
    unlinked.kind(PageKind.PAIRING_CODE)
    unlinked.simulator.pair(code)
    unlinked.kind(PageKind.MAIN)


def test_a_second_request_gives_a_code_of_its_own(unlinked: Stage) -> None:
    first = request_pairing_code(unlinked.whatsapp, PHONE, within())
    second = request_pairing_code(unlinked.whatsapp, PHONE, within())
    assert first != second
    unlinked.simulator.pair(second)
    unlinked.kind(PageKind.MAIN)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("too_many_attempts", "too_many_attempts"),
        ("limited_availability", "pairing_unavailable"),
        ("something_wrong", "pairing_failed"),
    ],
)
def test_what_whatsapp_says_against_a_code_is_reported(unlinked: Stage, kind: str, code: str) -> None:
    unlinked.simulator.scenario("pairing_error", kind=kind)
    with pytest.raises(RequestRefused) as refused:
        request_pairing_code(unlinked.whatsapp, PHONE, within())
    assert refused.value.code == code
    unlinked.kind(PageKind.QR)  # the other way stays open


def test_a_phone_that_whatsapp_does_not_take_is_reported(unlinked: Stage) -> None:
    with pytest.raises(RequestRefused) as refused:
        request_pairing_code(unlinked.whatsapp, "+4912", within())
    assert refused.value.code == "phone_invalid"


def test_a_code_runs_out_and_the_way_begins_again(unlinked: Stage) -> None:
    request_pairing_code(unlinked.whatsapp, PHONE, within())
    unlinked.begin(speed=60)
    request_pairing_code(unlinked.whatsapp, PHONE, within())
    unlinked.kind(PageKind.PAIRING_EXPIRED)
    unlinked.simulator.set(speed=1)
    unlinked.simulator.pair(request_pairing_code(unlinked.whatsapp, PHONE, within()))
    unlinked.kind(PageKind.MAIN)


def test_a_linked_account_gets_no_code(stage: Stage) -> None:
    with pytest.raises(RequestRefused) as refused:
        request_pairing_code(stage.whatsapp, PHONE, within())
    assert refused.value.code == "account_linked"
