import pytest

from whatsapp_tasks.domain.chat_names import NameKind, chat_name, parts_of, phone_name, title_name


@pytest.mark.parametrize("kind", NameKind)
@pytest.mark.parametrize("value", ["", "Ada", "p:+4915112345678", "12:30 group"])
def test_a_name_gives_back_what_it_was_made_of(kind: NameKind, value: str) -> None:
    assert parts_of(chat_name(kind, value)) == (kind, value)


def test_names_are_what_is_stored() -> None:
    """Names stored by an earlier release lead to their chats."""
    assert phone_name("+4915112345678") == "p:+4915112345678"
    assert title_name("Ada") == "t:Ada"
    assert chat_name(NameKind.WHATSAPP_ID, "1@g.us") == "w:1@g.us"
    assert chat_name(NameKind.FORMER_ID, "0f-default") == "i:0f-default"


def test_what_is_no_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="x"):
        parts_of("x:Ada")
