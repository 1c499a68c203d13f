"""``whatsapp-tasks mcp`` as a program that an assistant starts: the SDK's own client on the served API.

Issue 16, part 10.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.mcp_server.conftest import Environment
from tests.integration.mcp_server.conversation import COMMAND, by_stdio, run
from tests.support.chats_read import ADA, AT, chat_read
from tests.support.http_server import HttpServer
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.mcp_server.server import OF_OTHERS
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.connection import Database

PHONE = "+4915112345678"
PHONE_2 = "+4915112345679"
TEXT = "Grüße vom Assistenten 👋"
OF_SEND = {"send_message", "cancel_message", "check_number", "preview_template"}
OF_READ = {
    *("message_status", "number_check", "list_templates", "account_status"),
    *("list_chats", "read_chat"),
}

DOCUMENT = (Path(__file__).parents[3] / "docs" / "mcp.md").read_text("utf-8")

EnvironmentOf = Callable[[ApiKey], Environment]


@pytest.mark.parametrize(
    ("scopes", "offered"),
    [(("send",), OF_SEND), (("read",), OF_READ), (("admin",), OF_SEND | OF_READ)],
)
def test_the_tools_are_those_of_the_key(
    scopes: tuple[str, ...],
    offered: set[str],
    make_key: Callable[..., ApiKey],
    environment_of: EnvironmentOf,
    tmp_path: Path,
) -> None:
    async def ask() -> set[str]:
        async with by_stdio(environment_of(make_key(*scopes)), tmp_path) as assistant:
            return set(await assistant.tools())

    assert run(ask()) == offered


def test_a_message_is_sent_once_followed_and_cancelled(
    make_key: Callable[..., ApiKey], environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    key = make_key("send", "read")

    async def ask() -> None:
        async with by_stdio(environment_of(key), tmp_path) as assistant:
            first = await assistant.call("send_message", phone=PHONE, text=TEXT)
            assert (first.failed, first.fields["status"], first.fields["duplicate"]) == (
                False,
                "queued",
                False,
            )
            again = await assistant.call("send_message", phone="+49 (151) 123-45678", text=f" {TEXT}\n")
            assert again.fields == {**first.fields, "duplicate": True}
            other = await assistant.call("send_message", phone=PHONE, text=TEXT, idempotency_key="2nd")
            assert other.fields["id"] != first.fields["id"]
            assert (other.fields["duplicate"], other.fields["idempotency_key"]) == (False, "2nd")
            blank = await assistant.call("send_message", phone=PHONE, text=TEXT, idempotency_key="")
            assert (blank.failed, "idempotency_key_invalid" in blank.text) == (True, True)

            status = await assistant.call("message_status", message_id=first.fields["id"], wait_seconds=0.1)
            assert (status.fields["status"], status.fields["message"]) == ("queued", TEXT)
            cancelled = await assistant.call("cancel_message", message_id=first.fields["id"])
            assert cancelled.fields["status"] == "cancelled"
            account = await assistant.call("account_status")
            assert (account.fields["account"], account.fields["may_send"]) == ("default", False)

    run(ask())
    written = (tmp_path / "stderr").read_text("utf-8")
    assert "The tools are those of the API key" in written
    for private in (key.secrets[0], PHONE[1:], "12345678", TEXT):
        assert private not in written


def test_a_template_makes_the_text(
    served: HttpServer, make_key: Callable[..., ApiKey], environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    admin = make_key("admin")
    with Client(served.url, admin.id, admin.secrets[0]) as client:
        client.put_template("ready", "en", "Hi {{name}}")
    template = {"name": "ready", "language": "en", "variables": {"name": "Ana"}}

    async def ask() -> None:
        async with by_stdio(environment_of(make_key("send", "read")), tmp_path) as assistant:
            [listed] = (await assistant.call("list_templates")).fields["result"]
            assert listed == {"name": "ready", "language": "en", "text": "Hi {{name}}", "variables": ["name"]}
            preview = await assistant.call("preview_template", **template)
            assert preview.fields == {"result": "Hi Ana"}
            sent = await assistant.call("send_message", phone=PHONE, template=template)
            status = await assistant.call("message_status", message_id=sent.fields["id"])
            assert status.fields["message"] == "Hi Ana"
            other = {**template, "variables": {"name": "Bo"}}
            another = await assistant.call("send_message", phone=PHONE, template=other)
            assert another.fields["id"] != sent.fields["id"]
            wrong = await assistant.call("send_message", phone=PHONE, template={**template, "variables": {}})
            assert wrong.failed
            assert "template_variables_wrong (422)" in wrong.text

    run(ask())


def test_a_number_waits_for_its_look_up(
    make_key: Callable[..., ApiKey], environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    async def ask() -> None:
        async with by_stdio(environment_of(make_key("send", "read")), tmp_path) as assistant:
            begun = await assistant.call("check_number", phone=PHONE)
            assert (begun.fields["phone"], begun.fields["result"]) == (PHONE, None)
            later = await assistant.call("number_check", check_id=begun.fields["check_id"], wait_seconds=0.1)
            assert later.fields == begun.fields

    run(ask())


def test_chats_are_read_one_a_call_and_a_message_there_is_quoted(
    database: Database,
    settings: Settings,
    make_key: Callable[..., ApiKey],
    environment_of: EnvironmentOf,
    tmp_path: Path,
) -> None:
    key = make_key("send", "read")
    chat = chat_read(database, settings)

    async def ask() -> None:
        async with by_stdio(environment_of(key), tmp_path) as assistant:
            [listed] = (await assistant.call("list_chats")).fields["result"]
            assert listed == {
                "id": chat.id, "kind": "person", "phone": ADA, "title": "Ada", "last_seen_at": AT,
            }  # fmt: skip
            read = await assistant.call("read_chat", chat_id=chat.id, limit=2)
            assert read.text.startswith(f"{OF_OTHERS}\n"), "before a stranger's text"
            newest = read.fields["result"]
            assert [(m["direction"], m["text"]) for m in newest] == [("in", ""), ("in", "thanks")]
            assert newest[1]["quoted"]["text"] == "Your code is 7"
            older = await assistant.call("read_chat", chat_id=chat.id, before=newest[1]["id"])
            assert [(m["direction"], m["text"]) for m in older.fields["result"]] == [
                ("out", "Your code is 7")
            ]

            answer = {"phone": ADA, "text": "You are welcome", "reply_to": newest[1]["id"]}
            sent = await assistant.call("send_message", **answer)
            status = await assistant.call("message_status", message_id=sent.fields["id"])
            assert (status.fields["reply_to"], status.fields["message"]) == (newest[1]["id"], answer["text"])
            assert (await assistant.call("send_message", **answer)).fields == {
                **sent.fields,
                "duplicate": True,
            }
            plain = await assistant.call("send_message", phone=ADA, text=answer["text"])
            assert plain.fields["id"] != sent.fields["id"]
            by_id = await assistant.call("send_message", chat_id=chat.id, text=answer["text"])
            there = await assistant.call("message_status", message_id=by_id.fields["id"])
            assert (there.fields["chat"], there.fields["phone"]) == (chat.id, ADA)

            for arguments, said in (
                ({"text": "Hi"}, "recipient_missing (422)"),
                ({"chat_id": chat.id, "phone": ADA, "text": "Hi"}, "recipient_ambiguous (422)"),
                ({**answer, "phone": PHONE_2}, "reply_to_elsewhere (422)"),
                ({**answer, "reply_to": plain.fields["id"]}, "reply_to_not_sent (422)"),
                ({**answer, "reply_to": [answer["reply_to"]]}, "reply_to"),
            ):
                refused = await assistant.call("send_message", **arguments)
                assert refused.failed, arguments
                assert said in refused.text
            missing = await assistant.call("read_chat", chat_id="0" * 32 + "-default")
            assert "chat_not_found (404)" in missing.text
            assert "list_chats" in missing.text
            for too_much in ({"chat_id": [chat.id]}, {"chat_id": chat.id, "limit": 1000}):
                assert (await assistant.call("read_chat", **too_much)).failed, too_much

    run(ask())
    written = (tmp_path / "stderr").read_text("utf-8")
    for private in (ADA[1:], "thanks", "Your code is 7", "You are welcome"):
        assert private not in written


def test_what_is_refused_says_what_to_do_next_and_sends_nothing(
    served: HttpServer, make_key: Callable[..., ApiKey], environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    """Also several recipients in one call, in whatever shape."""

    async def ask() -> None:
        async with by_stdio(environment_of(make_key("send", "read")), tmp_path) as assistant:
            wrong = await assistant.call("send_message", phone="0151 12345678", text="Hi")
            assert wrong.failed
            assert "phone_invalid (422)" in wrong.text
            assert "Next: Correct the arguments and call the tool again." in wrong.text
            several = {"phone": PHONE, "text": "Hi"}
            for too_much in (
                {**several, "phone": [PHONE, PHONE_2]},
                {**several, "phone": f"{PHONE}, {PHONE_2}"},
                {**several, "phones": [PHONE_2]},
                {**several, "cc": PHONE_2},
            ):
                refused = await assistant.call("send_message", **too_much)
                assert refused.failed, too_much
            missing = await assistant.call("message_status", message_id="0" * 32)
            assert "message_not_found (404)" in missing.text

    run(ask())
    admin = make_key("admin")
    with Client(served.url, admin.id, admin.secrets[0]) as client:
        assert list(client.messages()) == []


def test_the_documented_configuration_starts_it(
    make_key: Callable[..., ApiKey], environment_of: EnvironmentOf, tmp_path: Path
) -> None:
    [example] = re.findall(r"^```json\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    [server] = json.loads(example)["mcpServers"].values()
    environment = environment_of(make_key("send"))
    assert set(server["env"]) == set(environment)
    program = Path(sys.executable).with_name(server["command"])

    async def ask() -> set[str]:
        async with by_stdio(environment, tmp_path, [str(program), *server["args"]]) as assistant:
            return set(await assistant.tools())

    assert run(ask()) == OF_SEND


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"WHATSAPP_API_SECRET": ""}, "whatsapp-tasks keys create assistant"),
        ({"WHATSAPP_API_SECRET": "was_wrong"}, "refused the key (signature_invalid)"),
        ({"WHATSAPP_MCP_TOKEN": "too short"}, "WHATSAPP_MCP_TOKEN: must be at least 32"),
    ],
)
def test_it_does_not_start_without_a_key_that_is_right(
    changes: Environment,
    said: str,
    make_key: Callable[..., ApiKey],
    environment_of: EnvironmentOf,
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        COMMAND,
        env={"WHATSAPP_DATA_DIR": str(tmp_path), **environment_of(make_key("send")), **changes},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert said in ended.stderr
    assert "was_wrong" not in ended.stderr
    assert "too short" not in ended.stderr
