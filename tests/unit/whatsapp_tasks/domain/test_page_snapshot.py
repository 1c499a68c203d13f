"""What kind of page a snapshot shows: the app's own precedence."""

from typing import Any

import pytest

from tests.support.looks import DIALOG, OK, page
from whatsapp_tasks.domain.page_snapshot import (
    TICK_STATUS,
    Bubble,
    ChatRow,
    PageKind,
    PageSnapshot,
    Popup,
    kind_of,
    popup_of,
)
from whatsapp_tasks.domain.statuses import Status


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


@pytest.mark.parametrize(
    ("texts", "popup"),
    [
        (["starting_chat"], Popup.STARTING_CHAT),
        (["invalid_number"], Popup.INVALID_NUMBER),
        (["whats_new"], Popup.WHATS_NEW),
        (["too_long"], Popup.TOO_LONG),
        (["message_not_sent"], Popup.NOT_SENT),
        (["connecting"], Popup.CONNECTING),
        (["restricted"], Popup.RESTRICTION),
        (["ban", "restricted"], Popup.BAN),
        ([], Popup.OTHER),
        (["starting_chat", "invalid_number"], Popup.STARTING_CHAT),
    ],
)
def test_a_popup_is_recognised_by_its_own_text(texts: list[str], popup: Popup) -> None:
    assert popup_of(page(dialogs=[{**DIALOG, "texts": texts}])) is popup


def test_a_text_elsewhere_on_the_page_says_nothing_of_a_dialog() -> None:
    assert popup_of(page("invalid_number")) is Popup.NONE
    assert popup_of(page("invalid_number", dialogs=[DIALOG])) is Popup.OTHER


def test_the_topmost_dialog_decides() -> None:
    below, top = ({**DIALOG, "texts": [name]} for name in ("invalid_number", "whats_new"))
    assert popup_of(page(dialogs=[below, top])) is Popup.WHATS_NEW


def test_a_raw_snapshot_is_taken_over_whole() -> None:
    bubble = {"id": "b", "outgoing": True, "text": "hi", "tick": "sent", "chat": None}
    compose = {"text": "", "focused": True, "x": 1, "y": 2}
    chat: dict[str, object] = {
        "title": "Ada",
        "compose": compose,
        "notice": "",
        "bubbles": [bubble],
        "panel": True,
    }
    snapshot = page(chat=chat, dialogs=[DIALOG])
    assert snapshot.chat is not None
    assert snapshot.chat.compose is not None
    assert snapshot.chat.bubbles == (Bubble("b", outgoing=True, text="hi", tick="sent"),)
    assert snapshot.dialogs[0].buttons[0].label == "OK"


def test_a_snapshot_in_a_log_shows_no_text_title_or_code() -> None:
    bubble = {"id": "b", "outgoing": True, "text": "SECRET", "tick": None, "chat": "SECRET"}
    compose = {"text": "SECRET", "focused": True, "x": 1, "y": 2}
    chat = {"title": "SECRET", "compose": compose, "notice": "SECRET", "bubbles": [bubble], "panel": True}
    snapshot = page(
        chat=chat, qr="SECRET", link_code="SECRET", screen="SECRET", dialogs=[{**DIALOG, "text": "SECRET"}]
    )
    assert "SECRET" not in repr(snapshot)


def test_a_pending_tick_has_no_status_of_its_own() -> None:
    assert "pending" not in TICK_STATUS
    assert TICK_STATUS["read"] is Status.READ


def test_rows_of_the_chat_list_are_there_where_they_were_asked_for() -> None:
    assert page(chat_pane=True).rows is None
    found = page(chat_pane=True, rows=[{"title": "Ada", "unread": 2, "preview": "hi"}]).rows
    assert found == (ChatRow("Ada", 2, "hi"),)
    assert "Ada" not in repr(found)


CLOSE = {"label": "X", "x": 1, "y": 2, "closes": True}
BANNER: dict[str, Any] = {"text": "…", "texts": [], "x": 1, "y": 2, "close": None}


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"texts": ["offline"], "warns": True}, True),
        ({"texts": ["connecting"]}, True),
        ({"texts": ["syncing"], "harmless": True}, True),
        ({"warns": True}, True),  # in a language nobody knows
        ({}, True),
        ({"harmless": True}, False),
        ({"close": CLOSE, "warns": True}, False),
        ({"texts": ["update_available"]}, False),
        ({"texts": ["restricted"], "warns": False}, False),
        ({"warns": True, "turned": True}, False),  # it speaks of the language
        ({"turned": True}, True),
    ],
)
def test_a_banner_says_that_the_page_is_not_connected(changes: dict[str, Any], trouble: bool) -> None:
    """Issue 11, D."""
    snapshot = page(chat_pane=True, banners=[{**BANNER, **changes}])
    assert snapshot.banners[0].is_trouble is trouble
    assert snapshot.trouble is trouble


def test_signs_without_words_are_trouble() -> None:
    assert page(trouble=["progress"]).trouble
    assert not page(chat_pane=True).trouble


def test_the_cross_of_a_dialog_is_recognised_by_its_icon() -> None:
    """Issue 11, D."""
    assert page(dialogs=[DIALOG]).dialogs[0].cross is None
    cross = page(dialogs=[{**DIALOG, "buttons": [OK, CLOSE]}]).dialogs[0].cross
    assert cross is not None
    assert cross.label == "X"


def test_a_notice_names_only_what_stands_for_a_box() -> None:
    chat: dict[str, object] = {"title": "Ada", "compose": None, "notice": "…", "bubbles": [], "panel": True}
    found = page(chat={**chat, "notice_texts": ["chat_closed", "read", "restricted"]}).chat
    assert found is not None
    assert found.notice_texts == {"chat_closed", "restricted"}
