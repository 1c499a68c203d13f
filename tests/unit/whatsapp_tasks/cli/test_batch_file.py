"""CSV files of messages: what is read, and what is written beside them."""

import os
from pathlib import Path

import pytest

from whatsapp_tasks.cli.batch_file import Result, ResultFile, Row, Rows, read_rows
from whatsapp_tasks.errors import RequestRefused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "spring.csv"


def read(file: Path, text: str, name: str = "spring") -> Rows:
    file.write_bytes(text.encode())
    return read_rows(file, name)


def rows(file: Path, text: str, name: str = "spring") -> list[Row]:
    found = read(file, text, name)
    assert found.others == []
    return found.messages


def others(file: Path, text: str) -> list[tuple[str, str, str]]:
    """Line, outcome and code of what is not handed in."""
    return [(other.line, other.outcome, other.code) for other in read(file, text).others]


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
    found = read(file, "phone,message\n+491,a\n+491,a\n")
    assert len(found.messages) == 1
    [told] = found.others
    assert (told.line, told.outcome, told.key) == ("3", "repeated", "")
    assert told.problem == "The row is the same as line 2."
    assert len(rows(file, "phone,message,idempotency_key\n+491,a,x\n+491,a,y\n")) == 2


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_a_text_ends_where_csv_ends_it_issue_12_row_1(file: Path, sign: str) -> None:
    [row] = rows(file, f"phone,message\n+12025550100,Pay 10{sign}only if you agree\n")
    assert row.fields["message"] == f"Pay 10{sign}only if you agree"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_other_systems_end_them(file: Path, end: str) -> None:
    one, two = rows(file, f"phone,message{end}+491,a{end}+492,b")
    assert (one.fields["message"], two.fields["message"]) == ("a", "b")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_with_an_unquoted_separator_is_not_sent_in_part_issue_12_row_2(
    file: Path, separator: str
) -> None:
    text = (
        f"phone{separator}message\n+12025550100{separator}Your order is ready{separator} but pay first\n"
        f"+12025550101{separator}Hi\n+12025550102\n"
    )
    found = read(file, text)
    assert [row.fields["phone"] for row in found.messages] == ["+12025550101"]
    assert [(other.line, other.outcome) for other in found.others] == [("2", "refused"), ("4", "refused")]
    assert "3 cells, but the first line names 2" in found.others[0].problem


def test_rows_that_differ_in_the_time_alone_are_reported_issue_12_row_3(file: Path) -> None:
    text = (
        "phone,message,send_at\n+12025550100,Hi,2027-01-01T00:00:00Z\n+12025550100,Hi,2027-02-01T00:00:00Z\n"
    )
    found = read(file, text)
    [row], [told] = found.messages, found.others
    assert (row.line, told.line, told.outcome, told.code) == (2, "3", "refused", "row_repeated")
    assert "same account, phone, text and file as line 2" in told.problem


@pytest.mark.parametrize(
    "second",
    [
        "+1 202 555 0100,Hi",  # the same number
        "+12025550100,Hi ",  # the same text, as WhatsApp shows it
        '+12025550100,"Hi\r\n"',
    ],
)
def test_a_message_that_is_written_otherwise_is_the_same_one(file: Path, second: str) -> None:
    assert others(file, f"phone,message\n+12025550100,Hi\n{second}\n")[0][1:] == ("repeated", "row_repeated")


def test_two_forms_of_one_mobile_are_one_recipient_issue_12_row_5(file: Path) -> None:
    text = "phone,message\n+5511987654321,Hi\n+551187654321,Hi\n"
    assert others(file, text) == [("3", "repeated", "row_repeated")]


def test_a_key_that_comes_again_with_another_text_is_refused(file: Path) -> None:
    found = read(file, "phone,message,idempotency_key\n+491,a,k\n+491,b,k\n+491,a,k\n")
    assert [row.fields["message"] for row in found.messages] == ["a"]
    assert [(other.line, other.outcome) for other in found.others] == [("3", "refused"), ("4", "repeated")]
    assert "the idempotency key of line 2, but is another message" in found.others[0].problem


def test_a_file_in_utf_16_as_spreadsheets_save_it_is_read(file: Path) -> None:
    file.write_bytes("phone\tmessage\r\n+491\tGrüße, 👋\r\n".encode("utf-16"))
    [row] = read_rows(file, "spring").messages
    assert row.fields["message"] == "Grüße, 👋"


@pytest.mark.parametrize(
    "cell",
    [
        "x",
        "[1]",
        '"{""a"": NaN}"',
        '"{""a"": ""\\ud800""}"',
        "[" * 5000,
        '"{""a"": 1e999}"',
        '"{""a"":1,""a"":2}"',
        '"{""a"":' + "[" * 99 + "]" * 99 + '}"',
    ],
)
def test_metadata_that_the_api_cannot_take_refuses_its_row_alone(file: Path, cell: str) -> None:
    found = read(file, f"phone,message,metadata\n+491,a,{cell}\n+492,b,\n")
    assert [row.fields["phone"] for row in found.messages] == ["+492"]
    [other] = found.others
    assert (other.line, other.code) == ("2", "row_invalid")
    assert "metadata must contain a JSON object" in other.problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must name the column phone and at least one of message, template, file_path, file_url"),
        ("number,message\n", "it has: number, message"),
        ("phone,message,colour\n", "it has: phone, message, colour"),
        ("phone,message,phone\n", "it has: phone, message, phone"),
        ('phone,message\n+491,"a\n', "line 2"),
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


