"""The client on an API as it is served."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.support.http_server import HttpServer
from tests.support.pictures import PDF
from whatsapp_tasks.client import Client, TemplateToSend
from whatsapp_tasks.errors import RequestRefused, WaitTimeout
from whatsapp_tasks.stores.api_keys import ApiKey

PHONE = "+4915112345678"
DOCUMENT = (Path(__file__).parents[3] / "docs" / "client.md").read_text("utf-8")


@pytest.fixture
def client(served: HttpServer, served_key: ApiKey) -> Iterator[Client]:
    with Client(served.url, served_key.id, served_key.secrets[0]) as client:
        yield client


def test_a_message_is_sent_found_and_withdrawn(client: Client) -> None:
    accepted = client.send(PHONE, "Hi", send_at="2027-01-01T00:00:00Z", metadata={"a": 1}, priority="high")
    message = client.message(accepted["id"])
    assert (message["message"], message["metadata"], message["priority"]) == ("Hi", {"a": 1}, "high")
    assert [m["id"] for m in client.messages(phone=PHONE)] == [accepted["id"]]
    assert client.cancel(accepted["id"])["status"] == "cancelled"
    assert client.wait(accepted["id"])["status"] == "cancelled"
    assert list(client.messages(status="queued")) == []


def test_a_refusal_carries_its_code(client: Client) -> None:
    first = client.send(PHONE, "one", idempotency_key="k")
    with pytest.raises(RequestRefused) as caught:
        client.send(PHONE, "two", idempotency_key="k")
    assert (caught.value.code, caught.value.http_status) == ("idempotency_conflict", 409)
    assert caught.value.extra == {"message_id": first["id"]}
    with pytest.raises(RequestRefused, match="unknown message can be resolved"):
        client.resolve(first["id"], "sent", "saw it")


def test_templates_are_kept_and_make_texts(client: Client) -> None:
    """issue 16, part 9."""
    kept = client.put_template("order_ready", "pt_BR", "Olá {{name}}")
    assert (kept["outcome"], kept["variables"]) == ("created", ["name"])
    assert client.template("order_ready", "pt_BR")["text"] == "Olá {{name}}"
    client.put_template("order_ready", "en", "Hi {{name}}")
    assert [each["language"] for each in client.templates()] == ["en", "pt_BR"]
    assert client.preview_template("order_ready", "en", {"name": "Ana"}) == "Hi Ana"
    template: TemplateToSend = {"name": "order_ready", "language": "pt_BR", "variables": {"name": "Ana"}}
    accepted = client.send(PHONE, template=template)
    assert client.message(accepted["id"])["message"] == "Olá Ana"
    batch = client.send_batch([{"phone": PHONE, "template": template}])
    assert (batch["accepted"], batch["duplicates"]) == (1, 0)
    assert client.remove_template("order_ready", "en")
    assert not client.remove_template("order_ready", "en")
    with pytest.raises(RequestRefused) as caught:
        client.send(PHONE, template={**template, "language": "en"})
    assert caught.value.extra == {"languages": ["pt_BR"]}


def test_a_batch_is_followed_and_its_rest_cancelled(client: Client) -> None:
    messages = [{"phone": f"+49151123456{n:02d}", "message": "Hi"} for n in range(5)]
    batch = client.send_batch([*messages, {"phone": "nobody", "message": "Hi"}], idempotency_key="b")  # type: ignore[list-item]
    assert (batch["accepted"], batch["refused"], batch["progress"] < 1) == (5, 1, True)
    again = client.send_batch([*messages, {"phone": "nobody", "message": "Hi"}], idempotency_key="b")  # type: ignore[list-item]
    assert again["id"] == batch["id"]
    assert client.cancel_batch(batch["id"])["cancelled_now"] == 5
    assert [b["by_status"] for b in client.wait_batch(batch["id"])] == [{"cancelled": 5}]


def test_numbers_are_checked_followed_and_a_check_is_cancelled(client: Client) -> None:
    check = client.check_numbers(["+49 1511 2345678", "+12025550101"])
    assert (check["status"], check["left"], check["numbers"][0]["phone"]) == ("waiting", 2, "+4915112345678")
    with pytest.raises(WaitTimeout):
        list(client.wait_number_check(check["id"], timeout_seconds=0, pause_seconds=0))
    assert client.cancel_number_check(check["id"])["status"] == "cancelled"
    [over] = client.wait_number_check(check["id"])
    assert (over["status"], over["left"]) == ("cancelled", 2)
    with pytest.raises(RequestRefused, match="no check"):
        client.number_check("nonsense")


def test_a_long_list_comes_whole_and_in_order(client: Client) -> None:
    client.send_batch([{"phone": f"+4915112{n:06d}", "message": "Hi"} for n in range(250)])
    found = [message["phone"] for message in client.messages()]
    assert len(found) == len(set(found)) == 250


def test_opt_outs_are_added_listed_and_removed(client: Client) -> None:
    assert client.add_opt_out("+49 151 1234 5678") == PHONE
    assert client.opted_out(PHONE)
    assert list(client.opt_outs()) == [PHONE]
    with pytest.raises(RequestRefused, match="opt-out list"):
        client.send(PHONE, "Hi")
    assert client.remove_opt_out(PHONE) == PHONE
    assert not client.opted_out(PHONE)


@pytest.mark.parametrize(
    "written", ["+1 (202) 555-0168", "+1\u00a0202\u2011555\u20110168", "+1.202.555.0168", " +12025550168\n"]
)
def test_a_phone_in_a_path_may_hold_any_signs_issue_12_row_7(client: Client, written: str) -> None:
    assert client.add_opt_out(written) == "+12025550168"
    assert client.opted_out(written)
    assert client.remove_opt_out(written) == "+12025550168"


@pytest.mark.parametrize(
    "no_phone", ["+1/202/555/0168", "/", "..", ".", "%", "%2F", "?", "#", "a", "é", "\\"]
)
def test_what_is_no_phone_in_a_path_is_reported_and_not_taken_for_another_path(
    client: Client, no_phone: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        client.add_opt_out(no_phone)
    assert (caught.value.code, caught.value.http_status) == ("phone_invalid", 422)


def test_accounts_are_looked_at_paused_and_resumed(client: Client, served_key: ApiKey) -> None:
    assert [account["account"] for account in client.accounts()] == ["default"]
    assert client.key() == {"id": served_key.id, "label": "test", "scopes": ["admin"]}
    assert client.pause(note="new phone")["paused"]
    assert client.account()["pauses"][0]["note"] == "new phone"
    assert not client.resume()["paused"]


def test_the_documented_example_runs_as_it_stands(served: HttpServer, served_key: ApiKey) -> None:
    [example] = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    ended = subprocess.run(
        [sys.executable, "-c", example],
        env={
            **os.environ,
            "WHATSAPP_API_URL": served.url,
            "WHATSAPP_API_KEY": served_key.id,
            "WHATSAPP_API_SECRET": served_key.secrets[0],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "cancelled" in ended.stdout


def test_a_file_is_uploaded_and_sent(client: Client, tmp_path: Path) -> None:
    """issue 15: ``client.send(…, file=Path(…))``."""
    path = tmp_path / "Rechnung 👍.pdf"
    path.write_bytes(PDF)
    accepted = client.send(PHONE, "Your invoice", file=path, idempotency_key="i")
    file = client.message(accepted["id"])["file"]
    assert file is not None
    assert (file["name"], file["kind"], file["size"]) == (path.name, "document", len(PDF))
    assert client.send(PHONE, "Your invoice", file=path, idempotency_key="i")["duplicate"]
    uploaded = client.upload(path, name="b.pdf")
    assert client.uploaded(uploaded["id"]) == uploaded
    alone = client.send(PHONE, file={"id": uploaded["id"], "as": "document"})
    assert client.message(alone["id"])["message"] == ""
    with pytest.raises(RequestRefused) as caught:
        client.send(PHONE, "Your invoice", file={"id": uploaded["id"]}, idempotency_key="i")
    assert caught.value.code == "idempotency_conflict"


def test_an_empty_and_a_too_large_file_are_refused(client: Client, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(RequestRefused, match="empty"):
        client.upload(tmp_path / "empty")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(RequestRefused) as caught:
        client.upload(tmp_path / "large")
    assert caught.value.code == "body_too_large"


def test_a_file_of_sixty_megabytes_passes(client: Client, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as large:
        large.write(b"%PDF-1.7")
        large.truncate(60 * 1024 * 1024)
    assert client.upload(tmp_path / "large", name="large.pdf")["size"] == 60 * 1024 * 1024


def test_events_are_followed_and_gone_on_with(client: Client) -> None:
    """Issue 16, 8."""
    accepted = client.send(PHONE, "Hi", send_at="2027-01-01T00:00:00Z")
    [queued] = islice(client.events(account="default", after="0-0"), 1)
    assert (queued["type"], queued["data"]["message_id"]) == ("message.queued", accepted["id"])
    client.cancel(accepted["id"])
    [cancelled] = islice(client.events(type="message.*", after=queued["place"]), 1)
    assert cancelled["data"] == {"message_id": accepted["id"], "status": "cancelled"}
    with pytest.raises(RequestRefused, match=r"unknown type 'message\.gone'"):
        next(client.events(type="message.gone"))
