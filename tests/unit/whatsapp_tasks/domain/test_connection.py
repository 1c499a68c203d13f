"""Whether a page is calm enough to conclude from what it does not show."""

from typing import Any

import pytest

from tests.support.looks import DIALOG, page
from whatsapp_tasks.domain.connection import is_calm

UNKNOWN_BANNER = {"text": "Ei yhteyttä", "texts": [], "x": 1, "y": 2, "close": None}
CROSS = {"label": "", "x": 1, "y": 2, "closes": True}


def test_a_page_with_its_chats_and_nothing_amiss_is_calm() -> None:
    assert is_calm(page(chat_pane=True))


@pytest.mark.parametrize(
    "signs",
    [
        {"trouble": ["favicon"]},
        {"banners": [UNKNOWN_BANNER]},
        {"banners": [{**UNKNOWN_BANNER, "close": CROSS}, UNKNOWN_BANNER]},
        {"online": False},
        {"chat_pane": False},
        {"chat_pane": False, "startup": True},
        {"dialogs": [DIALOG]},
    ],
    ids=str,
)
def test_a_sign_without_known_words_is_enough(signs: dict[str, Any]) -> None:
    """Issue 11, D1."""
    assert not is_calm(page(**{"chat_pane": True, **signs}))


@pytest.mark.parametrize("text", ["offline", "connecting", "syncing"])
def test_a_page_that_says_so_is_not_calm(text: str) -> None:
    assert not is_calm(page(text, chat_pane=True))


@pytest.mark.parametrize(
    "banner", [{"close": CROSS}, {"harmless": True}, {"texts": ["update_available"]}], ids=str
)
def test_a_banner_that_only_offers_something_leaves_it_calm(banner: dict[str, Any]) -> None:
    assert is_calm(page(chat_pane=True, banners=[{**UNKNOWN_BANNER, **banner}]))
