"""``make demo`` in one go, and its logs contain nothing about the people in it."""

import subprocess
import sys
from pathlib import Path

from tests.support.stack import ANY_NAME, NO_WAY_OUT, Stack
from whatsapp_tasks.cli.demo import INVALID_PHONE, PHONE, TEXT


def test_the_demo_ends_well_and_its_logs_show_no_number_and_no_text(tmp_path: Path) -> None:
    """In a folder of any name, and with a proxy that does not work (issue 12, rows 25 and 26)."""
    stack = Stack(tmp_path / "unused")
    environment = {
        name: value for name, value in stack.plain_environment.items() if not name.startswith("WHATSAPP_")
    }
    environment.pop("REDIS_URL", None)
    folder = tmp_path / ANY_NAME
    ended = subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "demo", "--folder", str(folder)],
        env=environment | NO_WAY_OUT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "The demo succeeded." in ended.stdout
    assert list(folder.glob("screenshot.*"))
    logs = {path.name: path.read_text("utf-8") for path in (folder / "logs").glob("*.log")}
    assert {"web.log", "worker-default.log", "webhooks.log", "beat.log", "flower.log"} <= set(logs)
    private = [PHONE[1:], INVALID_PHONE[1:], *TEXT.splitlines(), "482 913", "مرحبا"]
    told = [(name, word) for name, text in logs.items() for word in private if word in text]
    assert told == []
