"""A CSV file of messages, and the results file from which a later run continues."""

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, cast

from whatsapp_tasks.cli.csv_files import Record, decoded, records
from whatsapp_tasks.client import NewMessage
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.phones import one_form_of, parse_phone
from whatsapp_tasks.domain.texts import normalise_message
from whatsapp_tasks.errors import RequestRefused

REQUIRED = ("phone", "message")
OPTIONAL = ("account", "idempotency_key", "send_at", "expires_at", "priority", "metadata")


@dataclass(frozen=True)
class Row:
    """One message of the file; ``key`` is the same in every run."""

    line: int
    key: str
    fields: NewMessage


@dataclass(frozen=True)
class Result:
    """The result of a row. ``outcome``: accepted, duplicate or refused by the API. A row that was not
    submitted is refused or repeated, and has no ``key``.
    """

    key: str
    line: str
    outcome: str
    id: str
    batch: str
    code: str
    problem: str

    @property
    def done(self) -> bool:
        return self.outcome in ("accepted", "duplicate")


@dataclass(frozen=True)
class Rows:
    """The messages of a file, each once, and the reports about rows that are not submitted."""

    messages: list[Row]
    others: list[Result]


def read_rows(path: Path, name: str) -> Rows:
    """Reads the file. Raises RequestRefused, which names the wrong line or column, if its rows cannot be
    determined.
    """
    try:
        text = decoded(path.read_bytes())
    except UnicodeDecodeError as error:
        raise _refused(f"{path} is not UTF-8; save it as CSV UTF-8.") from error
    lines = records(text)
    columns = [cell.strip().lower() for cell in next(lines, Record(1, [])).cells]
    _check_columns(path, columns)
    messages: dict[str, Row] = {}
    others: list[Result] = []
    for record in lines:
        if record.problem:
            raise _refused(f"{path}, line {record.line}: {record.problem}.")
        if record.blank:
            continue
        try:
            row = _row(record, columns, name)
            first = messages.setdefault(row.key, row)
            if first is not row:
                others.append(_repeated(row, first))
        except RequestRefused as wrong:
            others.append(refusal("", record.line, wrong.code, str(wrong)))
    return Rows(list(messages.values()), others)


def _check_columns(path: Path, columns: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in REQUIRED + OPTIONAL]
    if missing or unknown or len(set(columns)) != len(columns):
        raise _refused(
            f"The first line of {path} must name the columns {', '.join(REQUIRED)}, and may name "
            f"{', '.join(OPTIONAL)}; it has: {', '.join(columns) or 'nothing'}."
        )


def _row(record: Record, columns: list[str], name: str) -> Row:
    """The message of a row; raises RequestRefused (``row_invalid``)."""
    if len(record.cells) != len(columns):
        raise RequestRefused(
            "row_invalid",
            f"The row has {len(record.cells)} cells, but the first line names {len(columns)} columns. "
            'Put a text with a separator, a quote or a line break in double quotes: "Hi, you".',
        )
    filled = zip(columns, record.cells, strict=True)
    given: dict[str, Any] = {column: cell for column, cell in filled if cell.strip()}
    given.setdefault("phone", "")
    given.setdefault("message", "")
    for column in set(given) - {"message"}:
        given[column] = given[column].strip()
    if "metadata" in given:
        given["metadata"] = _metadata(given["metadata"])
    key = given.get("idempotency_key") or _key(name, given)
    return Row(record.line, key, cast(NewMessage, {**given, "idempotency_key": key}))


def _metadata(cell: str) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(constant)  # NaN and infinity, which are not JSON

    try:
        value = json.loads(cell, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()  # refuses half of a surrogate pair
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RequestRefused("row_invalid", "The column metadata must contain a JSON object.")
    return value


def _key(name: str, given: Mapping[str, Any]) -> str:
    """Derived from the message, not from the line number, so lines may be added, removed and sorted."""
    parts = json.dumps([name, *_message(given)])
    return "csv-" + hashlib.sha256(parts.encode()).hexdigest()[:40]


def _message(given: Mapping[str, Any]) -> list[str]:
    """Account, recipient and text in the API's canonical form, so that other spellings are the same
    message.
    """
    account = given.get("account", DEFAULT_ACCOUNT)
    phone, text = given["phone"], given["message"]
    with suppress(RequestRefused):
        phone = one_form_of(parse_phone(phone))
    with suppress(RequestRefused):
        text = normalise_message(text)
    return ["" if account == DEFAULT_ACCOUNT else account, phone, text]


def _repeated(row: Row, first: Row) -> Result:
    """The report about a row with the key of an earlier one."""
    if _message(row.fields) != _message(first.fields):
        problem = f"has the idempotency key of line {first.line}, but is another message"
    elif _rest(row) != _rest(first):
        problem = (
            f"has the same account, phone and text as line {first.line}, but differs in another column; "
            "give each an idempotency_key to send both"
        )
    else:
        problem = f"is the same as line {first.line}"
        return Result("", str(row.line), "repeated", "", "", "row_repeated", f"The row {problem}.")
    return refusal("", row.line, "row_repeated", f"The row {problem}.")


def _rest(row: Row) -> dict[str, object]:
    """The other columns of a row."""
    return {name: said for name, said in row.fields.items() if name not in ("account", "phone", "message")}


def refusal(key: str, line: int, code: str, problem: str) -> Result:
    """The report about a row that was not submitted, or was refused by the API."""
    return Result(key, str(line), "refused", "", "", code, problem)


def _refused(message: str) -> RequestRefused:
    return RequestRefused("file_invalid", message)


class ResultFile:
    """Written line by line, so that an interrupted run loses nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Result]:
        """The last result of each key."""
        return {result.key: result for result in self._lines()}

    def _lines(self) -> Iterator[Result]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", newline="") as file:
            for cells in csv.reader(file):
                # A line that was cut off by a crash is ignored: the API knows the key.
                if len(cells) == len(_COLUMNS) and cells != _COLUMNS:
                    yield Result(*cells)

    def add(self, results: Iterable[Result]) -> None:
        """Writes the results; they are on disk when this returns."""
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(_COLUMNS)
            writer.writerows(astuple(result) for result in results)
            file.flush()
            os.fsync(file.fileno())


_COLUMNS = [field.name for field in fields(Result)]
