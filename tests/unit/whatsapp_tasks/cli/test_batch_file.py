"""CSV files of messages: what is read, and what is written beside them."""

from pathlib import Path

import pytest

from whatsapp_tasks.cli.batch_file import Result, ResultFile, Row, read_rows
from whatsapp_tasks.errors import RequestRefused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spring.csv"


def rows(file: Path, text: str, name: str = "spring") -> list[Row]:
    file.write_text(text, "utf-8")
    return read_rows(file, name)


def test_columns_come_in_any_order_and_empty_cells_are_left_out(file: Path) -> None:
    [row] = rows(file, 'Message,PHONE,priority,send_at,metadata\n"Hi, you\nthere",+491, ,,"{""a"": 1}"\n')
    assert dict(row.fields) == {
        "phone": "+491",
        "message": "Hi, you\nthere",
        "metadata": {"a": 1},
        "idempotency_key": row.key,
    }
    assert row.line == 3


def test_files_of_spreadsheets_are_read_too(file: Path) -> None:
    [row] = rows(file, "\ufeffphone;message\r\n+491;a, b\r\n;\r\n")
    assert row.fields["message"] == "a, b"


def test_a_key_is_of_the_message_and_the_campaign_not_of_the_place(file: Path) -> None:
    one, two = rows(file, "phone,message\n+491,a\n+492,a\n")
    again, other = rows(file, "phone,message,priority\n+492,a,low\n+493,a,\n")
    assert again.key == two.key
    assert len({one.key, two.key, other.key}) == 3
    [summer] = rows(file, "phone,message\n+491,a\n", "summer")
    assert summer.key != one.key


def test_a_message_that_stands_there_twice_is_one(file: Path) -> None:
    assert len(rows(file, "phone,message\n+491,a\n+491,a\n")) == 1
    assert len(rows(file, "phone,message,idempotency_key\n+491,a,x\n+491,a,y\n")) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must name the columns phone, message"),
        ("number,message\n", "it holds: number, message"),
        ("phone,message,colour\n", "it holds: phone, message, colour"),
        ("phone,message,phone\n", "it holds: phone, message, phone"),
        ('phone,message\n+491,"a\n', "line 2"),
        ("phone,message,metadata\n+491,a,x\n", "Line 2: the column metadata must hold a JSON object"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str, file: Path) -> None:
    with pytest.raises(RequestRefused) as caught:
        rows(file, text)
    assert said in str(caught.value)


def test_another_encoding_is_said(file: Path) -> None:
    file.write_bytes("phone,message\n+491,Grüße\n".encode("latin-1"))
    with pytest.raises(RequestRefused, match="is not UTF-8"):
        read_rows(file, "spring")


def test_results_are_read_as_they_were_written_and_the_last_one_counts(tmp_path: Path) -> None:
    kept = ResultFile(tmp_path / "results.csv")
    assert kept.read() == {}
    refused = Result("k1", "2", "refused", "", "b1", "phone_invalid", 'A "problem",\nin two lines.')
    accepted = Result("k1", "2", "accepted", "m1", "b2", "", "")
    other = Result("k2", "3", "duplicate", "m2", "b1", "", "")
    kept.add([refused, other])
    assert kept.read() == {"k1": refused, "k2": other}
    kept.add([accepted])
    assert kept.read() == {"k1": accepted, "k2": other}
    assert [result.done for result in (refused, accepted, other)] == [False, True, True]


def test_a_line_that_was_cut_off_is_as_if_it_had_not_been(tmp_path: Path) -> None:
    kept = ResultFile(tmp_path / "results.csv")
    kept.add([Result("k1", "2", "accepted", "m1", "b1", "", "")])
    with kept.path.open("a", encoding="utf-8") as file:
        file.write("k2,3,acc")
    assert list(kept.read()) == ["k1"]
