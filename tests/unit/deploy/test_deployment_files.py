"""Procfile, Dockerfile, Compose and Kubernetes say what the command line and the settings know.

No container engine is needed for this; that the image builds is not shown here.
"""

import configparser
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings

ROOT = Path(__file__).parents[3]
PROCESSES = {"web", "worker", "webhooks", "beat", "flower"}


def _compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


def _kubernetes() -> list[dict[str, Any]]:
    text = (ROOT / "deploy/kubernetes/whatsapp-tasks.yaml").read_text("utf-8")
    return list(yaml.safe_load_all(text))


def _pods() -> dict[str, dict[str, Any]]:
    """The pod specification of each process."""
    return {
        thing["spec"]["template"]["metadata"]["labels"]["part"]: thing["spec"]["template"]["spec"]
        for thing in _kubernetes()
        if "template" in thing["spec"]
    }


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
    assert all(services[name]["read_only"] for name in services)


@pytest.mark.parametrize("name", sorted(PROCESSES | {"redis"}))
def test_a_service_of_compose_has_no_more_than_it_needs(name: str) -> None:
    """Issue 12, row 21."""
    service = _compose()["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["cpus"]
    assert service["healthcheck"]
    assert not [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]


def test_no_two_services_of_compose_share_a_network_but_with_redis() -> None:
    """Issue 12, row 21: who breaks out of the page finds no other process but Redis, which asks for a
    password.
    """
    compose = _compose()
    services = compose["services"]
    for one, other in itertools.combinations(sorted(PROCESSES), 2):
        assert not set(services[one]["networks"]) & set(services[other]["networks"])
    for name in services["redis"]["networks"]:
        assert compose["networks"][name]["internal"], "Redis has no way out"
    going_out = {name for name in PROCESSES for net in services[name]["networks"] if net.startswith("out-")}
    assert going_out == {"worker", "webhooks"}


def test_no_two_services_of_compose_share_a_volume_but_for_evidence_and_files() -> None:
    """Issue 12, row 21: the login of the account is in the worker alone; the console reads pictures, and
    files are sent by another process than the one that received them.
    """
    services = _compose()["services"]
    mounts = [(name, volume) for name, s in services.items() for volume in s.get("volumes", [])]
    users: dict[str, list[str]] = {}
    for name, mount in mounts:
        users.setdefault(mount.split(":")[0], []).append(name)
    assert {volume: names for volume, names in users.items() if len(names) > 1} == {
        "evidence": ["web", "worker"],
        "files": ["web", "worker", "webhooks"],
    }
    made = re.findall(r"^RUN install -d -o whatsapp (.*)$", (ROOT / "Dockerfile").read_text("utf-8"), re.M)
    shared = {mount.split(":")[1] for _, mount in mounts if mount.split(":")[0] in ("evidence", "files")}
    assert shared <= set(made[0].split()), "a volume that covers no folder belongs to root"
    assert ("web", "evidence:/data/evidence:ro") in mounts


def test_secrets_go_to_those_who_need_them_and_none_has_a_default() -> None:
    """Issue 12, row 21."""
    text = (ROOT / "compose.yaml").read_text("utf-8")
    services = _compose()["services"]
    assert [name for name in services if "FLOWER_BASIC_AUTH" in services[name]["environment"]] == ["flower"]
    assert set(re.findall(r"\$\{(\w+)(?=:\?)", text)) == set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    flower = [
        part for part, pod in _pods().items() if "whatsapp-flower" in str(pod["containers"][0]["envFrom"])
    ]
    assert flower == ["flower"]


def test_composes_redis_wants_a_password_and_administers_nothing() -> None:
    """Issue 12, row 21; row 24 is why INFO and CONFIG GET stay."""
    command = " ".join(_compose()["services"]["redis"]["command"])
    assert "user default off" in command
    assert "+@all -@dangerous +info +config|get" in command
    assert "requirepass" not in command
    assert "whatsapp:${REDIS_PASSWORD" in _compose()["services"]["worker"]["environment"]["REDIS_URL"]


def test_images_are_named_by_an_exact_tag_or_a_digest() -> None:
    """Issue 12, row 21."""
    images = [service["image"] for service in _compose()["services"].values()]
    images += [container["image"] for container in _containers()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    for image in images:
        assert re.search(r"@sha256:[0-9a-f]{64}$|:\d+\.\d+(\.\d+)?(-slim)?$", image), image
    own = configparser.ConfigParser()
    own.read(ROOT / "setup.cfg", "utf-8")
    version = own["metadata"]["version"]
    assert {image for image in images if image.startswith("whatsapp-tasks")} == {f"whatsapp-tasks:{version}"}


def test_the_profile_of_chromiums_container_lets_it_sandbox_and_forbids_the_kernel() -> None:
    profile = json.loads((ROOT / "deploy/seccomp/chromium.json").read_text("utf-8"))
    refused = {name for group in profile["syscalls"] for name in group["names"]}
    assert {group["action"] for group in profile["syscalls"]} == {"SCMP_ACT_ERRNO"}
    assert not refused & {"clone", "clone3", "unshare", "chroot", "seccomp", "prctl", "execve"}
    assert {"mount", "bpf", "init_module", "kexec_load", "setns", "io_uring_setup", "keyctl"} <= refused
    worker = _compose()["services"]["worker"]["security_opt"]
    assert "seccomp=./deploy/seccomp/chromium.json" in worker


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


@pytest.mark.parametrize("part", sorted(PROCESSES))
def test_a_pod_has_no_more_than_it_needs(part: str) -> None:
    """Issue 12, row 21."""
    pod = _pods()[part]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    profile = pod["securityContext"]["seccompProfile"]
    assert profile["type"] == ("Localhost" if part == "worker" else "RuntimeDefault")
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["livenessProbe"]
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert {"cpu", "memory"} <= set(container["resources"]["limits"])
    assert all("sizeLimit" in volume["emptyDir"] for volume in pod["volumes"])


def test_kubernetes_lets_nothing_in_or_out_but_what_is_named() -> None:
    """Issue 12, row 21."""
    policies = {
        thing["metadata"]["name"]: thing["spec"]
        for thing in _kubernetes()
        if thing["kind"] == "NetworkPolicy"
    }
    everybody = policies["whatsapp-tasks"]
    assert everybody["podSelector"] == {"matchLabels": {"app": "whatsapp-tasks"}}
    assert everybody["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everybody
    assert [rule["ports"][0]["port"] for rule in everybody["egress"]] == [6379, 53]
    assert [name for name, spec in policies.items() if "ingress" in spec] == ["whatsapp-web"]
    for name in ("whatsapp-worker", "whatsapp-webhooks"):
        (rule,) = policies[name]["egress"]
        closed = rule["to"][0]["ipBlock"]["except"]
        assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(closed)


@pytest.mark.parametrize("where", ["compose", "kubernetes"])
def test_the_commands_of_probes_exist(where: str) -> None:
    probes = (
        [service["healthcheck"]["test"][1:] for service in _compose()["services"].values()]
        if where == "compose"
        else [c["livenessProbe"]["exec"]["command"] for c in _containers() if "exec" in c["livenessProbe"]]
    )
    ours = [command[1:] for command in probes if command[0] == "whatsapp-tasks"]
    assert len(ours) == 2
    for command in ours:
        assert CliRunner().invoke(cli, [*command, "--help"]).exit_code == 0, command


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
