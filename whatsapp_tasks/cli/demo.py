"""``whatsapp-tasks demo``: a text and a file end to end; everything is real except WhatsApp."""

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from whatsapp_tasks.browser.processes import die_with_parent
from whatsapp_tasks.cli import embedded
from whatsapp_tasks.cli.link import show_qr
from whatsapp_tasks.cli.ports import free_port
from whatsapp_tasks.cli.programs import add_programs
from whatsapp_tasks.cli.supervisor import Supervisor, python_module
from whatsapp_tasks.cli.timeline import timeline
from whatsapp_tasks.client import FINAL, Client, Message
from whatsapp_tasks.config import load_settings
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.errors import WaitTimeout, WhatsAppTasksError
from whatsapp_tasks.private_files import private_folder
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.api_keys import ApiKeys
from whatsapp_tasks.stores.connection import Database

PHONE = "+4915112345678"
# One of the simulator's magic numbers (whatsapp_simulator/README.md): never on WhatsApp.
INVALID_PHONE = "+12025550101"
TEXT = "Your code is 482 913 🎉\nمرحبا — it is valid for ten minutes."
RECEIPT = Path(__file__).with_name("demo_receipt.pdf")
STEP_SECONDS = 90.0
_HERE = requests.Session()
_HERE.trust_env = False  # the demo uses only this machine, so no proxy


class DemoFailed(WhatsAppTasksError):
    """The demo failed."""


@dataclass
class _Stage:
    """Everything that runs during the demo."""

    api: str
    control: str
    client: Client
    supervisor: Supervisor
    server: embedded.Embedded | None
    folder: Path


def run_demo(console: Console, folder: Path, *, keep: bool) -> int:
    """Returns exit code 0 if everything worked, 1 otherwise; nothing is left running."""
    load_settings()  # reports wrong settings before anything starts
    began = time.monotonic()
    try:
        with _stage(console, folder) as stage:
            _link(console, stage)
            _send(console, stage)
            _send_file(console, stage)
            _send_to_nobody(console, stage)
            _summary(console, stage, time.monotonic() - began)
            if keep:
                console.print("Still running; Ctrl-C stops everything.")
                _tend_until_interrupted(console, stage)
    except (WhatsAppTasksError, requests.RequestException) as error:
        console.print(f"✘ {error}", style="red")
        console.print(f"  The logs: {folder.resolve() / 'logs'}")
        return 1
    return 0


@contextmanager
def _stage(console: Console, folder: Path) -> Iterator[_Stage]:
    folder = private_folder(folder.resolve())
    (folder / "logs").mkdir(exist_ok=True)
    with ExitStack() as ends:
        with console.status("Starting the simulator …"):
            simulator, addresses = _start_simulator(folder)
            ends.callback(_end, simulator)
        _HERE.post(f"{addresses['control']}/reset", timeout=5).raise_for_status()
        port = free_port()
        os.environ.update(
            {
                "WHATSAPP_URL": addresses["page"],
                "WHATSAPP_DATA_DIR": str(folder),
                "WHATSAPP_WEB_HOST": "127.0.0.1",
                "WHATSAPP_WEB_PORT": str(port),
                "WHATSAPP_FLOWER_HOST": "127.0.0.1",
                "WHATSAPP_FLOWER_PORT": str(free_port()),
                "WHATSAPP_POPUP_SECOND_LOOK_SECONDS": "1",
            }
        )
        if os.geteuid() == 0:
            os.environ["WHATSAPP_NO_SANDBOX"] = "true"  # Chromium as root does not start otherwise
        with console.status("Starting the private Valkey …"):
            server = None
            if "REDIS_URL" not in os.environ:
                server = embedded.start(folder)
                ends.callback(server.stop)
                os.environ["REDIS_URL"] = server.url
        settings = load_settings()
        database = Database.connect(settings)
        Accounts(database).add(DEFAULT_ACCOUNT, int(time.time() * 1000))
        key = ApiKeys(database).create("demo", ("send", "read", "admin"), int(time.time() * 1000))
        ends.callback(ApiKeys(database).revoke, key.id)
        supervisor = Supervisor(lambda _name, _line: None, folder / "logs")
        add_programs(supervisor, settings, [DEFAULT_ACCOUNT], os.environ, with_flower=True)
        ends.callback(supervisor.stop)
        supervisor.start()
        api = f"http://127.0.0.1:{port}"
        client = ends.enter_context(Client(api, key.id, key.secrets[0]))
        with console.status("Starting web, worker, beat and Flower …"):
            _until("the API is ready", lambda: _HERE.get(f"{api}/readyz", timeout=2).ok)
        _tick(console, "web, worker, beat, Flower, Valkey and the simulator are running")
        yield _Stage(api, addresses["control"], client, supervisor, server, folder)


def _link(console: Console, stage: _Stage) -> None:
    if _state(stage) != "AUTHENTICATED":
        with console.status("Waiting for the browser to show a QR code …"):
            qr = _until("a QR code is shown", lambda: _qr(stage))
        show_qr(console, qr)
        with console.status("The simulated phone scans it …"):
            _until("the code is scanned", lambda: _HERE.post(f"{stage.control}/link", timeout=5).ok)
    with console.status("Waiting for the chat list …"):
        _until("the account is linked", lambda: _state(stage) == "AUTHENTICATED")
    _tick(console, "the code was scanned: the account is linked")


