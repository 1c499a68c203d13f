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

from whatsapp_tasks.cli.csv_files import Record, records
from whatsapp_tasks.cli.given_text import text_in
from whatsapp_tasks.client import FileToSend, NewMessage, TemplateToSend
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.phones import one_form_of, parse_phone
from whatsapp_tasks.domain.strict_json import MalformedJson, read_object
from whatsapp_tasks.domain.texts import normalise_message
from whatsapp_tasks.errors import RequestRefused

REQUIRED = ("phone",)
CONTENT = ("message", "template", "file_path", "file_url")
"""A file has at least one of these columns, and so has each row."""
OPTIONAL = (
    *("account", "idempotency_key", "send_at", "expires_at", "priority", "metadata"),
    *("file_as", "file_name", "template_language", "reply_to", "reply_policy"),
)
VARIABLE = "variables."
"""Begins the name of a column with the values of one variable."""
_CONTENT_FIELDS = ("account", "phone", "message", "file", "template", "reply_to")
_OF_FILE = ("file_path", "file_url", "file_as", "file_name")


@dataclass(frozen=True)
class Row:
    """One message of the file; ``key`` is the same in every run. ``path`` is its file, to be uploaded."""

    line: int
    key: str
    fields: NewMessage
    content: tuple[str, ...] = ()
    """What the key stands for."""
    path: Path | None = None


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
    lines = records(text_in(path.read_bytes(), str(path)))
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
            row = _row(record, columns, name, path.parent)
            first = messages.setdefault(row.key, row)
            if first is not row:
                others.append(_repeated(row, first))
        except RequestRefused as wrong:
            others.append(refusal("", record.line, wrong.code, str(wrong)))
    return Rows(list(messages.values()), others)


def _check_columns(path: Path, columns: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    known = REQUIRED + CONTENT + OPTIONAL
    unknown = [name for name in columns if name not in known and not name.startswith(VARIABLE)]
    empty = not set(CONTENT) & set(columns)
    if missing or unknown or empty or len(set(columns)) != len(columns):
        raise _refused(
            f"The first line of {path} must name the column phone and at least one of {', '.join(CONTENT)}, "
            f"and may name {', '.join(OPTIONAL)} and {VARIABLE}NAME; it has: "
            f"{', '.join(columns) or 'nothing'}."
        )


def _row(record: Record, columns: list[str], name: str, folder: Path) -> Row:
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
        if not column.startswith(VARIABLE):
            given[column] = given[column].strip()
    if "metadata" in given:
        given["metadata"] = _metadata(given["metadata"])
    key = given.get("idempotency_key") or _key(name, given)
    file, file_path = _file(given, folder)
    template = _template(given)
    fields = {column: said for column, said in given.items() if column not in _OF_FILE + _of_template(given)}
    if file is not None:
        fields["file"] = file
    if template is not None:
        fields["template"] = template
    if not fields["message"] and (file or template):
        del fields["message"]
    message = cast(NewMessage, {**fields, "idempotency_key": key})
    return Row(record.line, key, message, tuple(_message(given)), file_path)


def _file(given: Mapping[str, Any], folder: Path) -> tuple[FileToSend | None, Path | None]:
    """The file of a row, and its path if it is to be uploaded; a relative path begins at the CSV's folder."""
    path, url = given.get("file_path"), given.get("file_url")
    options = {"as": given.get("file_as"), "name": given.get("file_name")}
    file = {name: said for name, said in options.items() if said}
    if path is None and url is None:
        if file:
            raise RequestRefused("row_invalid", "file_as and file_name need a file_path or a file_url.")
        return None, None
    if path is not None and url is not None:
        raise RequestRefused("row_invalid", "The row has both a file_path and a file_url.")
    if url is not None:
        return cast(FileToSend, {**file, "url": url}), None
    found = folder / str(path)
    if not _is_file(found):
        problem = f"{found} is not a regular file." if os.path.exists(found) else f"There is no file {found}."
        raise RequestRefused("row_invalid", problem)
    return cast(FileToSend, file), found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that must not be read
        return False


def _of_template(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The filled columns about the template, in an order that the file does not decide."""
    variables = sorted(column for column in given if column.startswith(VARIABLE))
    return ("template", "template_language", *variables)


def _template(given: Mapping[str, Any]) -> TemplateToSend | None:
    """The template of a row. An empty cell is no value, so the API refuses a row without one it needs."""
    name, language = given.get("template"), given.get("template_language")
    values = {column.removeprefix(VARIABLE): given[column] for column in given if column.startswith(VARIABLE)}
    if name is None and language is None and not values:
        return None
    if name is None or language is None:
        raise RequestRefused("row_invalid", "A template needs both columns, template and template_language.")
    return {"name": name, "language": language, "variables": values}


def _metadata(cell: str) -> dict[str, Any]:
    """As the API reads it: what it refuses there as JSON would refuse all messages of a batch."""
    try:
        return read_object(cell)
    except MalformedJson as malformed:
        raise RequestRefused(
            "row_invalid", f"The column metadata must contain a JSON object: {malformed}."
        ) from None


def _key(name: str, given: Mapping[str, Any]) -> str:
    """Derived from the message, not from the line number, so lines may be added, removed and sorted."""
    parts = json.dumps([name, *_message(given)])
    return "csv-" + hashlib.sha256(parts.encode()).hexdigest()[:40]


def _message(given: Mapping[str, Any]) -> list[str]:
    """Account, recipient, text or template, file and reply_to in the API's canonical form, so that other
    spellings are the same message. A file counts by its path: a row whose file has changed since an earlier
    run is a conflict, and not another message.
    """
    account = given.get("account", DEFAULT_ACCOUNT)
    phone, text = given["phone"], given["message"]
    with suppress(RequestRefused):
        phone = one_form_of(parse_phone(phone))
    with suppress(RequestRefused):
        text = normalise_message(text)
    file = [str(given.get(column, "")) for column in _OF_FILE]
    template = [part for column in _of_template(given) for part in (column, given.get(column, ""))]
    return [
        "" if account == DEFAULT_ACCOUNT else account,
        phone,
        text,
        *(file if any(file) else ()),
        *(template if "template" in given else ()),
        *(("reply_to", str(given["reply_to"])) if "reply_to" in given else ()),
    ]


def _repeated(row: Row, first: Row) -> Result:
    """The report about a row with the key of an earlier one."""
    if row.content != first.content:
        problem = f"has the idempotency key of line {first.line}, but is another message"
    elif _rest(row) != _rest(first):
        problem = (
            f"has the same account, phone, text and file as line {first.line}, but differs in another "
            "column; give each an idempotency_key to send both"
        )
    else:
        problem = f"is the same as line {first.line}"
        return Result("", str(row.line), "repeated", "", "", "row_repeated", f"The row {problem}.")
    return refusal("", row.line, "row_repeated", f"The row {problem}.")


def _rest(row: Row) -> dict[str, object]:
    """The other columns of a row."""
    return {name: said for name, said in row.fields.items() if name not in _CONTENT_FIELDS}


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
