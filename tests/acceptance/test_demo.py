"""``make demo`` in one go, and its logs contain nothing about the people in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import webapp
import whatsapp_simulator
import whatsapp_tasks
from tests.support.stack import ANY_NAME, NO_WAY_OUT, Stack
from whatsapp_tasks.cli.demo import INVALID_PHONE, PHONE, TEXT

PACKAGES = (whatsapp_tasks, webapp, whatsapp_simulator)


def imported_from(checkout: Path, environment: dict[str, str]) -> list[str]:
    """Where the processes of this checkout find each of ``PACKAGES``."""
    names = ", ".join(package.__name__ for package in PACKAGES)
    code = f"import {names}; print(*(each.__path__[0] for each in ({names})), sep=chr(10))"
    command = [sys.executable, "-c", code]
    return subprocess.check_output(command, env=environment, cwd=checkout, text=True).splitlines()


def test_the_demo_ends_well_and_its_logs_show_no_number_and_no_text(tmp_path: Path) -> None:
    """From a checkout and in a folder of any name, with a proxy that does not work (issue 12, rows 25 and
    26).
    """
    stack = Stack(tmp_path / "unused")
    environment = {
        name: value for name, value in stack.plain_environment.items() if not name.startswith("WHATSAPP_")
    }
    environment.pop("REDIS_URL", None)
    checkout, folder = tmp_path / "checkout" / ANY_NAME, tmp_path / ANY_NAME
    for package in PACKAGES:
        shutil.copytree(Path(package.__path__[0]), checkout / package.__name__)
    environment |= {"PYTHONPATH": str(checkout), **NO_WAY_OUT}
    assert imported_from(checkout, environment) == [str(checkout / p.__name__) for p in PACKAGES]
    ended = subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "demo", "--folder", str(folder)],
        env=environment,
        cwd=checkout,
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
