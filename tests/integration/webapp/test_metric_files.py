"""Dashboard and alert rules: sound files, on metrics that there are."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.webapp.conftest import Caller
from tests.integration.webapp.test_metrics import scrape_busy_service
from whatsapp_tasks.stores.connection import Database

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "dashboard.json"
_NAME = re.compile(r"\bwhatsapp_[a-z_]+\b")
_LABELLED = re.compile(r"\b(whatsapp_[a-z_]+)\{([^}]*)\}")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [p for p in json.loads(DASHBOARD.read_text("utf-8"))["panels"] if p["type"] != "row"]


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + [t["expr"] for p in panels() for t in p["targets"]]


@pytest.fixture
def told(caller: Caller, make_app: Callable[..., Flask], database: Database) -> dict[str, set[str]]:
    """Names of samples and the labels that each has."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(scrape_busy_service(caller, make_app, database)):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_every_metric_and_label_that_is_asked_for_is_reported(told: dict[str, set[str]]) -> None:
    for expression in expressions():
        names = set(_NAME.findall(expression))
        assert names, expression
        assert names <= set(told), expression
        for name, labels in _LABELLED.findall(expression):
            assert set(re.findall(r"(\w+)\s*[=!]", labels)) <= told[name], expression


def test_every_family_is_on_the_dashboard_or_in_a_rule(told: dict[str, set[str]]) -> None:
    shown = {name for expression in expressions() for name in _NAME.findall(expression)}
    elsewhere = {
        "whatsapp_worker_busy",
        "whatsapp_browser_running",
        "whatsapp_session_state_since_seconds",
        "whatsapp_page_surprises_total",  # the test's own
    }
    assert set(told) - shown - elsewhere == set()


def test_every_family_is_on_the_page_about_metrics(told: dict[str, set[str]]) -> None:
    page = (DEPLOY.parent / "docs" / "metrics.md").read_text("utf-8")
    rows = [line.partition("|")[2].partition("|")[0] for line in page.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in _NAME.findall(row)}
    parts = {f"{name}{part}" for name in named for part in ("_bucket", "_sum", "_count")}
    assert set(told) - named - parts - {"whatsapp_page_surprises_total"} == set()
    sources = "".join(
        path.read_text("utf-8")
        for folder in ("whatsapp_tasks", "webapp")
        for path in (DEPLOY.parent / folder).rglob("*.[pl]*")
        if path.suffix in (".py", ".lua")
    )
    assert {n for n in named if n.removeprefix("whatsapp_").removesuffix("_total") not in sources} == set()


def test_every_rule_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    cells: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        own = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not own & cells, panel["title"]
        cells |= own


def test_prometheus_takes_the_rules() -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not here; the rules were parsed as YAML, and their metrics compared, above")
    subprocess.run(["promtool", "check", "rules", str(RULES)], check=True)