def _send(console: Console, stage: _Stage) -> None:
    key = f"demo-{time.time_ns()}"
    console.print(f"\nA message through the signed API, to {PHONE}:")
    accepted = stage.client.send(PHONE, TEXT, idempotency_key=key)
    message = _watch(console, stage, accepted["id"], frozenset({"read", "failed", "unknown"}))
    _check(message["status"] == "read", f"the message ended as {message['status']}: {message.get('error')}")
    received = [m for m in _received(stage) if m["text"] == TEXT]
    _check(len(received) == 1, f"WhatsApp's side received it {len(received)} times")
    _tick(console, "read; WhatsApp's side received it exactly once, byte for byte")

    again = stage.client.send(PHONE, TEXT, idempotency_key=key)
    _check(again["id"] == accepted["id"] and again["duplicate"], "the repeated request was not recognised")
    _tick(console, f"the same request again: the same id {again['id'][:8]}…, nothing sent twice")


def _send_file(console: Console, stage: _Stage) -> None:
    caption = "Your receipt"
    console.print(f"\nA PDF with a caption, to {PHONE}:")
    accepted = stage.client.send(PHONE, caption, file=RECEIPT)
    message = _watch(console, stage, accepted["id"], frozenset({"read", "failed", "unknown"}))
    _check(message["status"] == "read", f"the file ended as {message['status']}: {message.get('error')}")
    received = [file for m in _received(stage) if m["text"] == caption for file in m["attachments"]]
    digests = [file["sha256"] for file in received]
    _check(
        digests == [hashlib.sha256(RECEIPT.read_bytes()).hexdigest()],
        f"WhatsApp's side received {len(digests)} files, or other bytes",
    )
    _tick(console, f"read; WhatsApp's side received {RECEIPT.name} exactly once, byte for byte")


def _send_to_nobody(console: Console, stage: _Stage) -> None:
    console.print(f"\nA message to {INVALID_PHONE}, which is not on WhatsApp:")
    refused = stage.client.send(INVALID_PHONE, TEXT)
    message = _watch(console, stage, refused["id"], FINAL)
    code = message["error"]["code"] if message["error"] else None
    _check(
        (message["status"], code) == ("failed", "not_on_whatsapp"),
        f"it ended as {message['status']} ({code}), not as failed (not_on_whatsapp)",
    )
    _tick(console, "failed, with the reason not_on_whatsapp")


def _summary(console: Console, stage: _Stage, seconds: float) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("took", f"{seconds:.1f} s")
    table.add_row("API", stage.api)
    table.add_row("API docs", f"{stage.api}/docs")
    table.add_row("simulator", stage.control)
    table.add_row("screenshot", str(_screenshot(stage)))
    table.add_row("logs", str(stage.folder / "logs"))
    console.print("\nThe demo succeeded.", style="bold green")
    console.print(table)


def _watch(console: Console, stage: _Stage, message_id: str, until: frozenset[str]) -> Message:
    """The timeline, live."""
    deadline = time.monotonic() + STEP_SECONDS
    with Live(console=console, refresh_per_second=8) as live:
        while True:
            message = stage.client.message(message_id)
            live.update(timeline(message))
            if message["status"] in until:
                return message
            if time.monotonic() > deadline:
                raise DemoFailed(f"The message is still {message['status']} after {STEP_SECONDS:.0f} s.")
            stage.supervisor.tend()
            time.sleep(0.15)


def _tick(console: Console, what: str) -> None:
    console.print(Text("✔", style="green"), what)


def _screenshot(stage: _Stage) -> Path:
    picture = stage.client.download(f"/accounts/{DEFAULT_ACCOUNT}/screenshot")
    path = stage.folder / "screenshot.png"
    path.write_bytes(picture)
    return path


def _state(stage: _Stage) -> str:
    return str(stage.client.account(DEFAULT_ACCOUNT)["state"])


def _qr(stage: _Stage) -> str | None:
    try:
        return str(stage.client.call("GET", f"/accounts/{DEFAULT_ACCOUNT}/qr")["qr"])
    except WhatsAppTasksError:
        return None  # not shown yet


def _received(stage: _Stage) -> list[dict[str, Any]]:
    return list(_HERE.get(f"{stage.control}/messages", timeout=5).json()["messages"])


def _until(what: str, asked: Any, seconds: float = STEP_SECONDS) -> Any:
    """The first true answer; raises WaitTimeout, which names ``what`` did not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            answer = asked()
        except requests.ConnectionError:
            answer = None  # it is still starting
        if answer:
            return answer
        time.sleep(0.1)
    raise WaitTimeout(f"Waited {seconds:.0f} s, but not yet: {what}.")


def _check(good: bool, problem: str) -> None:
    if not good:
        raise DemoFailed(f"The demo failed: {problem}.")


def _tend_until_interrupted(console: Console, stage: _Stage) -> None:
    """Raises StoreUnavailable if the private Valkey keeps dying."""
    try:
        while True:
            if stage.server is not None:
                stage.server.tend(console.print)
            stage.supervisor.tend()
            time.sleep(0.5)
    except KeyboardInterrupt:
        return


def _start_simulator(folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    log = (folder / "logs" / "simulator.log").open("ab")
    process = subprocess.Popen(
        [
            *die_with_parent(),
            *python_module("whatsapp_simulator", "--port", "0", "--control-port", "0"),
        ],
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )
    log.close()
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise DemoFailed(f"The simulator did not start; see {folder / 'logs' / 'simulator.log'}.")
    return process, json.loads(line)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
