"""Which phone's chat is open: by navigation or by ids, never by a title (issue 11, A)."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import whatsapp_tasks
from tests.support.looks import DIALOG, page
from whatsapp_tasks.domain.open_chat import ChatMark, OpenChat, Opening, judge_opening, mark_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot

VICTIM, ATTACKER = "+4915112345678", "+4915187654321"
VICTIM_TITLE, ATTACKER_TITLE = "+49 1511 2345678", "+49 1518 7654321"
BOX = {"text": "", "focused": True, "x": 1, "y": 2, "node": 9}


def showing(
    title: str,
    nodes: tuple[int, int, int] = (1, 2, 3),
    *texts: str,
    document: str = "load",
    chats: tuple[str | None, ...] = (),
    **chat: Any,
) -> PageSnapshot:
    bubbles = [
        {"id": str(n), "outgoing": True, "text": "x", "tick": "sent", "chat": phone}
        for n, phone in enumerate(chats)
    ]
    shown = {"title": title, "compose": BOX, "notice": "", "bubbles": bubbles, "panel": True, "nodes": nodes}
    return page(*texts, chat_pane=True, document=document, chat={**shown, **chat})


def mark(snapshot: PageSnapshot) -> ChatMark:
    found = mark_of(snapshot)
    assert found is not None
    return found


def test_a_chat_that_bears_the_number_proves_nothing_until_the_page_has_moved() -> None:
    """The attacker's chat, titled with the victim's number, is open when the victim's is asked for."""
    before = showing(VICTIM_TITLE)
    assert judge_opening(before, VICTIM, mark(before)) is None
    moved = showing(VICTIM_TITLE, (4, 5, 6))
    assert judge_opening(moved, VICTIM, mark(before)) is Opening.OPEN


@pytest.mark.parametrize("nodes", [(4, 2, 3), (1, 5, 6), (4, 5, 6)])
def test_new_elements_tell_a_switch_even_where_both_titles_are_the_same(nodes: tuple[int, int, int]) -> None:
    before = showing("Ada")
    assert judge_opening(showing("Ada", nodes), VICTIM, mark(before)) is Opening.OPEN


@pytest.mark.parametrize("nodes", [(1, 5, 3), (1, 2, 6), (1, 2, 0)])
def test_a_header_or_a_footer_alone_that_is_drawn_again_is_no_switch(nodes: tuple[int, int, int]) -> None:
    before = showing("Ada")
    assert judge_opening(showing("Ada", nodes), VICTIM, mark(before)) is None
    assert OpenChat(VICTIM, mark(before)).holds_in(showing("Ada", (1, 5, 3)))


def test_a_new_title_alone_is_no_switch() -> None:
    before = showing("Ada")
    assert judge_opening(showing("Eve"), VICTIM, mark(before)) is None


def test_after_a_full_load_for_the_phone_there_is_no_other_chat_it_could_be() -> None:
    assert judge_opening(showing("Ada"), VICTIM, None) is Opening.OPEN


def test_a_title_that_is_another_number_is_a_hint_that_stops() -> None:
    assert judge_opening(showing(ATTACKER_TITLE), VICTIM, None) is Opening.WRONG


@pytest.mark.parametrize(
    "title", ["0151 12345678", "20240117-33", "~+49 1518 7654321", "٤٩١٥١٨٧٦٥٤٣٢١", "~Ada"]
)
def test_a_name_that_looks_like_a_number_is_a_name(title: str) -> None:
    """Issue 11, A: such a contact could never be written to."""
    assert judge_opening(showing(title), VICTIM, None) is Opening.OPEN


def test_ids_that_carry_the_phone_prove_it_without_a_switch() -> None:
    same = showing("Eve", chats=("4915112345678",))
    assert judge_opening(same, VICTIM, mark(same)) is Opening.OPEN


def test_ids_prove_more_than_a_title() -> None:
    assert judge_opening(showing(ATTACKER_TITLE, chats=("4915112345678",)), VICTIM, None) is Opening.OPEN
    assert judge_opening(showing(VICTIM_TITLE, chats=("4915187654321",)), VICTIM, None) is Opening.WRONG
    mixed = showing(VICTIM_TITLE, chats=("4915112345678", "4915187654321"))
    assert judge_opening(mixed, VICTIM, None) is Opening.WRONG


