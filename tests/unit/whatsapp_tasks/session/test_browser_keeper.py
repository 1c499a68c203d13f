"""The browser of an account: it opens WhatsApp Web only while the lease is held (issue 14, 4)."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import BrowserStartFailed, LeaseLost
from whatsapp_tasks.session import browser_keeper
from whatsapp_tasks.session.browser_keeper import BrowserKeeper


def test_a_start_that_outlived_the_lease_opens_nothing(tmp_path: Path) -> None:
    """A browser may take a minute to start; another host may have the session by then."""
    page = Mock()
    keeper = BrowserKeeper(Settings(data_dir=tmp_path), "default", open_=lambda *_: page)
    keeper.before_open = Mock(side_effect=LeaseLost)
    with pytest.raises(LeaseLost):
        keeper.ensure()
    page.goto.assert_not_called()
    keeper.before_open = Mock()
    keeper.ensure()
    page.goto.assert_called_once()


def test_beside_other_people_the_profile_is_taken_only_where_the_setting_allows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 12, row 12: WHATSAPP_ACCEPT_OTHER_USERS."""
    monkeypatch.setattr(browser_keeper, "require_alone", Mock(side_effect=BrowserStartFailed("others")))
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(BrowserStartFailed, match="others"):
        BrowserKeeper(settings, "default").take_profile()
    assert not settings.profile_dir("default").exists()
    keeper = BrowserKeeper(settings.model_copy(update={"accept_other_users": True}), "default")
    keeper.take_profile()
    assert settings.profile_dir("default").exists()
    keeper.close()
