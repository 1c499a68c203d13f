"""Searchable logs: constant messages, values as fields, no phone numbers or texts in clear."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from whatsapp_tasks.domain.phones import digits, mask_phone

# The last line of defence against libraries that log phone numbers: masks 7 to 15 digits after an
# international prefix, also as titles show them (+49 151 12345678), and those inside a WhatsApp id. Bare
# numbers stay: they are times and ids.
_GAP = r"[ ().\-/\u00a0\u2010-\u2015]{0,2}"
_NUMBER = re.compile(
    rf"(?P<prefix>\+|%2B|phone=|wa\.me/|(?<![\w.])00(?=[1-9]\d+\b))(?P<number>\d(?:{_GAP}\d){{6,14}})(?!\d)"
    r"|(?P<user>(?<!\d)\d{7,15})(?P<server>@(?:c\.us|s\.whatsapp\.net|lid)(?![a-z]))",
    re.IGNORECASE,
)
_SECRET = re.compile(r"\bwas_[\w-]{20,}|(?<=\bsha256=)[0-9a-f]{64}\b|(?<=://)[^\s/@]*:[^\s/@]+(?=@)")


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
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *(processor for processor in shared if not isinstance(processor, structlog.stdlib.ExtraAdder)),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These name addresses, arguments or headers at INFO and below.
    for noisy in ("urllib3", "selenium", "undetected_chromedriver", "uc", "kombu", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def mask_numbers(_logger: WrappedLogger, _method: str, event: EventDict) -> Mapping[str, Any]:
    """Masks anything that looks like a phone number in every string of the record."""
    # Keys with an underscore are structlog's own and do not reach the output.
    return {key: value if key.startswith("_") else _masked(value) for key, value in event.items()}


def _masked(value: object) -> object:
    """The value in JSON types, masked: an object of any other type becomes its masked ``repr``."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _SECRET.sub("…", _NUMBER.sub(_masked_number, value))
    if isinstance(value, Mapping):
        return {_masked(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    return _masked(repr(value))


def _masked_number(match: re.Match[str]) -> str:
    if match["user"]:
        return mask_phone(f"+{match['user']}").removeprefix("+") + match["server"]
    return match["prefix"] + mask_phone(f"+{digits(match['number'])}").removeprefix("+")
