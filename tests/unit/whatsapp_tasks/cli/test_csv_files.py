"""CSV as people have it."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from whatsapp_tasks.cli.csv_files import Record, decoded, records


def test_the_delimiter_is_that_of_the_first_line() -> None:
    assert [r.cells for r in records("\na;b;c,d\n1;2;3,4\n")] == [[], ["a", "b", "c,d"], ["1", "2", "3,4"]]
    assert [r.cells for r in records("a\tb\n1\t2,3")] == [["a", "b"], ["1", "2,3"]]
    assert [r.cells for r in records("a\n1,2")] == [["a"], ["1", "2"]]


def test_after_a_row_that_is_not_csv_the_next_line_is_read_issue_12_row_8() -> None:
    found = list(records('a,b\n1,"x"y\n2,z\n3,"never closed\n4,w\n'))
    assert [(r.line, r.cells) for r in found if not r.problem] == [
        (1, ["a", "b"]),
        (3, ["2", "z"]),
        (5, ["4", "w"]),
    ]
    assert [r.line for r in found if r.problem] == [2, 4]


def test_blank_rows_are_known() -> None:
    assert [r.blank for r in records("a\n\n ; \n")] == [False, True, False]
    assert Record(1, [" ", ""]).blank
    assert not Record(1, [], "unexpected end of data").blank


def test_an_encoding_is_known_by_its_mark() -> None:
    assert decoded("é".encode()) == decoded("é".encode("utf-8-sig")) == decoded("é".encode("utf-16")) == "é"
    assert decoded("é".encode("latin-1") + b"+49", "replace") == "\ufffd+49"


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_a_program_writes_is_read_as_it_was(table: list[list[str]]) -> None:
    written = StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, delimiter=",").writerows([["x", "y"], *table])
    assert [record.cells for record in records(written.getvalue())] == [["x", "y"], *table]


@given(st.text('a,;\t"\n\r \u2028\x85', max_size=60))
def test_any_text_is_read_to_its_end(text: str) -> None:
    found = list(records(text))
    assert [r.line for r in found] == sorted({r.line for r in found})
    assert (found[-1].line if found else 0) == len(list(StringIO(text, newline="")))
