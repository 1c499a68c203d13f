from tests.support.looks import DIALOG, page


def test_a_snapshot_in_a_log_shows_no_text_title_or_code() -> None:
    bubble = {"id": "b", "outgoing": True, "text": "SECRET", "tick": None, "chat": "SECRET"}
    compose = {"text": "SECRET", "focused": True, "x": 1, "y": 2}
    chat = {"title": "SECRET", "compose": compose, "notice": "SECRET", "bubbles": [bubble], "panel": True}
    snapshot = page(
        chat=chat, qr="SECRET", link_code="SECRET", screen="SECRET", dialogs=[{**DIALOG, "text": "SECRET"}]
    )
    assert "SECRET" not in repr(snapshot)


def test_signs_without_words_are_trouble() -> None:
    assert page(trouble=["progress"]).trouble
    assert not page(chat_pane=True).trouble
