"""Node and the packages of clients/js, for tests that run JavaScript."""

import os
import shutil
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "clients" / "js"
_MODULES = PACKAGE / "node_modules"


def program(name: str) -> str:
    """The path of a program of Node's; a skip that says why where there is none."""
    found = shutil.which(name, path=f"{_MODULES / '.bin'}:{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed (Node 18 or newer, then `npm ci` in clients/js)")
    return found


def install(folder: Path, *packages: str) -> None:
    """The client, and packages that it is developed with, for programs in ``folder``; a skip without them."""
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "whatsapp-tasks-client").symlink_to(PACKAGE)
    for package in packages:
        if not (_MODULES / package).is_dir():
            pytest.skip(f"the package {package} is not installed (`npm ci` in clients/js)")
        (modules / package).symlink_to(_MODULES / package)
