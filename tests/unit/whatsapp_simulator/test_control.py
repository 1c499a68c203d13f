"""The control API and the class users steer it with, against a real process."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from whatsapp_simulator.scenarios.catalogue import SCENARIOS
from whatsapp_simulator.testing import Simulator, SimulatorError

ANNA = "4915112345678"
WITH_FILE = {"from": ANNA, "text": ""}
BROKEN = {"kind": "image", "content": "%"}


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with Simulator(era="E2", sent_ms=77) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    running.reset()
    return running


def test_health_help_and_control_page(simulator: Simulator) -> None:
    assert simulator.call("GET", "/healthz") == {"status": "ok"}
    routes = simulator.call("GET", "/help")["routes"]
    assert all(route["what"] for route in routes)
    assert "GET /messages" in {route["route"] for route in routes}
    assert simulator.lookups() == []
    with urllib.request.urlopen(simulator.control_url) as page:
        assert b"ground truth" in page.read()


def test_settings_of_the_start_changes_and_reset(simulator: Simulator) -> None:
    assert simulator.settings()["sent_ms"] == 77
    assert simulator.set(era="E3", read_ms=None)["read_ms"] is None
    simulator.reset(lang="pt")
    settings = simulator.settings()
    assert (settings["era"], settings["lang"], settings["read_ms"]) == ("E2", "pt", 1500)
    schema = simulator.call("GET", "/settings?schema=1")
    assert schema["era"]["values"] == ["E1", "E2", "E3"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "words"),
    [
        ("PATCH", "/settings", {"era": "E9"}, 422, "invalid_settings", "era"),
        ("PATCH", "/settings", {"sped": 2}, 422, "invalid_settings", "sped"),
        ("PUT", "/scenarios/temporary_ban", {"code": "x"}, 422, "invalid_parameters", "code"),
        ("PUT", "/scenarios/break_selector", {"part": "x"}, 422, "invalid_parameters", "compose"),
        ("PUT", "/scenarios/nothing", {}, 404, "no_such_scenario", "temporary_ban"),
        ("DELETE", "/scenarios/nothing", {}, 404, "no_such_scenario", "temporary_ban"),
        ("POST", "/link", {}, 409, "no_qr_shown", "no page is connected"),
        ("POST", "/pair", {"code": "ABCD1234"}, 409, "wrong_code", "expired"),
        ("POST", "/logout", {"reason": "because"}, 422, "invalid_reason", "logged_out"),
        ("POST", "/incoming", {"from": "12", "text": "x"}, 422, "invalid_phone", "country code"),
        ("POST", "/incoming", {"from": ANNA}, 422, "invalid_text", "text"),
        ("POST", "/incoming", {**WITH_FILE, "file": {"kind": "virus"}}, 422, "invalid_file", "kind"),
        ("POST", "/incoming", {**WITH_FILE, "file": BROKEN}, 422, "invalid_file", "base64"),
        ("POST", "/chats", {"phone": ANNA, "messages": "x"}, 422, "invalid_messages", "list"),
        ("GET", "/chats/4999999", None, 404, "no_such_chat", "number"),
        ("PATCH", "/messages/XY", {"status": "read"}, 404, "no_such_message", "id"),
        ("PATCH", "/messages/XY", {"status": "gone"}, 422, "invalid_status", "delivered"),
        ("GET", "/nowhere", None, 404, "http_404", "GET /help"),
        ("DELETE", "/settings", {}, 405, "http_405", "GET /help"),
    ],
)
def test_every_refusal_has_one_shape_and_says_why(  # noqa: PLR0917
    simulator: Simulator, method: str, path: str, body: Any, status: int, code: str, words: str
) -> None:
    with pytest.raises(SimulatorError) as caught:
        simulator.call(method, path, body)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert words in str(caught.value)


def test_a_body_that_is_no_json_object(simulator: Simulator) -> None:
    for body, code in ((b"{", "malformed_json"), (b"[]", "not_an_object")):
        request = urllib.request.Request(simulator.control_url + "/link", data=body, method="POST")
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        with caught.value as error:
            assert error.code == 400
            assert json.load(error)["error"]["code"] == code


def test_a_file_of_others_has_its_digest_and_says_what_size_it_wants(simulator: Simulator) -> None:
    digest = hashlib.sha256(b"its bytes").hexdigest()
    simulator.incoming(ANNA, "", file={"kind": "document", "name": "a.pdf", "content": b"its bytes"})
    simulator.incoming(ANNA, "", file={"kind": "document", "size": 7_000, "content": b"its bytes"})
    simulator.incoming(ANNA, "", file={"kind": "image"})
    files = [message["attachments"][0] for message in simulator.in_chat(ANNA)]
    assert [(f["size"], f["sha256"]) for f in files] == [(9, digest), (7_000, digest), (1000, "")]


def test_chats_incoming_and_scenarios(simulator: Simulator) -> None:
    simulator.chat("+49 1511 2345678", "Anna", [{"text": "hi", "mine": True}, {"text": "hello"}])
    simulator.incoming("+" + ANNA, "and now?")
    (chat,) = simulator.chats()
    assert chat == {"phone": ANNA, "name": "Anna", "unread": 1, "messages": 3}
    texts = [each["text"] for each in simulator.call("GET", f"/chats/{ANNA}")["messages"]]
    assert texts == ["hi", "hello", "and now?"]
    assert simulator.messages() == [], "history is no ground truth"
    simulator.scenario("temporary_ban", code=104, duration="01:00:00", count=2)
    listing = {each["name"]: each for each in simulator.call("GET", "/scenarios")["scenarios"]}
    assert set(listing) == set(SCENARIOS)
    assert listing["temporary_ban"]["active"]["left"] == 2
    assert all(each["what"] for each in listing.values())
    simulator.clear_scenario("temporary_ban")
    simulator.scenario("offline_banner")
    simulator.clear_scenarios()
    assert not any(each["active"] for each in simulator.call("GET", "/scenarios")["scenarios"])


CHROME = {
    "User-Agent": "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
}


async def _as_page(simulator: Simulator, *messages: dict[str, Any], token: str | None = None) -> str:
    """Speaks to the page port as the page does: links unless it has a token, then says `messages`."""
    async with (
        aiohttp.ClientSession(headers=CHROME) as session,
        session.ws_connect(simulator.page_url + "/_sim/socket") as socket,
    ):
        await socket.send_json({"type": "hello", "token": token})
        if token is None:
            await socket.send_json({"type": "screen", "screen": "qr"})
            await asyncio.to_thread(simulator.link)
            while (answer := await socket.receive_json())["type"] != "linked":
                pass
            token = str(answer["token"])
        for message in messages:
            await socket.send_json(message)
        if messages:
            while (await socket.receive_json())["type"] != "status":
                pass
        return token


def test_memory_survives_a_restart_when_asked(tmp_path: Path) -> None:
    with Simulator(data=tmp_path, delivered_ms=50, read_ms=50) as simulator:
        token = asyncio.run(
            _as_page(simulator, {"type": "send", "id": "3EB0A", "chat": ANNA, "text": "kept\n😀"})
        )
        (device,) = simulator.devices()
    with Simulator(data=tmp_path, delivered_ms=50, read_ms=50) as simulator:
        assert simulator.devices() == [{**device, "alive": 0, "most_alive": 0}]
        (message,) = simulator.messages(ANNA)
        assert message.text == "kept\n😀"
        asyncio.run(
            _as_page(simulator, {"type": "send", "id": "3EB0B", "chat": ANNA, "text": "2"}, token=token)
        )
        assert [each.seq for each in simulator.messages()] == [1, 2]
        simulator.reset()
    with Simulator(data=tmp_path) as simulator:
        assert simulator.messages() == []


def test_html_and_uploads_of_the_page_port(simulator: Simulator) -> None:
    async def fetch() -> tuple[str, str, str]:
        async with aiohttp.ClientSession(headers=CHROME) as session:
            async with session.get(simulator.page_url + "/send?phone=1") as answer:
                html = await answer.text()
            async with session.get(
                simulator.page_url, headers={"User-Agent": "x HeadlessChrome/1"}
            ) as answer:
                refused = await answer.text()
            named = {"X-File-Name": "a%20b.txt", "X-File-Kind": "audio"}
            async with session.post(
                simulator.page_url + "/_sim/upload", data=b"abc", headers=named
            ) as answer:
                upload = (await answer.json())["upload"]
        return html, refused, upload

    html, refused, upload = asyncio.run(fetch())
    assert 'id="app"' in html
    assert "WhatsApp works with Google Chrome" in refused
    asyncio.run(
        _as_page(
            simulator, {"type": "send", "id": "3EB0C", "chat": ANNA, "text": "", "uploads": [upload, "other"]}
        )
    )
    (message,) = simulator.messages()
    (file,) = message.attachments
    assert (file["name"], file["size"], file["kind"]) == ("a b.txt", 3, "audio")
    assert file["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "whatsapp_simulator", "--port", "0", "--control-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert set(json.loads(process.stdout.readline())) == {"page", "control"}
    process.send_signal(number)
    rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_it_dies_with_its_parent() -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from whatsapp_simulator.testing import Simulator\nimport time\n"
            "s = Simulator(); s.start(); print(s.pid, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _alive(child):
        assert time.monotonic() < deadline, "still running"
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]


def test_a_text_of_digits_needs_no_quotes() -> None:
    with Simulator(own_phone="12025550198") as simulator:
        assert simulator.settings()["own_phone"] == "12025550198"
    command = [sys.executable, "-m", "whatsapp_simulator", "--port", "0", "--control-port", "0"]
    process = subprocess.Popen(
        [*command, "--set", "own_phone=12025550197"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    control = json.loads(process.stdout.readline())["control"]
    with urllib.request.urlopen(control + "/settings") as answer:
        assert json.load(answer)["own_phone"] == "12025550197"
    process.terminate()
    process.communicate(timeout=5)


def test_a_wrong_setting_is_refused_at_the_start() -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        Simulator(speed=0).start()
