"""Texts from files and standard input, whatever program wrote them."""

import sys

from whatsapp_tasks.cli.csv_files import decoded
from whatsapp_tasks.errors import RequestRefused


def text_in(raw: bytes, name: str) -> str:
    """The text of ``raw``; raises RequestRefused (``file_invalid``), which names what is not UTF-8."""
    try:
        return decoded(raw)
    except UnicodeDecodeError as error:
        raise RequestRefused("file_invalid", f"{name} is not UTF-8; write it as UTF-8.") from error


def stdin_text() -> str:
    """The text on standard input, whatever the locale is; raises RequestRefused (``file_invalid``)."""
    return text_in(sys.stdin.buffer.read(), "Standard input")
