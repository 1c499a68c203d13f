"""Processes start, end and die as they should; none of ours keeps running."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.support.stack import ANY_NAME, LONG_SECONDS, NO_WAY_OUT, Stack, eventually, log_lines
from whatsapp_tasks.domain.message_request import MessageRequest

AWAY = "redis://127.0.0.1:1/0"  # a port that nobody may bind without being root: refused at once


def test_without_redis_each_process_tries_five_times_and_exits_with_1(
    new_stack: Callable[..., Stack],
) -> None:
    stack = new_stack()
    began = time.monotonic()
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-m", "whatsapp_tasks.cli.main", name],
            env={**stack.plain_environment, "REDIS_URL": AWAY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("web", "worker", "beat", "webhooks")
    }
    for process in processes.values():
        _, told = process.communicate(timeout=60)
        attempts = [line for line in log_lines(told) if line["event"] == "Redis is unavailable"]
        assert process.returncode == 1
        assert [line["attempt"] for line in attempts] == [1, 2, 3, 4, 5]
        assert [line["next_in_seconds"] for line in attempts] == [1, 2, 4, 8, None]
        assert time.monotonic() - began > 15


def test_what_processes_write_is_closed_to_other_users(new_stack: Callable[..., Stack]) -> None:
    """Issue 12, row 11: the profile, which is the login, above all."""
    stack = new_stack()
    data = stack.folder / "data"
    data.mkdir(mode=0o755)  # as older versions made it
    stack.start("worker", "beat").link()
    stack.kill("worker")
    written = [path for path in (data, *data.rglob("*")) if not path.is_symlink()]
    assert (data / "profiles" / "default" / "Default").is_dir()
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_second_worker_of_the_account_refuses_and_says_who_holds_it(module_stack: Stack) -> None:
    stack = module_stack
    second = subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "worker"],
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert f"process {stack.process('worker').pid} on" in second.stderr
    assert stack.running("worker")


def test_a_killed_worker_leaves_no_browser_and_its_successor_goes_on_at_once(
    new_stack: Callable[..., Stack],
) -> None:
    stack = new_stack().start("worker")
    stack.link(flushed=True)
    assert stack.browsers()
    stack.kill("worker")
    eventually(lambda: not stack.browsers(), "no browser is left", 5)
    began = time.monotonic()
    stack.run("worker")
    sent = stack.dispatcher.send(MessageRequest("+4915112345678", "after the kill"))
    stack.await_status(sent.id, "sent", "delivered", "read")
    assert time.monotonic() - began < 30  # not the lease's or a visibility timeout's time
    assert [m.text for m in stack.simulator.messages()] == ["after the kill"]


def test_sigterm_ends_a_worker_in_order_and_the_login_survives(module_stack: Stack) -> None:
    """Leaves the stack as it was."""
    stack = module_stack
    assert stack.terminate("worker") == 0
    assert not stack.browsers()
    stack.run("worker")
    eventually(lambda: any(page.get("screen") == "main" for page in stack.simulator.pages()), "the chats")
    stack.await_state("AUTHENTICATED")
    assert len(stack.simulator.devices()) == 1


def test_up_runs_everything_and_ctrl_c_ends_everything(new_stack: Callable[..., Stack]) -> None:
    """In a folder of any name, and with a proxy that does not work (issue 12, rows 25 and 26)."""
    stack = new_stack(data=ANY_NAME)
    stack.simulator.start()
    environment = stack.plain_environment | {
        "WHATSAPP_URL": stack.simulator.page_url,
        "WHATSAPP_FLOWER_PORT": "0",
        **NO_WAY_OUT,
    }
    environment.pop("REDIS_URL", None)
    with (stack.folder / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "whatsapp_tasks.cli.main", "up"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        eventually(lambda: "waits for a phone" in stack.log("up"), "the QR code is shown")
        stack.simulator.link()
        eventually(lambda: "AUTHENTICATED" in stack.log("up"), "the account is linked")
        assert stack.browsers()
        assert re.search(r"secret: was_\S+", stack.log("up"))
        os.killpg(up.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
        assert up.wait(LONG_SECONDS) == 0
    finally:
        up.kill()
        up.wait()
    assert not stack.browsers()
    assert not stack.processes_of_folder()


def test_a_killed_up_takes_its_processes_with_it(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack()
    stack.simulator.start()
    environment = stack.plain_environment | {"WHATSAPP_URL": stack.simulator.page_url}
    environment.pop("REDIS_URL", None)
    with (stack.folder / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "whatsapp_tasks.cli.main", "up", "--no-flower"],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: "waits for a phone" in stack.log("up"), "the QR code is shown")
    finally:
        up.kill()
        up.wait()
    eventually(lambda: not stack.browsers() and not stack.processes_of_folder(), "all of it has ended", 10)


def test_wrong_settings_are_one_clear_line(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack()
    ended = subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "worker"],
        env=stack.plain_environment | {"WHATSAPP_HEADLESS": "perhaps", "WHATSAPP_WEB_PORT": "99999"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "WHATSAPP_HEADLESS" in ended.stderr
    assert "WHATSAPP_WEB_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_json_logs_are_json(module_stack: Stack) -> None:
    lines = [line for line in module_stack.log("worker").splitlines() if line.startswith("{")]
    assert len(lines) > 3
    for line in lines:
        assert {"event", "level", "timestamp"} <= set(json.loads(line))


@pytest.mark.parametrize("command", ["web", "up"])
def test_a_port_in_use_is_one_clear_line(new_stack: Callable[..., Stack], command: str) -> None:
    stack = new_stack()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", stack.web_port))
        holder.listen()
        ended = _run(command, stack.plain_environment)
    assert ended.returncode == 1
    assert f"WHATSAPP_WEB_PORT: 127.0.0.1:{stack.web_port} cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("setting", "value"),
    [("REDIS_URL", "foo"), ("WHATSAPP_DATA_DIR", "/dev/null/below"), ("WHATSAPP_WEB_PORT", "x")],
)
def test_a_setting_that_cannot_be_is_one_clear_line(
    new_stack: Callable[..., Stack], setting: str, value: str
) -> None:
    ended = _run("up", new_stack().plain_environment | {setting: value})
    assert ended.returncode == 1
    assert setting in ended.stderr
    assert "Traceback" not in ended.stderr


SECRET = "s/e#c"
UNMAPPED = f"redis://:{SECRET}@127.0.0.1:6379/0?socket_timeout=3"


@pytest.mark.parametrize(
    "command",
    [
        *("web", "worker", "up"),
        *(pytest.param(each, marks=pytest.mark.long) for each in ("webhooks", "beat", "flower", "demo")),
    ],
)
def test_a_redis_url_that_cannot_be_mapped_is_one_clear_line_of_every_process(
    new_stack: Callable[..., Stack], command: str
) -> None:
    """Issue 12, row 23. The line names what is known instead, and never the password."""
    ended = _run(command, new_stack().plain_environment | {"REDIS_URL": UNMAPPED})
    assert ended.returncode == 1
    (line,) = (ended.stdout + ended.stderr).strip().splitlines()
    assert "REDIS_URL" in line
    assert "health_check_interval" in line
    assert SECRET not in line


def _warns_of_durability(stack: Stack, process: str) -> bool:
    return "durability could not be checked" in stack.log(process)


def test_a_redis_user_without_dangerous_commands_serves_with_a_warning(
    new_stack: Callable[..., Stack],
) -> None:
    """Issue 12, row 24: managed Redis forbids INFO, CONFIG, KEYS and the like."""
    stack = new_stack().start()
    stack.database.do("ACL", "SETUSER", "default", "-@dangerous")
    for name in ("worker", "web", "beat", "webhooks"):
        stack.run(name)
    stack.link()
    message = stack.client().send("+4915112345678", "Hello")
    stack.await_status(message["id"], "sent", "delivered", "read")
    for name in ("worker", "web", "beat", "webhooks"):
        eventually(partial(_warns_of_durability, stack, name), f"{name} warns")
        assert '"level": "critical"' not in stack.log(name)
        assert "NOPERM" not in stack.log(name)
    doctor = subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "doctor"],
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "could not be checked" in doctor.stdout
    assert "Traceback" not in doctor.stderr


def _run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
