"""``whatsapp-tasks doctor --page``: what the service makes of saved pages (issue 11, E1)."""

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.browser.pages.test_fragments import FRAGMENTS
from whatsapp_tasks.cli.main import cli

PAGE = """<!DOCTYPE html><html lang="en"><head><title>saved</title>
<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">
<link rel="stylesheet" href="saved_files/style.css">
<script>document.documentElement.lang = "xx"</script>
<noscript><meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"></noscript></head>
<body onload="document.body.innerHTML = ''">%s
<img src="http://127.0.0.1:9/x.png" onerror="document.body.innerHTML = ''">
<iframe src="http://127.0.0.1:9/"></iframe></body></html>"""


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two pages that fit and one that does not."""
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        pytest.skip("chromium and chromedriver are not installed")
    monkeypatch.setenv("WHATSAPP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("WHATSAPP_NO_SANDBOX", "true" if os.geteuid() == 0 else "false")
    folder = tmp_path / "pages"
    (folder / "saved_files").mkdir(parents=True)
    # without it the hidden chat would seem to be shown
    (folder / "saved_files" / "style.css").write_text(".hidden { display: none }")
    chats = (FRAGMENTS / "two_chats_mounted.html").read_text("utf-8")
    chats = chats.replace('style="display: none"', 'class="hidden"')
    rows = '<div id="pane-side"><div role="row"><span dir="auto" title="Ada">Ada</span></div></div>'
    chats = chats.replace('<div id="pane-side"></div>', rows)
    (folder / "chats.html").write_text(PAGE % chats, "utf-8")
    (folder / "link.html").write_text(PAGE % (FRAGMENTS / "pairing_code.html").read_text("utf-8"), "utf-8")
    (folder / "odd.html").write_text(PAGE % '<div id="app"><p>Noget helt andet</p></div>', "utf-8")
    return folder


def test_saved_pages_are_read_without_running_or_fetching_anything(pages: Path) -> None:
    told = CliRunner().invoke(cli, ["doctor", "--page", str(pages), "--json"])
    found = {Path(one["file"]).stem: one for one in json.loads(told.stdout)}
    assert {name: (one.get("kind"), one.get("language"), one["problems"]) for name, one in found.items()} == {
        "chats": ("main", "en", []),
        "link": ("pairing_code", "en", []),
        "odd": ("unknown", "en", ["page_unknown"]),
    }
    assert found["chats"]["chat"] == "open"
    assert found["chats"]["bubbles"]["theirs"] == 1
    assert told.exit_code == 1
    assert "Ada" not in told.output


def test_texts_are_shown_where_they_are_asked_for(pages: Path) -> None:
    told = CliRunner().invoke(cli, ["doctor", "--page", str(pages / "chats.html"), "--show-texts"])
    [one] = json.loads(told.stdout)
    assert (one["title"], one["shown_bubbles"][0]["text"]) == ("Ada", "from Ada")
    assert told.exit_code == 0
