"""Which Chromium is installed is asked of the program itself, which is told no secret (issue 14, 3)."""

from pathlib import Path

import pytest

from whatsapp_tasks.browser.chromium_version import version_of
from whatsapp_tasks.browser.deadlines import Deadline


def test_the_program_is_told_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chromium, told = tmp_path / "chromium", tmp_path / "told"
    chromium.write_text(f"#!/bin/sh\nenv > {told}\necho Chromium 156.0.1.1\n", "ascii")
    chromium.chmod(0o700)
    monkeypatch.setenv("WHATSAPP_VAULT_KEY", "AGE-SECRET-KEY-1")
    assert version_of(chromium, Deadline.within(10)) == "156.0.1.1"
    assert "AGE-SECRET-KEY" not in told.read_text("utf-8")
