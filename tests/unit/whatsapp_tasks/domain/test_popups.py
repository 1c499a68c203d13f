import pytest

from tests.support.looks import DIALOG, page
from whatsapp_tasks.domain.popups import Popup, popup_of


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
