"""Names that lead to a chat, as they are stored: a letter for the kind, a colon, the value."""

from enum import StrEnum


class NameKind(StrEnum):
    PHONE = "p"
    """E.164."""
    WHATSAPP_ID = "w"
    TITLE = "t"
    FORMER_ID = "i"
    """The id of a record that was merged into another one."""


def chat_name(kind: NameKind, value: str) -> str:
    return f"{kind}:{value}"


def phone_name(phone: str) -> str:
    return chat_name(NameKind.PHONE, phone)


def title_name(title: str) -> str:
    return chat_name(NameKind.TITLE, title)


def parts_of(name: str) -> tuple[NameKind, str]:
    """Kind and value. Raises ValueError if ``name`` is not a chat's name."""
    kind, _, value = name.partition(":")
    return NameKind(kind), value
