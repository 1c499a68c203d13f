"""Logs for searching: constant sentences, values as fields, no phone numbers or texts in clear."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# The last line of defence: whatever a library may put into a message, a run of 7 or more digits with an
# international prefix or inside a WhatsApp id is masked.
_NUMBER = re.compile(r"(?<![\w.])(\+|00|%2B|phone=)(\d{1,3})\d{4,13}(\d{2})(?!\d)")


def configure_logging(level: str, log_format: str, **fields: str) -> None:
    """Sends stdlib and structlog records through one chain to standard error.

    ``log_format`` is ``json``, ``pretty``, or ``auto``: pretty on a terminal. ``fields`` (process, account)
    are part of each record.
    """
    structlog.contextvars.bind_contextvars(**fields)
    pretty = log_format == "pretty" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
        mask_numbers,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These name addresses, arguments or headers at INFO and below.
    for noisy in ("urllib3", "selenium", "undetected_chromedriver", "uc", "kombu", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def mask_numbers(_logger: WrappedLogger, _method: str, event: EventDict) -> Mapping[str, Any]:
    """Masks anything that looks like a phone number in every string of the record."""
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: object) -> object:
    if isinstance(value, str):
        return _NUMBER.sub(lambda m: f"{m[1]}{m[2]}…{m[3]}", value)
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
