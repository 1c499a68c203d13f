"""What the rows of the chat list say of the chat that a press on a title opens."""

from collections.abc import Sequence

from whatsapp_tasks.domain.chat_snapshot import ChatRow


def rows_titled(rows: Sequence[ChatRow] | None, title: str) -> list[ChatRow]:
    return [row for row in rows or () if row.title == title]


def unread_in(rows: Sequence[ChatRow] | None, title: str) -> int:
    """The badge of the chat that a press on this title opens; 0: none, or its number is not shown."""
    return next((row.unread for row in rows_titled(rows, title) if row.unread), 0)


def has_badge(rows: Sequence[ChatRow] | None, title: str) -> bool:
    return any(row.unread or row.unread_unknown for row in rows_titled(rows, title))


def is_group(rows: Sequence[ChatRow] | None, title: str) -> bool:
    return any(row.group for row in rows_titled(rows, title))
