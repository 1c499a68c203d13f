"""Issue 12, row 22: what is installed is locked by hashes, and the ranges of setup.cfg are those tested."""

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
BUILD, SERVICE, TESTS = "requirements-build.txt", "requirements.txt", "requirements-test.txt"
_WITH_HASHES = re.compile(r"[\w.-]+(\[[\w,]+\])?==\S+.*\\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+$")


def _ranges(extra: str | None = None) -> list[Requirement]:
    """What the package asks for, and what an extra adds, those included in it among them."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    text = parser["options.extras_require"][extra] if extra else parser["options"]["install_requires"]
    lines = (line.strip() for line in text.splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    included = [name for one in found if one.name == "whatsapp-tasks" for name in one.extras]
    own = [one for one in found if one.name != "whatsapp-tasks"]
    return own + [requirement for name in included for requirement in _ranges(name)]


def _locked(name: str) -> dict[str, Version]:
    entries = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in entries}


@pytest.mark.parametrize("name", [BUILD, SERVICE, TESTS])
def test_every_locked_package_has_hashes_and_no_index_is_named(name: str) -> None:
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    assert [entry for entry in entries if not _WITH_HASHES.match(entry)] == []
    assert "://" not in text


@pytest.mark.parametrize(
    ("name", "extra"), [(SERVICE, None), (SERVICE, "all"), (TESTS, None), (TESTS, "test")]
)
def test_the_lock_fits_the_ranges_of_setup_cfg(name: str, extra: str | None) -> None:
    """After a change of setup.cfg: `make lock`."""
    locked = _locked(name)
    for requirement in _ranges(extra):
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_tests_and_service_and_builds_are_locked_to_the_same_versions() -> None:
    tests = _locked(TESTS)
    for package, version in (_locked(SERVICE) | _locked(BUILD)).items():
        assert tests[package] == version


def test_every_range_has_a_floor() -> None:
    for requirement in [*_ranges(), *_ranges("test")]:
        assert {part.operator for part in requirement.specifier} & {">=", "=="}, requirement


def test_no_flower_without_its_guard_against_other_sites_is_admitted() -> None:
    """Its 2.2.0 is the first that refuses requests that another site's page makes a browser send."""
    flower = next(r for r in _ranges("flower") if r.name == "flower")
    assert not flower.specifier.contains("2.1.0")
    assert flower.specifier.contains("2.2.0")


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile"])
def test_nothing_is_installed_past_the_lock(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    recipe = text.split("$(STAMP):")[1].split("\n\n")[0] if name == "Makefile" else text
    installs = re.findall(r"(?:\$\(PIP\)|pip install) ([^\n\\]*)", recipe)
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install or "--no-deps --no-build-isolation" in install, install
