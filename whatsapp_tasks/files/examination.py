"""Says what a file is, and converts pictures, in a process of its own (``programs/look_at_file.py``)."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from whatsapp_tasks.domain.files import FileFacts
from whatsapp_tasks.errors import FileUnreadable
from whatsapp_tasks.files.programs import look_at_file

SECONDS = 90.0
"""For one file; the program itself has a limit of CPU time below this."""
AT_ONCE = 2
"""Of one process: each may need a gigabyte for a large picture."""

_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR")

_turns = threading.BoundedSemaphore(AT_ONCE)


def examine(path: Path) -> FileFacts:
    """What the file at ``path`` is. Raises FileUnreadable if that cannot be found out."""
    return FileFacts(**_run("examine", str(path)))


def convert_picture(path: Path, target: Path) -> str:
    """Writes the picture at ``path`` to ``target`` as JPEG or PNG; returns the extension. Raises
    FileUnreadable.
    """
    return str(_run("convert", str(path), str(target))["extension"])


def shrink_picture(path: Path, target: Path) -> None:
    """Writes the picture at ``path`` to ``target`` as a small JPEG. Raises FileUnreadable."""
    _run("shrink", str(path), str(target))


def _environment() -> dict[str, str]:
    """Of the program: nothing secret, in case a file takes it over."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _run(*arguments: str) -> dict[str, Any]:
    with _turns:
        try:
            done = subprocess.run(
                [sys.executable, "-m", look_at_file.__name__, *arguments],
                stdin=subprocess.DEVNULL,
                env=_environment(),
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise FileUnreadable("Looking at the file took too long.") from None
        except (subprocess.CalledProcessError, OSError) as error:
            raise FileUnreadable(f"The file cannot be unpacked ({_status(error)}).") from None
    return dict(json.loads(done.stdout))


def _status(error: Exception) -> str:
    """Without the program's words: they may hold a part of the file."""
    code = getattr(error, "returncode", None)
    return type(error).__name__ if code is None else f"exit status {code}"
