"""The docs as a site: every link and anchor leads somewhere, and every code block is sound (issue 13)."""

import json
import re
import runpy
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
SITE = runpy.run_path(str(ROOT / "docs" / "make_site.py"))
PAGES = sorted({file for pattern in SITE["PAGES"] for file in ROOT.glob(pattern)})


def shell(code: str) -> None:
    """Raises CalledProcessError for what bash cannot parse."""
    subprocess.run(["bash", "-n"], input=code, text=True, check=True, capture_output=True)


def javascript(code: str) -> None:
    """Where Node is; its recipes and examples are run by tests/integration/webapp."""
    if (node := shutil.which("node")) is not None:
        kind = ["--input-type=module"] if "import " in code else []
        subprocess.run([node, "--check", *kind, "-"], input=code, text=True, check=True, capture_output=True)


CHECKS: dict[str, Callable[[str], object]] = {
    "python": lambda code: compile(code, "block", "exec"),
    "bash": shell,
    "sh": shell,
    "javascript": javascript,
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


def blocks() -> Iterator[tuple[str, str, str]]:
    for page in PAGES:
        for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
            yield str(page.relative_to(ROOT)), language, code


def test_the_site_is_built_and_no_link_leads_nowhere(tmp_path: Path) -> None:
    SITE["build"](tmp_path / "site")
    assert (tmp_path / "site" / "index.html").exists()
    assert (tmp_path / "site" / "docs" / "reliability" / "index.html").exists()


def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text("# Top\n[x](docs/none.md) [y](#none)\n", "utf-8")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    monkeypatch.setitem(SITE["build"].__globals__, "ROOT", tmp_path)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        SITE["build"](tmp_path / "site")
    assert "docs/none.md" in failed.value.stderr
    assert "#none" in failed.value.stderr


@pytest.mark.parametrize(("page", "language", "code"), list(blocks()))
def test_a_code_block_is_sound(page: str, language: str, code: str) -> None:
    if language in CHECKS:
        CHECKS[language](code)
