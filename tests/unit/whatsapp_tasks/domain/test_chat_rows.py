"""What the rows of the chat list say of the chat with a title, also where several chats have it."""

from typing import Any

from whatsapp_tasks.domain.chat_rows import has_badge, is_group, rows_titled, unread_in
from whatsapp_tasks.domain.chat_snapshot import ChatRow


def row(title: str, **of_the_row: Any) -> ChatRow:
    return ChatRow(**{"title": title, "unread": 0, "preview": "", **of_the_row})


def test_rows_are_found_by_their_whole_title() -> None:
    rows = (row("Ada"), row("Ada L."), row("Ada"))
    assert rows_titled(rows, "Ada") == [rows[0], rows[2]]
    assert rows_titled(None, "Ada") == []


def test_of_chats_with_one_title_the_one_with_a_badge_counts() -> None:
    rows = (row("Ada"), row("Ada", unread=3), row("Bo", unread=5))
    assert unread_in(rows, "Ada") == 3
    assert unread_in(rows, "Cy") == 0


def test_a_badge_without_a_number_is_one() -> None:
    assert has_badge((row("Ada", unread_unknown=True),), "Ada")
    assert not has_badge((row("Ada"), row("Bo", unread=1)), "Ada")
    assert not has_badge(None, "Ada")


def test_a_group_is_one_if_any_of_its_rows_says_so() -> None:
    assert is_group((row("Team"), row("Team", group=True)), "Team")
    assert not is_group((row("Ada"), row("Team", group=True)), "Ada")
