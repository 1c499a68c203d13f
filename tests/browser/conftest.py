"""The short form of the tests in the browser (``short_form.py``); ``TEST_PAGES=full`` plays all of them."""

from pathlib import Path

import pytest

from tests.browser.short_form import FULL, is_left_out

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if FULL:
        return
    left_out = {
        item
        for item in items
        if HERE in item.path.parents and is_left_out(item, item.path.relative_to(HERE).as_posix())
    }
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
