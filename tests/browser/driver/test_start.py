"""A start that fails is noticed at once, says why, and leaves nothing running."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from whatsapp_tasks.browser import processes
from whatsapp_tasks.browser.driver import open_page
from whatsapp_tasks.errors import BrowserStartFailed

from .conftest import OPEN_S, Opened, Options, Run, Site, within
from .running import left_of


def refused(options: Any, seconds: float = 5.0) -> BrowserStartFailed:
    begun = time.monotonic()
    with pytest.raises(BrowserStartFailed) as caught:
        open_page(options, within(OPEN_S))
    assert time.monotonic() - begun < seconds
    return caught.value


def test_profile_in_use(run: Run, options: Options) -> None:
    running = run()
    error = refused(options(profile=running.profile))
    assert error.exit_code == 21
    assert "in use" in str(error)
    assert running.page.alive()


def test_profile_of_another_host(options: Options, tmp_path: Path) -> None:
    (tmp_path / "SingletonLock").symlink_to("another-host-123")
    assert refused(options(profile=tmp_path)).exit_code == 21
    assert left_of(tmp_path) == []


def test_profile_that_cannot_be_made(options: Options, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file" in str(refused(options(profile=tmp_path / "file" / "profile")))


def test_no_display(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    error = refused(options(headless=False))
    assert error.exit_code == 1
    assert "$DISPLAY" in str(error)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused the sandbox")
def test_sandbox_as_root(options: Options) -> None:
    error = refused(options(no_sandbox=False))
    assert error.exit_code == 1
    assert "--no-sandbox" in str(error)


def test_missing_chromium(options: Options, tmp_path: Path) -> None:
    assert str(tmp_path / "none") in str(refused(options(chromium=tmp_path / "none")))


def test_program_that_is_no_chromium(options: Options) -> None:
    assert "shows no version" in str(refused(options(chromium=Path("/bin/true"))))


def test_chromium_that_dies_at_once(options: Options, tmp_path: Path) -> None:
    script = tmp_path / "chromium"
    script.write_text(
        "#!/bin/sh\n[ $1 = --version ] && echo Chromium 1.2.3.4 && exit\necho broken >&2; exit 7\n"
    )
    script.chmod(0o755)
    error = refused(options(chromium=script))
    assert error.exit_code == 7
    assert "broken" in str(error)


def test_chromium_that_never_listens(options: Options, tmp_path: Path) -> None:
    script = tmp_path / "chromium"
    script.write_text("#!/bin/sh\n[ $1 = --version ] && echo Chromium 1.2.3.4 && exit\nsleep 60\n")
    script.chmod(0o755)
    begun = time.monotonic()
    with pytest.raises(BrowserStartFailed, match="in time"):
        open_page(options(chromium=script), within(0.5))
    assert time.monotonic() - begun < 3


def test_missing_driver(options: Options, tmp_path: Path) -> None:
    now = options(chromedriver=tmp_path / "none")
    assert str(tmp_path / "none") in str(refused(now))
    assert left_of(now.profile) == []


def test_driver_that_cannot_be_patched(options: Options, tmp_path: Path) -> None:
    now = options(chromedriver=Path("/bin/true"), driver_cache=tmp_path)
    assert "can patch" in str(refused(now))
    assert list(tmp_path.iterdir()) == []


def test_driver_that_dies_at_once(options: Options, tmp_path: Path) -> None:
    driver = tmp_path / "chromedriver"
    driver.write_text("#!/bin/sh\n# undetected chromedriver\nexit 3\n")
    now = options(chromedriver=driver, driver_cache=tmp_path / "cache")
    assert "The driver ended at its start with exit code 3" in str(refused(now))
    assert left_of(now.profile) == []


def test_home_need_not_be_writable(
    options: Options, opened: Opened, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o500)
    monkeypatch.setenv("HOME", str(home / "none" if os.geteuid() else "/proc/none"))
    page = opened()
    page.goto(site.url(), within())
    assert page.evaluate("() => 1", deadline=within()) == 1


def test_systems_driver_is_not_touched(options: Options, opened: Opened) -> None:
    driver = options().chromedriver
    before = driver.stat()
    opened()
    assert (driver.stat().st_mtime_ns, driver.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_several_processes_start_at_once_on_an_empty_cache(options: Options, tmp_path: Path) -> None:
    """A shared copy that is written while it is run fails a third of the starts: "Text file busy"."""
    program = """
import sys
from pathlib import Path
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.driver import BrowserOptions, open_page
profile, chromium, chromedriver, cache, no_sandbox = sys.argv[1:]
options = BrowserOptions(Path(profile), True, no_sandbox == "True", Path(chromium), Path(chromedriver),
                         Path(cache), (800, 600))
page = open_page(options, Deadline.within(30))
assert page.evaluate("() => 1 + 1", deadline=Deadline.within(10)) == 2
page.close(Deadline.within(10))
"""
    now = options()
    cache = tmp_path / "cache"
    children = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", program, str(tmp_path / str(number)), str(now.chromium),
             str(now.chromedriver), str(cache), str(now.no_sandbox)],
            stderr=subprocess.PIPE, text=True,
        )
        for number in range(3)
    ]  # fmt: skip
    said = [child.communicate()[1] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said
    assert len([each for each in cache.iterdir() if each.name.startswith("chromedriver-")]) == 1


def test_without_setpriv(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    processes.die_with_parent.cache_clear()
    monkeypatch.setattr("shutil.which", lambda _: None)
    try:
        with caplog.at_level(logging.WARNING):
            assert opened().alive()
        assert "setpriv" in caplog.text
    finally:
        processes.die_with_parent.cache_clear()
