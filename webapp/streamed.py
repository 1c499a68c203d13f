"""The request whose body goes to disk while it arrives: it does not count as memory, and has another
deadline.
"""

from collections.abc import Mapping
from typing import Any


def is_streamed(scope: Mapping[str, Any]) -> bool:
    """Whether the request of an ASGI scope is ``POST /files``."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    return bool(scope["raw_path"] == b"/files")
