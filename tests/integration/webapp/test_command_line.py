"""The commands that call the API, on one as it is served."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.chats_read import chat_read
from tests.support.http_server import HttpServer
from tests.support.pictures import PDF
from whatsapp_tasks.cli.api_access import KEY_FILE
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings
from whatsapp_tasks.errors import ConfigurationError, RequestRefused
from whatsapp_tasks.queues import messages_lists
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.api_keys import ApiKey, ApiKeys
from whatsapp_tasks.stores.connection import Database

PHONE = "+4915112345678"
Run = Callable[..., Result]


def queued(database: Database) -> int:
    return sum(database.number("LLEN", name) for name in messages_lists("default"))


@pytest.fixture
def run(served: HttpServer, served_key: ApiKey) -> Run:
    def run(*arguments: str, code: int = 0, stdin: str = "") -> Result:
        environment = {
            "WHATSAPP_API_URL": served.url,
            "WHATSAPP_API_KEY": served_key.id,
            "WHATSAPP_API_SECRET": served_key.secrets[0],
        }
        result = CliRunner().invoke(cli, arguments, env=environment, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


def test_send_says_the_id_and_that_a_repeat_is_none(run: Run, database: Database) -> None:
    first = run("send", PHONE, "Hi", "--idempotency-key", "k").output.split()
    assert first[1] == "queued"
    again = run("send", PHONE, "Hi", "--idempotency-key", "k").output
    assert again.startswith(first[0])
    assert "nothing is sent twice" in again
    assert queued(database) == 1


def test_a_chat_is_written_to_by_its_id(run: Run, database: Database, settings: Settings) -> None:
    """Issue 16, build 5."""
    chat = chat_read(database, settings)
    sent = run("send", "--chat", chat.id, "Hi").output.split()[0]
    assert json.loads(run("status", sent, "--json").output)["chat"] == chat.id
    with pytest.raises(RequestRefused, match="names no chat of this account"):
        run("send", "--chat", "0" * 32 + "-default", "Hi")
    for words in ([], [PHONE, "Hi", "there"], ["--chat", chat.id, PHONE, "Hi"]):
        assert "Give PHONE and MESSAGE" in run("send", *words, code=2).output
    assert chat.title in run("chats", "list", "--kind", "person").output
    assert chat.title not in run("chats", "list", "--kind", "group").output


def test_a_text_is_read_from_standard_input(run: Run) -> None:
    message_id = run("send", PHONE, "-", "--metadata", '{"a": 1}', stdin="Grüße\n👋\n").output.split()[0]
    shown = json.loads(run("status", message_id, "--json").output)
    assert (shown["message"], shown["metadata"]) == ("Grüße\n👋", {"a": 1})
    assert "queued" in run("status", message_id).output


def test_messages_are_listed_masked_cancelled_and_watched_to_their_end(run: Run) -> None:
    message_id = run("send", PHONE, "Hi").output.split()[0]
    table = run("list", "--status", "queued", "--phone", PHONE).output
    assert message_id[:8] in table
    assert PHONE not in table
    assert json.loads(run("list", "--json").output)["phone"] == PHONE
    assert run("cancel", message_id).output == f"{message_id} cancelled\n"
    assert "cancelled before it was sent" in run("watch", message_id, code=1).output


def test_events_are_shown_line_by_line_issue_16(run: Run) -> None:
    message_id = run("send", PHONE, "Hi").output.split()[0]
    run("cancel", message_id)
    told = run("events", "--after", "0-0", "--limit", "2").output.splitlines()
    assert [line.split(" ", 1)[1].strip() for line in told] == [
        f"default message.queued {message_id} status=queued",
        f"default message.cancelled {message_id} status=cancelled",
    ]
    as_json = json.loads(run("events", "--after", "0-0", "--limit", "1", "--json").output)
    assert as_json["type"] == "message.queued"
    of_type = run("events", "--after", as_json["place"], "--type", "message.*", "--limit", "1").output
    assert "message.cancelled" in of_type
    assert PHONE[1:] not in "".join(told)


def test_what_is_refused_says_why(run: Run) -> None:
    with pytest.raises(RequestRefused, match="international form"):
        run("send", "0151", "Hi")
    with pytest.raises(RequestRefused, match="JSON object"):
        run("send", PHONE, "Hi", "--metadata", "[]")
    with pytest.raises(RequestRefused, match="unknown message can be resolved"):
        run("resolve", run("send", PHONE, "Hi").output.split()[0], "sent")


def test_an_error_is_one_line_and_exit_code_1() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "list"],
        env={**os.environ, "WHATSAPP_API_URL": "http://127.0.0.1:1", "WHATSAPP_API_KEY": "wak_1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "Give both" in ended.stderr


def test_on_this_machine_no_key_is_needed(
    *, served: HttpServer, redis_url: str, tmp_path: Path, served_key: ApiKey, database: Database
) -> None:
    environment = {
        "REDIS_URL": redis_url,
        "WHATSAPP_DATA_DIR": str(tmp_path),
        "WHATSAPP_WEB_PORT": str(served.port),
    }
    for _ in range(2):
        result = CliRunner().invoke(cli, ["send", PHONE, "Hi"], env=environment)
        assert result.exit_code == 0, result.exception
    file = tmp_path / KEY_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert "was_" not in file.read_text("utf-8")
    assert len(ApiKeys(database).all()) == 2  # the test's and this one, made once


def test_without_a_key_and_a_service_it_is_said_what_to_do(tmp_path: Path) -> None:
    environment = {"REDIS_URL": "redis://127.0.0.1:1/0", "WHATSAPP_DATA_DIR": str(tmp_path)}
    with pytest.raises(ConfigurationError, match="whatsapp-tasks up"):
        CliRunner().invoke(cli, ["list"], env=environment, catch_exceptions=False)
    with pytest.raises(ConfigurationError, match="keys create"):
        CliRunner().invoke(
            cli, ["list"], env={**environment, "WHATSAPP_API_URL": "http://x"}, catch_exceptions=False
        )


def test_the_opt_out_list_is_imported_and_exported(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,phone\nAda,+49 151 12345678\nBob,nobody\n\nCem,+4915112345679\n", "utf-8")
    imported = run("opt-outs", "import", str(file), code=1)
    assert "line 3: The phone number must be" in imported.stderr
    assert "2 on the list, 1 lines refused" in imported.stdout
    exported = run("opt-outs", "export").stdout.splitlines()
    assert exported == ["phone", "+4915112345678", "+4915112345679"]
    run("opt-outs", "remove", "--yes", "+4915112345678")
    run("opt-outs", "add", "+4915112345670")
    assert run("opt-outs", "list").stdout.split() == ["+4915112345670", "+4915112345679"]
    with pytest.raises(RequestRefused):
        run("send", "+4915112345670", "Hi")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"phone;name\n+49 151 12345678;Ada\n+1 (202) 555-0168;Bo\n", []),
        ("phone\tname\r\n+49 151 12345678\tA\r\n+1 (202) 555-0168\tB\r\n".encode("utf-16"), []),
        (b'+49 151 12345678,Ada\n"+49 151,broken "quote\n+1 (202) 555-0168,Bo\n', ["line 2"]),
        (
            "+49 151 12345678,Zoë\n+49 151 ÿ,Bo\n+49/151/1\n,nobody\n+1 (202) 555-0168\n".encode("latin-1"),
            ["line 2", "line 3", "line 4"],
        ),
    ],
)
def test_of_a_list_of_opt_outs_every_good_line_is_taken_issue_12_row_8(
    run: Run, tmp_path: Path, raw: bytes, told: list[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(raw)
    imported = run("opt-outs", "import", str(file), code=1 if told else 0)
    assert f"2 on the list, {len(told)} lines refused" in imported.stdout
    assert [line.partition(":")[0] for line in imported.stderr.splitlines()] == told
    assert run("opt-outs", "list").stdout.split() == ["+12025550168", "+4915112345678"]


def test_one_that_is_refused_does_not_keep_the_others_from_the_list(run: Run) -> None:
    added = run("opt-outs", "add", "+1 (202) 555-0168", "nobody", "+49/151/12345678", PHONE, code=1)
    assert added.stdout.split("\n")[:2] == ["+12025550168 is on the list", f"{PHONE} is on the list"]
    assert [line.partition(":")[0] for line in added.stderr.splitlines()] == ["nobody", "+49/151/12345678"]
    removed = run("opt-outs", "remove", "--yes", "nobody", "+12025550168", code=1)
    assert removed.stdout == "+12025550168 is off the list\n"


def test_of_several_messages_those_that_can_be_are_cancelled(run: Run) -> None:
    message_id = run("send", PHONE, "Hi").output.split()[0]
    cancelled = run("cancel", "0" * 32, message_id, code=1)
    assert cancelled.stdout == f"{message_id} cancelled\n"
    assert cancelled.stderr.startswith("0" * 32)


def test_a_row_that_is_no_message_is_reported_and_not_sent_in_part_issue_12_row_2(
    run: Run, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        f"phone,message\n{PHONE},Your order is ready, but pay first\n+4915112345679,Hi\n", "utf-8"
    )
    ended = run("batch", str(file), code=1)
    assert "line 2: The row has 3 cells, but the first line names 2" in ended.stderr
    assert "1 accepted" in ended.stdout
    assert queued(database) == 1
    refused, accepted = results(file)
    assert (refused["line"], refused["outcome"], refused["code"]) == ("2", "refused", "row_invalid")
    assert accepted["outcome"] == "accepted"


def test_rows_that_are_one_message_are_reported_issue_12_row_3(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "reminders.csv"
    times = ["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z", "2027-01-01T00:00:00Z"]
    file.write_text("phone,message,send_at\n" + "".join(f"{PHONE},Hi,{time}\n" for time in times), "utf-8")
    ended = run("batch", str(file), code=1)
    assert "line 3: The row has the same account, phone, text and file as line 2" in ended.stderr
    assert "line 4: The row is the same as line 2." in ended.stderr
    assert "1 were refused" in ended.stdout
    assert run("batch", str(file), "--cancel").stdout == "1 messages were cancelled\n"


def test_many_long_texts_are_handed_in_issue_12_row_4(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    lines = "".join(f"+4915112{n:06d},{'क' * 1000}\n" for n in range(200))
    file.write_text("phone,message\n" + lines, "utf-8")
    assert "200 accepted" in run("batch", str(file)).output
    assert queued(database) == 200


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    file = tmp_path / "campaign.csv"
    lines = [f"+4915112{n:06d},Hello {n}," for n in range(450)]
    lines[7] = "nobody,Hello,"
    lines[300] = "+4915112345678,Hello,soon"  # no time: the API refuses a batch with it as a whole
    file.write_text("phone,message,send_at\n" + "\n".join(lines) + "\n", "utf-8")
    return file


def results(file: Path) -> list[dict[str, str]]:
    with file.with_name(file.name + ".results.csv").open(encoding="utf-8", newline="") as kept:
        return list(csv.DictReader(kept))


def test_a_file_of_messages_is_handed_in_once_however_often(
    run: Run, campaign: Path, database: Database
) -> None:
    assert "448 accepted, 2 refused" in run("batch", str(campaign), code=1).output
    assert queued(database) == 448
    refused = {r["line"]: (r["code"], r["problem"]) for r in results(campaign) if r["outcome"] == "refused"}
    assert refused["9"][0] == "phone_invalid"
    assert refused["302"][0] == "request_invalid"
    assert "send_at must be a time" in refused["302"][1]

    corrected = campaign.read_text("utf-8").replace("nobody", "+4915112345670").replace("soon", "")
    campaign.write_text(corrected, "utf-8")
    assert "448 by an earlier run, 2 accepted" in run("batch", str(campaign)).output
    assert queued(database) == 450


def test_a_run_whose_results_were_lost_sends_nothing_twice(
    run: Run, campaign: Path, database: Database
) -> None:
    run("batch", str(campaign), code=1)
    kept = campaign.with_name("campaign.csv.results.csv")
    kept.write_text("".join(kept.read_text("utf-8").splitlines(keepends=True)[:101]), "utf-8")
    assert "99 by an earlier run" in (output := run("batch", str(campaign), code=1).output)
    assert "accepted before" in output
    assert queued(database) == 448


def test_a_campaign_is_called_off_and_followed_to_its_end(
    run: Run, campaign: Path, database: Database
) -> None:
    run("batch", str(campaign), code=1)
    assert run("batch", str(campaign), "--cancel").output == "448 messages were cancelled\n"
    assert "448 cancelled" in run("batch", str(campaign), "--follow", code=1).output


# files (issue 15)


def test_a_file_is_sent_by_its_path_or_its_url(run: Run, tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(PDF)
    path = str(tmp_path / "invoice.pdf")
    sent = run("send", PHONE, "--file", path).output.split()[0]
    shown = json.loads(run("status", sent, "--json").output)
    assert (shown["message"], shown["file"]["name"]) == ("", "invoice.pdf")
    table = run("status", sent).output
    assert "document" in table
    assert "invoice" not in table, "a name is private"
    named = ("--as", "document", "--file-name", "Yours.pdf")
    sent = run("send", PHONE, "Here", "--file-url", "https://files.example/x", *named).output.split()[0]
    shown = json.loads(run("status", sent, "--json").output)
    assert (shown["message"], shown["file"]["name"], shown["file"]["kind"]) == (
        "Here",
        "Yours.pdf",
        "document",
    )
    assert "to be fetched" in run("status", sent).output


@pytest.mark.parametrize(
    "arguments",
    [("send", PHONE), ("send", PHONE, "x", "--as", "image"), ("send", PHONE, "--file", "/nowhere")],
)
def test_options_of_files_that_make_no_sense_are_refused(run: Run, arguments: tuple[str, ...]) -> None:
    run(*arguments, code=2)


def test_a_csv_uploads_each_file_once(run: Run, tmp_path: Path, database: Database) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "empty.pdf").touch()
    table = tmp_path / "spring.csv"
    rows = [f"+49151123456{n:02d},Hi,a.pdf" for n in range(5)]
    table.write_text("\n".join(["phone,message,file_path", *rows, f"{PHONE},,empty.pdf"]) + "\n")
    run("batch", str(table), code=1)
    assert queued(database) == 5
    assert len(database.texts("KEYS", "wa:upload:*")) == 1
    with (tmp_path / "spring.csv.results.csv").open() as results:
        assert [line["code"] for line in csv.DictReader(results) if line["code"]] == ["file_empty"]
    run("batch", str(table), code=1)
    assert queued(database) == 5, "nothing twice"


# templates (issue 16, part 9)

READY = ("order_ready", "en")
FILLED = (
    "--template",
    "order_ready",
    "--language",
    "en",
    "--variable",
    "name=Ana",
    "--variable",
    "order=a=b",
)


@pytest.fixture
def ready(run: Run) -> None:
    """The template ``order_ready``."""
    kept = run("templates", "set", *READY, "-", stdin="Hi {{name}}: {{order}}\n").output
    assert kept == "order_ready en: created; variables: name, order\n"


@pytest.mark.usefixtures("ready")
def test_templates_are_kept_shown_tried_and_removed(run: Run) -> None:
    assert run("templates", "set", *READY, "Hi {{name}}: {{order}}").output.startswith(
        "order_ready en: unchanged"
    )
    assert run("templates", "show", *READY).output == "Hi {{name}}: {{order}}\n"
    assert "name, order" in run("templates", "list").output
    values = ("--variable", "name=Ana", "--variable", "order=7")
    assert run("templates", "preview", *READY, *values).output == "Hi Ana: 7\n"
    with pytest.raises(RequestRefused, match=r"template.variables.order is missing"):
        run("templates", "preview", *READY, "--variable", "name=Ana")
    with pytest.raises(RequestRefused, match="begins no variable"):
        run("templates", "set", *READY, "Hi {{ name }}")
    assert run("templates", "delete", *READY).output == "order_ready en: removed\n"
    assert run("templates", "delete", *READY).output == "order_ready en: was not there\n"


@pytest.mark.usefixtures("ready")
def test_all_templates_go_out_and_come_in_as_json(run: Run, tmp_path: Path) -> None:
    run("templates", "set", "order_ready", "pt_BR", "Ol\u00e1 {{name}}: {{order}} \U0001f44b")
    file = tmp_path / "templates.json"
    run("templates", "export", str(file))
    exported = json.loads(file.read_text("utf-8"))
    assert [each["language"] for each in exported["templates"]] == ["en", "pt_BR"]
    run("templates", "delete", *READY)
    assert (
        run("templates", "import", str(file)).output
        == "order_ready en: created\norder_ready pt_BR: unchanged\n"
    )
    assert json.loads(run("templates", "export").output) == exported
    exported["templates"][0]["text"] = "{{ wrong }}"
    exported["templates"][1]["text"] = "Oi"
    file.write_text(json.dumps(exported), "utf-8")
    told = run("templates", "import", str(file), code=1)
    assert "template 1: The field text has {{" in told.output
    assert "order_ready pt_BR: changed" in told.output
    for wrong in (
        "[]",
        '{"templates": [{"name": "a"}]}',
        "{",
        '{"templates": [{"name": 1, "language": "en", "text": ""}]}',
    ):
        with pytest.raises(RequestRefused, match="The file must be JSON"):
            run("templates", "import", "-", stdin=wrong)


@pytest.mark.usefixtures("ready")
def test_a_message_is_sent_by_a_template(run: Run) -> None:
    sent = run("send", PHONE, *FILLED).output.split()[0]
    assert json.loads(run("status", sent, "--json").output)["message"] == "Hi Ana: a=b"
    named = ("--file-url", "https://files.example/x.pdf")
    sent = run("send", PHONE, *FILLED, *named).output.split()[0]
    shown = json.loads(run("status", sent, "--json").output)
    assert (shown["message"], shown["file"]["url"]) == ("Hi Ana: a=b", named[1])


@pytest.mark.parametrize(
    "options",
    [
        ("Hi", *FILLED),
        ("--template", "order_ready"),
        ("Hi", "--language", "en"),
        ("Hi", "--variable", "a=b"),
        (*FILLED, "--variable", "order=x"),
        (*FILLED[:4], "--variable", "order"),
    ],
)
def test_options_of_templates_that_make_no_sense_are_refused(run: Run, options: tuple[str, ...]) -> None:
    run("send", PHONE, *options, code=2)


@pytest.mark.usefixtures("ready")
def test_a_csv_sends_by_templates(run: Run, tmp_path: Path, database: Database) -> None:
    file = tmp_path / "orders.csv"
    rows = [f"+49151123456{n:02d},order_ready,en,Ana,{n}" for n in range(3)]
    head = "phone,template,template_language,variables.name,variables.order"
    file.write_text(
        "\n".join([head, *rows, f"{PHONE},order_ready,en,Ana,", f"{PHONE},order_ready,de,Ana,1"]), "utf-8"
    )
    assert "3 accepted, 2 refused" in run("batch", str(file), code=1).output
    assert [line["code"] for line in results(file) if line["code"]] == [
        "template_variables_wrong",
        "template_unknown",
    ]
    texts = {json.loads(line)["message"] for line in run("list", "--json").output.splitlines()}
    assert texts == {f"Hi Ana: {n}" for n in range(3)}
    run("templates", "set", *READY, "Changed {{name}} {{order}}")
    assert "3 by an earlier run" in run("batch", str(file), code=1).output
    file.with_name("orders.csv.results.csv").unlink()
    assert "3 accepted before" in run("batch", str(file), code=1).output
    assert queued(database) == 3


def remembered(database: Database, phone: str, result: str) -> None:
    database.do("SET", keys.number(phone), f"{result}||1764000000000")


def test_numbers_are_checked_and_what_is_not_known_is_named(run: Run, database: Database) -> None:
    remembered(database, PHONE, "registered")
    assert run("check", "+49 1511 2345678").output == f"{PHONE} registered 2025-11-24T16:00:00.000Z\n"
    ended = run("check", PHONE, "+4915112345679", "--wait-seconds", "0", code=1)
    assert ended.stdout.splitlines()[1] == "+4915112345679 waiting"
    [check_id] = re.findall(r"1 numbers wait \(account\): whatsapp-tasks check --id (\S+)", ended.stderr)
    remembered(database, "+4915112345679", "not_registered")
    assert "+4915112345679 waiting" in run("check", "--id", check_id, "--wait-seconds", "0", code=1).output
    with pytest.raises(RequestRefused, match="international form"):
        run("check", "0151")
    with pytest.raises(RequestRefused, match="no check"):
        run("check", "--id", "nonsense")


def test_a_csv_of_numbers_comes_back_with_the_answers(run: Run, database: Database, tmp_path: Path) -> None:
    remembered(database, PHONE, "registered")
    remembered(database, "+551187654321", "not_registered")
    given = tmp_path / "numbers.csv"
    given.write_text(
        "name;phone\nAda;+49 1511 2345678\n\nBo;+5511987654321\nCy;0151\nDi;+551187654321\n", "utf-8"
    )
    out = tmp_path / "answers.csv"
    run("check", "--csv", str(given), "--out", str(out), code=1)  # one is no number
    at = "2025-11-24T16:00:00.000Z"
    assert list(csv.reader(out.read_text("utf-8").splitlines())) == [
        ["name", "phone", "whatsapp", "reason", "checked_at"],
        ["Ada", "+49 1511 2345678", "registered", "", at],
        ["Bo", "+5511987654321", "not_registered", "", at],
        ["Cy", "0151", "unknown", "phone_invalid", ""],
        ["Di", "+551187654321", "not_registered", "", at],
    ]
    assert run("check", "--csv", "-", stdin=PHONE).stdout.strip() == f"{PHONE},registered,,{at}"
    assert run("check", "--csv", "-", stdin="").stdout == ""
    for wrong in ([], [PHONE, "--csv", str(given)], [PHONE, "--id", "x"]):
        assert "Give PHONES" in run("check", *wrong, code=2).output


def test_a_check_that_was_begun_fills_a_csv_later(run: Run, database: Database, tmp_path: Path) -> None:
    given = tmp_path / "numbers.csv"
    given.write_text(f"phone\n{PHONE}\n", "utf-8")
    ended = run("check", "--csv", str(given), "--wait-seconds", "0", code=1)
    assert ended.stdout.splitlines()[1] == f"{PHONE},waiting,,"
    check_id = ended.stderr.split()[-1]
    database.do("HSET", f"wa:{{default}}:number-check:{check_id}:answers", PHONE, "registered||1764000000000")
    later = run("check", "--csv", str(given), "--id", check_id, "--wait-seconds", "0")
    assert later.stdout.splitlines()[1] == f"{PHONE},registered,,2025-11-24T16:00:00.000Z"
