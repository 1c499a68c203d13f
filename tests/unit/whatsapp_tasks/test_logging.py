"""Logs: fields for searching, nothing in clear that must not be, nothing destroyed that is needed."""

import ast
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

import webapp
import whatsapp_tasks
from whatsapp_tasks.logging import configure_logging, mask_numbers

PHONE = "+4915112345678"
MASKED = "+49•••••••••78"

Read = Callable[[], list[dict[str, Any]]]


def masked(value: object) -> Any:
    return mask_numbers(None, "info", {"event": value})["event"]


@pytest.fixture(autouse=True)
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # basicConfig(force=True) closes what it finds: keep pytest's own out of its way.
    root.handlers[:] = []
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.fixture
def read(capsys: pytest.CaptureFixture[str]) -> Read:
    """The lines logged since the last call, as JSON."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def start(log_format: str = "json") -> None:
    # In the test itself: between a test's phases pytest changes sys.stderr.
    configure_logging("INFO", log_format, process="worker", account="default")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"to {PHONE} now", f"to {MASKED} now"),
        (f"'{PHONE}'", f"'{MASKED}'"),
        ("004915112345678", "0049•••••••••78"),
        ("send?phone=4915112345678&text=", "send?phone=49•••••••••78&text="),
        ("send?phone=%2B4915112345678", "send?phone=%2B49•••••••••78"),
        ("to%2B4915112345678", "to%2B49•••••••••78"),
        ("https://wa.me/4915112345678", "https://wa.me/49•••••••••78"),
        ("title +49 151 12345678!", f"title {MASKED}!"),
        ("+1 (415) 555-0100", "+1••••••••00"),
        ("+49\u00a01511\u20112345678", MASKED),
        ("true_4915112345678@c.us_3EB0", "true_49•••••••••78@c.us_3EB0"),
        ("4915112345678@s.whatsapp.net", "49•••••••••78@s.whatsapp.net"),
        (f"{PHONE}{PHONE}", f"{MASKED}{MASKED}"),
        (f"to{PHONE}", f"to{MASKED}"),
        (f"{PHONE},+14155550100", f"{MASKED},+1••••••••00"),
    ],
)
def test_a_phone_number_in_a_text_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@dataclass
class Letter:
    to: str


@pytest.mark.parametrize(
    "value",
    [
        [PHONE],
        (PHONE,),
        {PHONE},
        {"a": {"b": [{"c": PHONE}]}},
        {PHONE: 1},
        {"a": {PHONE: 1}},
        Letter(PHONE),
        ValueError(f"no chat with {PHONE}"),
        {"e": ValueError(PHONE)},
        PHONE.encode(),
    ],
    ids=str,
)
def test_a_phone_number_anywhere_in_a_field_is_masked(value: object) -> None:
    assert "15112345" not in str(masked(value))
    assert "15112345" not in json.dumps(masked(value))


@pytest.mark.parametrize(
    "text",
    [
        "1764000000000",
        "at 1764000000000 ms",
        "0123456789abcdef0123456789abcdef",
        "00112233445566778899aabbccddeeff",
        "00000000000000000000000000000000",
        "3EB0123456789012345678",
        "2026-11-24T17:23:15.123456+00:00",
        "2026-11-24 17:23:15 +0100",
        "127.0.0.1:6379",
        "1234567.8901234",
        "1+2=3",
        "+491",
        "1.5e+123",
        "chrome 142.0.7444.175 / 20251124123456",
        "pid 1234567",
        "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    ],
)
def test_times_ids_and_addresses_stay(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("value", [1764000000000, 4915112345678, 0.5, True, None])
def test_numbers_stay_numbers(value: object) -> None:
    assert masked(value) is value


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("secret was_" + "a1_-" * 10, "a1_-"),
        ("X-Signature: sha256=" + "0f" * 32, "0f0f"),
        ("redis://:hunter2@redis:6379/0", "hunter2"),
        ("redis://user:hunter2@redis:6379/0", "hunter2"),
    ],
)
def test_secrets_do_not_show(text: str, secret: str) -> None:
    assert secret not in masked(text)
    assert "…" in masked(text)


def test_a_url_without_a_password_stays() -> None:
    for url in ("redis://127.0.0.1:6379/0", "https://web.whatsapp.com/send?a=b@c"):
        assert masked(url) == url


def test_a_record_carries_its_fields_and_those_of_the_process(read: Read) -> None:
    start()
    logging.getLogger("x.y").warning("Sentence", extra={"message_id": "ab", "attempt": 2})
    (line,) = read()
    expected = {"event": "Sentence", "level": "warning", "logger": "x.y", "message_id": "ab", "attempt": 2}
    assert expected.items() <= line.items()
    assert (line["process"], line["account"]) == ("worker", "default")
    assert line["timestamp"].endswith("Z")


def test_a_message_with_arguments_is_masked_after_they_are_put_in(read: Read) -> None:
    start()
    logging.getLogger("lib").warning("Opening %s for %d", PHONE, 7)
    assert read()[0]["event"] == f"Opening {MASKED} for 7"


def test_the_text_of_an_exception_and_its_traceback_are_masked(read: Read) -> None:
    start()
    try:
        raise ValueError(f"no chat with {PHONE}")
    except ValueError:
        logging.getLogger("x").exception("Failed")
    (line,) = read()
    assert MASKED in line["exception"]
    assert "15112345" not in json.dumps(line)


def test_an_exception_given_as_a_field_is_masked(read: Read) -> None:
    start()
    logging.getLogger("x").warning("Failed", extra={"cause": ValueError(PHONE)})
    assert "15112345" not in json.dumps(read(), ensure_ascii=False)


def test_structlogs_own_loggers_go_the_same_way(read: Read) -> None:
    start()
    structlog.get_logger("native").warning("Opening", phone=PHONE)
    structlog.get_logger("native").debug("Too quiet")
    (line,) = read()
    assert (line["event"], line["phone"], line["logger"]) == ("Opening", MASKED, "native")


def test_bound_context_is_masked_and_part_of_each_record(read: Read) -> None:
    start()
    with structlog.contextvars.bound_contextvars(request_id="r1", who=PHONE):
        logging.getLogger("x").warning("Sentence")
    (line,) = read()
    assert (line["request_id"], line["who"]) == ("r1", MASKED)


def test_quiet_records_are_left_out(read: Read) -> None:
    start()
    logging.getLogger("x").debug("no")
    logging.getLogger("urllib3.connectionpool").info("no")
    assert read() == []


def test_the_pretty_form_shows_an_exception_once_without_warning_and_masked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start("pretty")
    phone = PHONE
    try:
        raise ValueError(f"no chat with {phone}")
    except ValueError:
        logging.getLogger("x").exception("Failed")
    shown = capsys.readouterr().err
    assert "Failed" in shown
    assert shown.count("ValueError: ") == 1
    assert "15112345" not in shown


def test_auto_is_json_where_nobody_looks_on(capsys: pytest.CaptureFixture[str]) -> None:
    start("auto")
    logging.getLogger("x").info("Sentence")
    assert json.loads(capsys.readouterr().err)["event"] == "Sentence"


PACKAGES = [Path(whatsapp_tasks.__file__).parent, Path(webapp.__file__).parent]
MODULES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
RESERVED = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def extra_keys(path: Path) -> set[str]:
    """Names in the ``extra={…}`` of every call in a module."""
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    extras = (k.value for call in calls for k in call.keywords if k.arg == "extra")
    names = (key for extra in extras if isinstance(extra, ast.Dict) for key in extra.keys)
    return {str(name.value) for name in names if isinstance(name, ast.Constant)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_field_has_a_name_that_the_record_keeps_for_itself(path: Path) -> None:
    # logging raises KeyError for one, in the very line that should report a failure.
    assert extra_keys(path) & RESERVED == set()
