"""CSV files from spreadsheets and other programs, possibly with wrong lines."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

_DELIMITERS = ",;\t"
"""Spreadsheets write semicolons in countries with a decimal comma, and tabs as "Unicode text"."""


@dataclass(frozen=True)
class Record:
    """The cells of one row, and the line of the file in which it ends; ``problem`` if it is not CSV."""

    line: int
    cells: list[str]
    problem: str = ""

    @property
    def blank(self) -> bool:
        return not self.problem and not any(cell.strip() for cell in self.cells)


def decoded(raw: bytes, errors: str = "strict") -> str:
    """The text of a file: UTF-16 if its first two bytes say so, else UTF-8, with or without a byte order
    mark. Raises UnicodeDecodeError, unless ``errors`` says otherwise (see ``bytes.decode``).
    """
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if utf_16 else "utf-8-sig", errors)


def records(text: str) -> Iterator[Record]:
    r"""All rows, including the first line. Lines end with \n, \r or \r\n; other line separators (U+2028,
    U+0085, form feed) belong to the cell. After a row that is not CSV, the next line begins a new row.
    """
    lines = list(StringIO(text, newline=""))
    delimiter = _delimiter(next((line for line in lines if line.strip()), ""))
    begin = 0
    while begin < len(lines):
        # The text after an unclosed quote is read once per such quote, up to csv's limit.
        reader = csv.reader(iter(lines[begin:]), delimiter=delimiter, strict=True)
        good = begin
        try:
            for cells in reader:
                good = begin + reader.line_num
                yield Record(good, cells)
        except csv.Error as error:
            good += 1
            yield Record(good, [], str(error))
        begin = good


def _delimiter(head: str) -> str:
    return max(_DELIMITERS, key=head.count)
