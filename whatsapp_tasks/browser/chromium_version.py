"""Which Chromium is installed."""

import re
import subprocess
from pathlib import Path

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.processes import without_secrets
from whatsapp_tasks.browser.watchdog import GRACE_S
from whatsapp_tasks.errors import BrowserStartFailed

_VERSION = re.compile(r"\d+\.\d+\.\d+\.\d+")
_TIMEOUT_S = 30.0


def version_of(chromium: Path, deadline: Deadline) -> str:
    """Its four numbers, as it shows them. Raises BrowserStartFailed."""
    command = [str(chromium), "--version"]
    limit = min(_TIMEOUT_S, deadline.remaining() + GRACE_S)
    try:
        shown = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=limit, env=without_secrets()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrowserStartFailed(f"{chromium} cannot be run: {error}") from error
    found = _VERSION.search(shown.stdout)
    if not found:
        raise BrowserStartFailed(f"{chromium} shows no version", exit_code=shown.returncode)
    return found[0]
