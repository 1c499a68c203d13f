"""A CSV file of messages, and beside it the file of results from which a later run goes on."""

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, cast

from whatsapp_tasks.client import NewMessage
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
    """What became of a row when it was handed in. ``outcome``: accepted, duplicate or refused."""

    key: str
    line: str
    outcome: str
    id: str
    batch: str
    code: str
    problem: str

    @property
    def done(self) -> bool:
        return self.outcome != "refused"


def read_rows(path: Path, name: str) -> list[Row]:
    """The file's messages, each once. Raises RequestRefused saying which line or column is wrong."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"{path} is not UTF-8; save it as CSV UTF-8.") from error
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=_delimiter(lines[0] if lines else ""), strict=True)
    rows: dict[str, Row] = {}
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        _check_columns(path, columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row = _row(reader.line_num, dict(zip(columns, cells, strict=False)), name)
                rows.setdefault(row.key, row)
    except csv.Error as error:
        raise _refused(f"{path}, line {reader.line_num}: {error}.") from error
    return list(rows.values())


def _delimiter(head: str) -> str:
    """Spreadsheets write semicolons where the comma is in numbers."""
    return ";" if head.count(";") > head.count(",") else ","


def _check_columns(path: Path, columns: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in REQUIRED + OPTIONAL]
    if missing or unknown or len(set(columns)) != len(columns):
        raise _refused(
            f"The first line of {path} must name the columns {', '.join(REQUIRED)}, and of "
            f"{', '.join(OPTIONAL)} those that are there; it holds: {', '.join(columns) or 'nothing'}."
        )


def _row(line: int, cells: dict[str, str], name: str) -> Row:
    given: dict[str, Any] = {column: cell for column, cell in cells.items() if cell.strip()}
    given.setdefault("phone", "")
    given.setdefault("message", "")
    for column in set(given) - {"message"}:
        given[column] = given[column].strip()
    if "metadata" in given:
        try:
            given["metadata"] = json.loads(given["metadata"])
        except ValueError as error:
            raise _refused(f"Line {line}: the column metadata must hold a JSON object.") from error
    key = given.get("idempotency_key") or _key(name, given)
    return Row(line, key, cast(NewMessage, {**given, "idempotency_key": key}))


def _key(name: str, given: dict[str, Any]) -> str:
    """Of what makes the message; not of the line, so that lines may be added, removed and put in order."""
    parts = json.dumps([name, given.get("account", ""), given["phone"], given["message"]])
    return "csv-" + hashlib.sha256(parts.encode()).hexdigest()[:40]


def _refused(message: str) -> RequestRefused:
    return RequestRefused("file_invalid", message)


class ResultFile:
    """Written line by line, so that an interrupted run loses nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Result]:
        """The last word on each key."""
        return {result.key: result for result in self._lines()}

    def _lines(self) -> Iterator[Result]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", newline="") as file:
            for cells in csv.reader(file):
                # A line that was cut off by a crash is as if it had not been: the API knows the key.
                if len(cells) == len(_COLUMNS) and cells != _COLUMNS:
                    yield Result(*cells)

    def add(self, results: Iterable[Result]) -> None:
        """On disk when this returns."""
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(_COLUMNS)
            writer.writerows(astuple(result) for result in results)
            file.flush()
            os.fsync(file.fileno())


_COLUMNS = [field.name for field in fields(Result)]
