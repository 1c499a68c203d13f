from tests.support.looks import DIALOG, page
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.chat_snapshot import ChatRow


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


def test_rows_of_the_chat_list_are_there_where_they_were_asked_for() -> None:
    assert page(chat_pane=True).rows is None
    found = page(chat_pane=True, rows=[{"title": "Ada", "unread": 2, "preview": "hi"}]).rows
    assert found == (ChatRow("Ada", 2, "hi"),)
    assert "Ada" not in repr(found)


def test_a_notice_names_only_what_stands_for_a_box() -> None:
    chat: dict[str, object] = {"title": "Ada", "compose": None, "notice": "…", "bubbles": [], "panel": True}
    found = page(chat={**chat, "notice_texts": ["chat_closed", "read", "restricted"]}).chat
    assert found is not None
    assert found.notice_texts == {"chat_closed", "restricted"}