def test_a_starting_chat_popup_means_not_yet() -> None:
    dialogs = [{"title": "Starting chat", "text": "", "buttons": [], "texts": ["starting_chat"]}]
    busy = page(chat_pane=True, dialogs=dialogs, chat=None)
    assert judge_opening(busy, VICTIM, None) is None


def test_a_dialog_that_nobody_knows_is_an_answer_that_nobody_understands() -> None:
    """Issue 11, D: in another language the popup of an unknown number stopped the account."""
    dialogs = [{"title": "", "text": "Bilinmiyor", "buttons": [], "texts": []}]
    assert judge_opening(page(chat_pane=True, dialogs=dialogs, chat=None), VICTIM, None) is Opening.COVERED


def test_a_chat_without_box_or_notice_is_bare() -> None:
    assert judge_opening(showing("Ada", compose=None), VICTIM, None) is Opening.BARE
    assert judge_opening(showing("Ada", compose=None, notice="Blocked"), VICTIM, None) is Opening.OPEN


@pytest.mark.parametrize("screen", ["temporary_ban", "use_here"])
def test_a_page_that_is_no_longer_one_with_chats_ends_the_wait(screen: str) -> None:
    """Issue 11, C12."""
    assert judge_opening(page(screen, screen="…"), VICTIM, None) is Opening.GONE


different: Any = st.sampled_from(
    [
        {"title": "Eve"},
        {"nodes": (4, 2, 3)},
        {"nodes": (1, 2, 6)},
        {"document": "another load"},
    ]
)


@given(different)
def test_what_was_opened_holds_only_until_anything_of_it_moves(change: dict[str, Any]) -> None:
    opened = OpenChat(VICTIM, mark(showing("Ada")))
    assert opened.holds_in(showing("Ada"))
    assert not opened.holds_in(showing(**{"title": "Ada", **change}))
    assert not opened.holds_in(page(chat_pane=True, chat=None))


def test_it_is_the_chat_of_all_forms_of_the_number_and_of_no_other() -> None:
    opened = OpenChat("+5511987654321", mark(showing("Ada")))
    assert opened.is_with("+551187654321")
    assert not opened.is_with(VICTIM)


# No way to the box but through what was opened.

SOURCES = Path(whatsapp_tasks.__file__).parent
INPUTS = {"type_text", "press_enter", "press_send", "clear_compose"}


def inputs() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the session that brings something into the compose box."""
    for path in (SOURCES / "session").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in INPUTS:
                yield path.name, node


def test_no_code_path_types_without_the_mark_of_an_opened_chat() -> None:
    found = list(inputs())
    assert {getattr(call.func, "attr", "") for _, call in found} == INPUTS
    for name, call in found:
        marks = [ast.unparse(arg) for arg in call.args]
        assert "opened.mark" in marks, f"{name}: {ast.unparse(call)}"


def test_only_the_navigation_of_this_worker_makes_an_opened_chat() -> None:
    """Of the chat that a message is for, by its phone or proved by what it shows, and of the one that shows
    that look-ups work.
    """
    makers = {
        path.name
        for path in SOURCES.rglob("*.py")
        if any(
            isinstance(node, ast.Call) and getattr(node.func, "id", "") == "OpenChat"
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    }
    assert makers == {"opening.py", "recipient_opening.py", "lookups.py"}


@pytest.mark.parametrize("missing", [{"title": ""}, {"panel": False}], ids=str)
def test_a_chat_without_its_title_or_its_messages_is_not_settled_yet(missing: dict[str, Any]) -> None:
    """Found by `make mutants`."""
    chat: dict[str, Any] = {"title": "Ada", "compose": None, "notice": "closed", "bubbles": [], "panel": True}
    assert judge_opening(page(chat_pane=True, chat=chat), "+4915112345678", None) is Opening.OPEN
    assert judge_opening(page(chat_pane=True, chat={**chat, **missing}), "+4915112345678", None) is None


def test_a_dialog_that_only_tells_something_is_told_from_one_that_is_awaited() -> None:
    """Found by `make mutants`."""
    for text, opening in (("whats_new", Opening.NUISANCE), ("starting_chat", None)):
        snapshot = page(chat_pane=True, dialogs=[{**DIALOG, "texts": [text]}])
        assert judge_opening(snapshot, "+4915112345678", None) is opening
