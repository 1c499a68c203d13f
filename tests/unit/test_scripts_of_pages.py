"""The JavaScript of simulator and console: its modules import each other in one direction."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(r'(?:\bfrom|\bimport)\s*\(?\s*["\'](\.{1,2}/[^"\']+)["\']')
NAMED = re.compile(r'\bimport\s*\{([^}]*)\}\s*from\s*"(\.{1,2}/[^"]+)"')
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) ([\w$]+)", re.MULTILINE)
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


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_a_module_imports_is_there_and_used(folder: str) -> None:
    """A browser loads no module of a page at all if one of them imports a name that is nowhere."""
    wrong = []
    for file in sorted((ROOT / folder).rglob("*.js")):
        text = file.read_text("utf-8")
        for names, source in NAMED.findall(text):
            target = (file.parent / source).resolve()
            exported = set(EXPORT.findall(target.read_text("utf-8")))
            for name, known in _imported(names):
                if name not in exported and not _is_bundled(target):
                    wrong.append(f"{file.name}: {name} is not in {target.name}")
                if len(re.findall(rf"(?<![\w$]){re.escape(known)}(?![\w$])", text)) < 2:
                    wrong.append(f"{file.name}: {known} is not used")
    assert not wrong


def _imported(names: str) -> list[tuple[str, str]]:
    """What is imported, and what it is called here."""
    pairs = [each.split(" as ") for each in names.replace("\n", " ").split(",") if each.strip()]
    return [(pair[0].strip(), pair[-1].strip()) for pair in pairs]


def _is_bundled(module: Path) -> bool:
    return "vendor" in module.parts


def test_imports_are_read_in_all_their_forms() -> None:
    text = """import a from "./a.js"; import "./b.js"; const c = await import("./c.js");
    export { d } from '../d.js'; import {
      e,
    } from "./e.js"; import boot from "/boot.js";"""
    assert IMPORT.findall(text) == ["./a.js", "./b.js", "./c.js", "../d.js", "./e.js"]
