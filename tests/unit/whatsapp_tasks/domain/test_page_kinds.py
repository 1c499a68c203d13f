"""What kind of page a snapshot shows: the app's own precedence."""

from typing import Any

import pytest

from tests.support.looks import DIALOG, OK, page
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot


@pytest.mark.parametrize(
    ("snapshot", "kind"),
    [
        (page(chat_pane=True), PageKind.MAIN),
        (page(qr="2@abc"), PageKind.QR),
        (page(qr="2@abc", qr_reload=OK), PageKind.QR_EXPIRED),
        (page(qr="", qr_reload=OK), PageKind.QR_EXPIRED),
        (page("offline", qr="2@abc", qr_reload=OK), PageKind.OFFLINE),  # issue 11, C10
        (page(qr="2@abc", qr_reload=OK, online=False), PageKind.OFFLINE),
        (page("offline", qr="2@abc"), PageKind.QR),
        (page(link_code="ABCD-1234", qr="2@abc"), PageKind.PAIRING_CODE),
        (page("use_here", chat_pane=True), PageKind.CONFLICT),
        (page("takeover"), PageKind.CONFLICT),
        (page("proxy_blocked"), PageKind.PROXY_BLOCKED),
        (page("disk_full"), PageKind.DISK_FULL),
        (page("code_expired"), PageKind.PAIRING_EXPIRED),
        (page(phone_entry={"text": "", "focused": True, "x": 1, "y": 2, "next": OK}), PageKind.PHONE_ENTRY),
        (page(landing=True), PageKind.LOADING),
        (page("offline", landing=True), PageKind.OFFLINE),
        (page(chat_pane=True, dialogs=[DIALOG]), PageKind.COVERED),
        (page("temporary_ban"), PageKind.TEMPORARY_BAN),
        (page("unsupported"), PageKind.UNSUPPORTED_BROWSER),
        (page("service_unavailable"), PageKind.SERVICE_UNAVAILABLE),
        (page("client_expired"), PageKind.CLIENT_EXPIRED),
        (page("logging_out"), PageKind.LOGGING_OUT),
        (page("offline"), PageKind.OFFLINE),
        (page("connecting"), PageKind.LOADING),
        (page(startup=True), PageKind.LOADING),
        (page(ready="loading"), PageKind.LOADING),
        (page(screen=""), PageKind.LOADING),
        (page(), PageKind.UNKNOWN),
    ],
)
def test_each_kind_is_recognised_by_its_signs(snapshot: PageSnapshot, kind: PageKind) -> None:
    assert kind_of(snapshot) is kind


# Strongest first; each sign stands over all that follow, however many of them show at once.
PRECEDENCE: list[tuple[PageKind, dict[str, Any]]] = [
    (PageKind.TEMPORARY_BAN, {"texts": ["temporary_ban"]}),
    (PageKind.CLIENT_EXPIRED, {"texts": ["client_expired"]}),
    (PageKind.CONFLICT, {"texts": ["use_here"]}),
    (PageKind.MAIN, {"chat_pane": True}),
    (PageKind.PAIRING_CODE, {"link_code": "ABCD-1234"}),
    (PageKind.QR, {"qr": "2@abc"}),
    (PageKind.UNSUPPORTED_BROWSER, {"texts": ["unsupported"]}),
    (PageKind.LOGGING_OUT, {"texts": ["logging_out"]}),
    (PageKind.LOADING, {"startup": True}),
    (PageKind.OFFLINE, {"texts": ["offline"]}),
    (PageKind.LOADING, {"texts": ["connecting"]}),
    (PageKind.UNKNOWN, {}),
]


@pytest.mark.parametrize("place", range(len(PRECEDENCE)))
def test_the_stronger_sign_decides(place: int) -> None:
    changes: dict[str, Any] = {}
    texts: list[str] = []
    for _, signs in PRECEDENCE[place:]:
        changes |= {name: value for name, value in signs.items() if name != "texts"}
        texts += signs.get("texts", [])
    assert kind_of(page(*texts, **changes)) is PRECEDENCE[place][0]


def test_a_service_notice_over_a_working_chat_list_is_no_outage() -> None:
    assert kind_of(page("service_unavailable", chat_pane=True)) is PageKind.MAIN


def test_an_offline_banner_over_the_chat_list_is_still_the_main_page() -> None:
    assert kind_of(page("offline", chat_pane=True, online=False)) is PageKind.MAIN
