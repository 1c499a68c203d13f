from typing import Any

import pytest

from tests.support.looks import DIALOG, OK, page

CLOSE = {"label": "X", "x": 1, "y": 2, "closes": True}
BANNER: dict[str, Any] = {"text": "…", "texts": [], "x": 1, "y": 2, "close": None}


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"texts": ["offline"], "warns": True}, True),
        ({"texts": ["connecting"]}, True),
        ({"texts": ["syncing"], "harmless": True}, True),
        ({"warns": True}, True),  # in a language nobody knows
        ({}, True),
        ({"harmless": True}, False),
        ({"close": CLOSE, "warns": True}, False),
        ({"texts": ["update_available"]}, False),
        ({"texts": ["restricted"], "warns": False}, False),
        ({"warns": True, "turned": True}, False),  # it speaks of the language
        ({"turned": True}, True),
    ],
)
def test_a_banner_says_that_the_page_is_not_connected(changes: dict[str, Any], trouble: bool) -> None:
    """Issue 11, D."""
    snapshot = page(chat_pane=True, banners=[{**BANNER, **changes}])
    assert snapshot.banners[0].is_trouble is trouble
    assert snapshot.trouble is trouble


def test_the_cross_of_a_dialog_is_recognised_by_its_icon() -> None:
    """Issue 11, D."""
    assert page(dialogs=[DIALOG]).dialogs[0].cross is None
    cross = page(dialogs=[{**DIALOG, "buttons": [OK, CLOSE]}]).dialogs[0].cross
    assert cross is not None
    assert cross.label == "X"
