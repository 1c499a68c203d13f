import os
import subprocess
import time
from pathlib import Path

import pytest

from whatsapp_tasks.browser import memory
from whatsapp_tasks.browser.memory import measure


def test_this_process() -> None:
    seen = measure([os.getpid()])
    assert seen.processes == 1
    assert 1 < seen.anon_mb <= seen.pss_mb + 1


def test_processes_that_are_gone_count_for_nothing() -> None:
    with subprocess.Popen(["true"]) as gone:
        time.sleep(0.1)
        assert measure([gone.pid]).processes == 0  # a zombie
    assert measure([gone.pid]).processes == 0


def test_without_permission_rss_is_reported_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = measure([os.getpid()])
    original = memory._kilobytes

    def kilobytes(file: Path) -> dict[str, int]:
        if file.name == "smaps_rollup":
            raise PermissionError
        return original(file)

    monkeypatch.setattr(memory, "_kilobytes", kilobytes)
    rough = measure([os.getpid()])
    assert not rough.exact
    assert rough.pss_mb >= exact.pss_mb * 0.9
    assert rough.anon_mb == pytest.approx(exact.anon_mb, rel=0.2)
