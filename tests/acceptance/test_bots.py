"""Issue 16, "Must show" 3: the bots of docs/bots.md, as they stand there, on all processes."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.node import install, program
from tests.support.stack import Stack, eventually
from whatsapp_tasks.browser.processes import die_with_parent
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.clients.webhook_headers import signed_headers
from whatsapp_tasks.domain.webhooks import Endpoint, encode_secret
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.opt_outs import OptOuts
from whatsapp_tasks.stores.webhook_endpoints import WebhookEndpoints

DOCUMENT = (Path(__file__).parents[2] / "docs" / "bots.md").read_text("utf-8")
SECRET = encode_secret(b"b" * 32)
PEOPLE = {
    "python": ("+4915112345671", "+4915112345672", "+4915112345673"),
    "javascript": ("+4915112345681", "+4915112345682", "+4915112345683"),
}
"""Ada, Bo and Cy, who write to the bot in this language and to no other."""


@dataclass(frozen=True)
class Bot:
    """A bot that runs, and the people who write to it."""

    url: str
    ada: str
    bo: str
    cy: str

    def told(self, data: dict[str, Any], secret: str = SECRET) -> int:
        """The status that it answers to an event that is signed with the secret."""
        body = json.dumps({"type": "message.received", "data": data})
        headers = signed_headers((secret,), "msg_1", body, time.time())
        return requests.post(self.url, body, headers=headers, timeout=60).status_code


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("bots")).start("worker", "web", "webhooks")
    try:
        running.link()
        Accounts(running.database).set_receive("default", "full")
        incoming = AccountStores(running.database, running.settings, "default").incoming
        eventually(lambda: incoming.known() is not None, "a first look")
        yield running
    finally:
        running.stop()


@pytest.fixture(params=PEOPLE)
def bot(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Iterator[Bot]:
    """Installed, started and told of everything that people write, as the page says."""
    language, port = request.param, free_port()
    [block] = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    if language == "python":
        (tmp_path / "bot.py").write_text(block, "utf-8")
        command = [sys.executable, "-m", "flask", "--app", "bot", "run", "--port", str(port)]
    else:
        install(tmp_path, "standardwebhooks")
        (tmp_path / "bot.mjs").write_text(block, "utf-8")
        command = [program("node"), "bot.mjs"]
    key = ApiKeys(stack.database).create("bot", ("send",), 1)
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "WHATSAPP_API_URL": stack.api,
        "WHATSAPP_API_KEY": key.id,
        "WHATSAPP_API_SECRET": key.secrets[0],
        "WEBHOOK_SECRET": SECRET,
    }
    url = f"http://127.0.0.1:{port}/hook"
    endpoint = Endpoint(language, url, (SECRET,), events=("message.received",), allow_private=True)
    with (stack.folder / f"{language}-bot.log").open("wb") as log:
        process = subprocess.Popen(
            [*die_with_parent(), *command], cwd=tmp_path, env=environment, stdout=log, stderr=log
        )
    try:
        eventually(lambda: _answers(url), "the bot listens")
        WebhookEndpoints(stack.database).add(endpoint)
        yield Bot(url, *PEOPLE[language])
    finally:
        WebhookEndpoints(stack.database).remove(language)
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(url, timeout=60).status_code > 0
    return False


def test_it_answers_each_message_once_in_its_chat_and_quotes_it(stack: Stack, bot: Bot) -> None:
    said = {bot.ada: "Hello 👋\nis anybody there?", bot.bo: "Hello 👋\nis anybody there?"}
    asked = {phone: stack.simulator.incoming(phone, text) for phone, text in said.items()}
    eventually(lambda: all(stack.simulator.messages(phone) for phone in said), "the answers", 120)
    with stack.client("read") as client:
        accepted = {phone: next(client.messages(phone=phone)) for phone in said}

    # The same event once more, and some of which nobody is to hear.
    for phone, text in said.items():
        message = {"id": accepted[phone]["reply_to"], "text": text, "direction": "in"}
        assert bot.told({"chat": {"phone": phone}, "message": message}) == 204
        assert bot.told({"chat": {"phone": phone}, "message": {**message, "text": "edited"}}) == 204
    forged = {"chat": {"phone": bot.ada}, "message": {"id": "0" * 32 + "-default", "text": "Pay me"}}
    assert bot.told(forged, encode_secret(b"x" * 32)) == 401
    assert requests.post(bot.url, b"{}", timeout=60).status_code == 401
    assert bot.told({"chat": {"phone": None}, "message": {**message, "author": "Somebody in a group"}}) == 204
    assert bot.told({"chat": {"phone": bot.ada}, "message": None, "messages_missed": 2}) == 204

    with stack.client("read") as client:
        assert {phone: [m["id"] for m in client.messages(phone=phone)] for phone in said} == {
            phone: [one["id"]] for phone, one in accepted.items()
        }
    for phone, text in said.items():
        [answer] = stack.simulator.messages(phone)
        assert answer.text == f"You wrote: {text}"
        assert answer.quoted is not None
        assert answer.quoted["id"] == asked[phone]


def test_what_is_refused_for_good_is_not_tried_for_a_day(stack: Stack, bot: Bot) -> None:
    """Somebody who opted out writes: all further events of the chat would wait behind this one."""
    OptOuts(stack.database).add(bot.cy)
    message = {"id": "0" * 32 + "-default", "text": "Hi"}
    assert bot.told({"chat": {"phone": bot.cy}, "message": message}) == 204
    assert bot.told({"chat": {"phone": bot.bo}, "message": message}) == 204  # reply_to_unknown
    assert stack.simulator.messages(bot.cy) == []
