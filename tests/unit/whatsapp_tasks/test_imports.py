"""What an app that only sends has to load: a fresh interpreter imports the module and lists its modules."""

import json
import subprocess
import sys

import pytest

NEVER = {
    "selenium",
    "undetected_chromedriver",
    "flask",
    "flower",
    "mcp",
    "starlette",
    "boto3",
    "aiohttp",
    "prometheus_client",
    "psutil",
    "regex",
    "rich",
    "segno",
    "structlog",
    "uvicorn",
    "webapp",
    "whatsapp_simulator",
    "whatsapp_tasks.browser",
    "whatsapp_tasks.session",
    "whatsapp_tasks.cli",
}

LOADED = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def loaded(statement: str) -> set[str]:
    """The names of all modules that are loaded after ``statement``."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{statement}; {LOADED}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(json.loads(ended.stdout))


@pytest.mark.parametrize(
    ("statement", "also_never"),
    [
        ("from whatsapp_tasks.tasks.messages import send_message", {"requests"}),
        ("from whatsapp_tasks.client import Client", {"celery", "redis", "pydantic", "phonenumbers"}),
    ],
)
def test_an_app_that_only_sends_loads_neither_the_browser_nor_the_web(
    statement: str, also_never: set[str]
) -> None:
    """Issue 13, installs that fit."""
    assert loaded(statement) & (NEVER | also_never) == set()


def test_linking_on_a_desktop_loads_neither_redis_nor_celery_nor_the_driver() -> None:
    """Issue 14, 2: what the extra `link` is for."""
    never = {"redis", "celery", "kombu", "flask", "uvicorn", "selenium", "undetected_chromedriver", "boto3"}
    assert loaded("import whatsapp_tasks.cli.link_here") & never == set()


def test_a_worker_without_a_vault_loads_nothing_of_it() -> None:
    assert loaded("import whatsapp_tasks.tasks.worker, webapp.serve") & {"pyrage"} == set()


def test_the_check_itself_sees_what_is_loaded() -> None:
    assert {"selenium", "whatsapp_tasks.browser"} <= loaded("import whatsapp_tasks.tasks.delivery")
