"""What is said of a page that somebody saved (issue 11, E1)."""

from typing import Any

import pytest

from tests.support.looks import DIALOG, page
from tests.unit.whatsapp_tasks.domain.test_page_parts import CHAT
from whatsapp_tasks.domain.page_review import review

BUBBLE: dict[str, Any] = {"id": "1", "outgoing": True, "text": "SECRET", "tick": "sent"}
ALL_FOUND = {"chat_pane": {"any": 1}, "search": {"any": 1}, "chat_row": {"any": 1}}
ROW = {"title": "SECRET", "unread": 2, "preview": "SECRET", "author": "SECRET", "group": True}


def chat(*bubbles: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**CHAT, "title": "SECRET", "bubbles": [{**BUBBLE, **one} for one in bubbles], **changes}


def test_a_page_that_fits_is_reported_in_figures_without_its_texts() -> None:
    shown = page(
        chat_pane=True, rows=[ROW], chat=chat({}, {"outgoing": False, "tick": None, "quoted": "SECRET"})
    )
    told = review(shown, ALL_FOUND)
    assert told.problems == ()
    assert told.bubbles == {"all": 2, "ours": 1, "quoting": 1, "sent": 1, "theirs": 1, "with_text": 2}
    assert told.rows == {"all": 1, "unread": 1, "previews": 1, "groups": 1}
    assert "SECRET" not in repr(told)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, "page_unknown"),
        ({"chat_pane": True, "dialogs": [DIALOG], "rows": [ROW]}, "unknown_dialog"),
        ({"chat_pane": True, "rows": []}, "rows_without_names"),
        ({"chat_pane": True, "rows": [ROW], "chat": chat({"outgoing": None})}, "direction_unknown"),
        ({"chat_pane": True, "rows": [ROW], "chat": chat({"tick": None})}, "tick_unknown"),
        ({"chat_pane": True, "rows": [ROW], "chat": chat(panel=False)}, "selector_missing_message_panel"),
    ],
)
def test_what_does_not_fit_has_a_code(changes: dict[str, Any], problem: str) -> None:
    assert review(page(**changes), ALL_FOUND).problems == (problem,)


def test_an_element_that_is_not_found_is_named() -> None:
    told = review(page(chat_pane=True, rows=[ROW]), {**ALL_FOUND, "search": {"any": 0}})
    assert told.problems == ("selector_missing_search",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "open"),
        ({"compose": None, "notice": "x", "notice_texts": ["chat_closed"]}, "chat_closed"),
        ({"compose": None, "notice": "x"}, "notice"),
        ({"compose": None, "nodes": [1, 2, 0]}, "no_footer"),
        ({"compose": None}, "no_box"),
    ],
)
def test_the_chat_is_recognised_by_what_stands_at_its_end(changes: dict[str, Any], said: str) -> None:
    assert review(page(chat_pane=True, rows=[ROW], chat=chat(**changes)), ALL_FOUND).chat == said
