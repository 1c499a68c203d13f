"""The JavaScript of simulator and console: its modules import each other in one direction."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(r'(?:\bfrom|\bimport)\s*\(?\s*["\'](\.{1,2}/[^"\']+)["\']')
FOLDERS = ("whatsapp_simulator/static/js", "webapp/static")


def imports(folder: Path) -> dict[Path, set[Path]]:
    return {
        file: {(file.parent / name).resolve() for name in IMPORT.findall(file.read_text("utf-8"))}
        for file in sorted(folder.rglob("*.js"))
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_imports_itself_by_way_of_others(folder: str) -> None:
    """Issue 13, defect 6: sending, conversation and attachments stood in a circle."""
    graph = imports(ROOT / folder)
    assert graph
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(path.name for path in error.args[1]))


def test_imports_are_read_in_all_their_forms() -> None:
    text = """import a from "./a.js"; import "./b.js"; const c = await import("./c.js");
    export { d } from '../d.js'; import {
      e,
    } from "./e.js"; import boot from "/boot.js";"""
    assert IMPORT.findall(text) == ["./a.js", "./b.js", "./c.js", "../d.js", "./e.js"]
