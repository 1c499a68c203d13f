from pathlib import Path

import pytest

from whatsapp_tasks.browser.chrome_options import (
    BrowserOptions,
    chromium_command,
    user_agent,
    user_agent_metadata,
)


def options(**changes: object) -> BrowserOptions:
    values: dict[str, object] = {
        "profile": Path("/data/profile"),
        "headless": True,
        "no_sandbox": False,
        "chromium": Path("/opt/chromium"),
        "chromedriver": Path("/opt/chromedriver"),
        "driver_cache": Path("/data/cache"),
        "viewport": (1366, 768),
    }
    return BrowserOptions(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("headless", [True, False])
def test_no_flag_is_given_twice(headless: bool) -> None:
    """Only the last of two counts; of --disable-features, too."""
    flags = [flag.partition("=")[0] for flag in chromium_command(options(headless=headless), "UA")[1:-1]]
    assert len(flags) == len(set(flags))


def test_sandbox_is_on_unless_told() -> None:
    assert "--no-sandbox" not in chromium_command(options(), "UA")
    assert "--no-sandbox" in chromium_command(options(no_sandbox=True), "UA")


def test_profile_is_named_by_its_full_path() -> None:
    command = chromium_command(options(profile=Path("relative")), "UA")
    assert f"--user-data-dir={Path.cwd() / 'relative'}" in command


def test_images_may_be_shown() -> None:
    assert not any("images" in flag for flag in chromium_command(options(block_resources=False), "UA"))


def test_extra_arguments_come_last_but_for_the_address() -> None:
    assert chromium_command(options(extra_args=("--a", "--b")), "UA")[-3:-1] == ["--a", "--b"]


def test_user_agent_names_the_major_version_only() -> None:
    assert "Chrome/156.0.0.0 Safari" in user_agent("156.0.8078.79")


def test_metadata_has_full_versions_and_no_headless() -> None:
    brands = [
        {"brand": "Not:A-Brand", "version": "8"},
        {"brand": "Chromium", "version": "156"},
        {"brand": "HeadlessChrome", "version": "156"},
    ]
    metadata = user_agent_metadata("156.0.8078.79", brands)
    assert metadata["fullVersionList"] == [
        {"brand": "Not:A-Brand", "version": "8.0.0.0"},
        {"brand": "Chromium", "version": "156.0.8078.79"},
    ]
    assert metadata["brands"] == brands[:2]