# files (issue 15)


def test_a_row_may_have_a_file_beside_a_text_or_alone(file: Path) -> None:
    (file.parent / "invoices").mkdir()
    (file.parent / "invoices" / "1.pdf").write_bytes(b"%PDF-1.7")
    text = (
        "phone,message,file_path,file_url,file_as,file_name\n"
        "+491,Yours,invoices/1.pdf,,document,Invoice 1.pdf\n"
        "+492,,,https://example.com/a.pdf,,\n"
    )
    first, second = rows(file, text)
    assert first.path == file.parent / "invoices" / "1.pdf"
    assert first.fields.get("file") == {"as": "document", "name": "Invoice 1.pdf"}
    assert second.path is None
    assert dict(second.fields) == {
        "phone": "+492",
        "file": {"url": "https://example.com/a.pdf"},
        "idempotency_key": second.key,
    }


def test_the_file_is_part_of_the_key_by_its_path(file: Path) -> None:
    for name in ("1.pdf", "2.pdf"):
        (file.parent / name).write_bytes(b"%PDF-1.7")
    plain, *others = rows(
        file,
        "phone,message,file_path,file_name\n+491,a,,\n+491,a,1.pdf,\n+491,a,2.pdf,\n+491,a,1.pdf,b.pdf\n",
    )
    assert len({plain.key, *(row.key for row in others)}) == 4
    assert [plain.key] == [row.key for row in rows(file, "phone,message\n+491,a\n")]
    (file.parent / "1.pdf").write_bytes(b"%PDF-1.7 changed")
    [again] = rows(file, "phone,message,file_path\n+491,a,1.pdf\n")
    assert again.key == others[0].key


@pytest.mark.parametrize(
    "row",
    [
        *("+491,a,missing.pdf,,", "+491,a,.,,", "+491,a,a.pdf,https://example.com/a,", "+491,a,,,document"),
        f"+491,a,{'a' * 5000},,",  # longer than a name may be
    ],
)
def test_a_row_with_a_wrong_file_is_refused_alone(file: Path, row: str) -> None:
    (file.parent / "a.pdf").write_bytes(b"%PDF-1.7")
    text = f"phone,message,file_path,file_url,file_as\n{row}\n+492,b,,,\n"
    assert others(file, text) == [("2", "refused", "row_invalid")]


def test_a_folder_or_a_pipe_is_no_missing_file(file: Path) -> None:
    os.mkfifo(file.parent / "pipe")
    for path in ("/dev/zero", "pipe", "."):
        [refused] = read(file, f"phone,message,file_path\n+491,a,{path}\n").others
        assert refused.problem == f"{file.parent / path} is not a regular file."


# templates (issue 16, part 9)

TEMPLATES = "phone,template,template_language,variables.name,variables.order\n"


def test_a_row_may_have_a_template_with_a_column_for_each_variable(file: Path) -> None:
    [row] = rows(file, TEMPLATES + "+491,order_ready,pt_BR, Ana ,\n")
    assert dict(row.fields) == {
        "phone": "+491",
        "template": {"name": "order_ready", "language": "pt_BR", "variables": {"name": " Ana "}},
        "idempotency_key": row.key,
    }


def test_a_template_and_its_values_are_part_of_the_key(file: Path) -> None:
    some = rows(
        file, TEMPLATES + "".join(f"+491,{row}\n" for row in ("a,en,x,", "a,en,,x", "a,de,x,", "b,en,x,"))
    )
    assert len({row.key for row in some}) == 4
    [again] = rows(file, "variables.name,template_language,template,phone\nx,en,a,+491\n")
    assert again.key == some[0].key
    assert others(file, TEMPLATES + "+491,a,en,x,\n+491,a,en,x,\n") == [("3", "repeated", "row_repeated")]


def test_a_row_without_a_template_keeps_its_key_in_a_file_with_templates(file: Path) -> None:
    [plain] = rows(file, "phone,message\n+491,a\n")
    [beside, _] = rows(file, "phone,message,template,template_language\n+491,a,,\n+492,,b,en\n")
    assert beside.key == plain.key
    assert "template" not in beside.fields


@pytest.mark.parametrize("row", ["+491,a,,,", "+491,,en,,", "+491,,,x,"])
def test_a_row_with_half_a_template_is_refused_alone(file: Path, row: str) -> None:
    assert others(file, TEMPLATES + f"{row}\n+492,a,en,x,\n") == [("2", "refused", "row_invalid")]


def test_a_row_may_reply_to_a_message_which_is_part_of_its_key(file: Path) -> None:
    """Issue 16, point 4."""
    to = "0" * 32 + "-default"
    lines = f"phone,message,reply_to,reply_policy\n+49151,Yes,{to},send_plain\n+49151,Yes,,\n"
    file.write_text(lines, "utf-8")
    one, other = read_rows(file, "c").messages
    assert one.fields["reply_to"] == to
    assert one.fields["reply_policy"] == "send_plain"
    assert "reply_to" not in other.fields
    assert one.key != other.key
