"""Procfile, Dockerfile, Compose and Kubernetes say what the command line and the settings know.

No container engine is needed for this; that the image builds is not shown here.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings

ROOT = Path(__file__).parents[3]
PROCESSES = {"web", "worker", "webhooks", "beat", "flower"}


def _compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


def _kubernetes() -> list[dict[str, Any]]:
    text = (ROOT / "deploy/kubernetes/whatsapp-tasks.yaml").read_text("utf-8")
    return list(yaml.safe_load_all(text))


def _containers() -> list[dict[str, Any]]:
    return [
        container
        for thing in _kubernetes()
        if "template" in thing["spec"]
        for container in thing["spec"]["template"]["spec"]["containers"]
    ]


def test_the_procfile_names_every_process_and_its_command_exists() -> None:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    commands = {line.split(":")[0]: line.split()[2] for line in lines}
    assert set(commands) == PROCESSES
    assert set(commands.values()) <= set(cli.commands)


def test_compose_runs_every_process_by_a_command_that_exists() -> None:
    services = _compose()["services"]
    assert PROCESSES | {"redis"} == set(services)
    assert {services[name]["command"][0] for name in PROCESSES} <= set(cli.commands)
    assert all(services[name]["read_only"] for name in PROCESSES)


def test_composes_redis_is_configured_as_the_promises_need_it() -> None:
    command = " ".join(_compose()["services"]["redis"]["command"])
    assert "--appendonly yes --appendfsync always --maxmemory-policy noeviction" in command


def test_kubernetes_runs_every_process_by_a_command_that_exists() -> None:
    commands = {container["args"][0] for container in _containers()}
    assert commands == PROCESSES
    assert commands <= set(cli.commands)
    for container in _containers():
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert {"data", "tmp"} <= mounted


def test_kubernetes_selectors_match_their_labels() -> None:
    for thing in _kubernetes():
        if "template" in thing["spec"]:
            labels = thing["spec"]["template"]["metadata"]["labels"]
            assert thing["spec"]["selector"]["matchLabels"] == labels


def test_every_setting_that_is_set_exists() -> None:
    known = {f"WHATSAPP_{name.upper()}" for name in Settings.model_fields}
    for name in ("compose.yaml", "Dockerfile", "deploy/kubernetes/whatsapp-tasks.yaml"):
        text = (ROOT / name).read_text("utf-8")
        used = set(re.findall(r"\bWHATSAPP_[A-Z_]+\b", text))
        assert used <= known, name


def test_the_image_copies_every_package_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    for package in ("whatsapp_tasks", "webapp", "whatsapp_simulator", "celeryconfig.py"):
        assert package in text
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert 'ENTRYPOINT ["tini", "--", "whatsapp-tasks"]' in text


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    ended = subprocess.run(
        [hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_kubernetes_own_schemas_accept_the_manifests() -> None:
    checker = Path(sys.executable).with_name("kubernetes-validate")
    manifests = ROOT / "deploy/kubernetes/whatsapp-tasks.yaml"
    ended = subprocess.run(
        [checker, "--strict", manifests], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
