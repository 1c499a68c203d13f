"""Builds the docs as a site into a folder: ``make docs``. A link or anchor that leads nowhere is an error."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "clients/js/README.md", "docs/**/*.md",
    "whatsapp_simulator/README.md",
)  # fmt: skip
BESIDE = ("LICENSE", "clients/n8n/*.json", "docs/images/*", "docs/*.svg")


def build(target: Path) -> str:
    """Makes the site in ``target``; raises CalledProcessError with mkdocs' words."""
    with TemporaryDirectory() as folder:
        sources = Path(folder) / "sources"
        for pattern in (*PAGES, *BESIDE):
            for file in ROOT.glob(pattern):
                copy = sources / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
        settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
        settings |= {"docs_dir": str(sources), "site_dir": str(target.resolve())}
        config = Path(folder) / "mkdocs.yml"
        config.write_text(yaml.safe_dump(settings), "utf-8")
        command = [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--config-file",
            str(config),
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True).stderr


if __name__ == "__main__":
    try:
        build(ROOT / "var" / "docs-site")
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.stderr)
    sys.stdout.write("var/docs-site/index.html\n")
