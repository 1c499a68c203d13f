"""Every error that a view may meet has a problem of its own in the table."""

import ast
import inspect
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from webapp.problems import PROBLEMS
from whatsapp_tasks import errors

STARTED = "import json, sys, webapp.serve; print(json.dumps(sorted(sys.modules)))"

IN_NO_VIEW = {
    "ConfigurationError": "a package or a setting is missing here: for the operator, so 500 and the log",
    "EntryRefused": "the web process puts entries on queues and reads none",
    "IllegalTransition": "Operations turns it into a RequestRefused",
    "LeaseLost": "only what a worker writes has a fence",
    "SendError": "of the worker's attempts; rules that the web process loads too know its kinds",
    "SendRefused": "the same",
    "UnknownOutcome": "a script and its caller are of two versions: a fault of ours, so 500 and the log",
}
"""Errors that modules of the web process name, with the reason why the table need not have them."""


def named_in_the_web_process() -> set[str]:
    """The errors that any module loaded by a web process imports."""
    ran = subprocess.run(
        [sys.executable, "-c", STARTED], capture_output=True, text=True, timeout=120, check=True
    )
    loaded = [name for name in json.loads(ran.stdout) if name.startswith(("webapp", "whatsapp_tasks"))]
    return {error for module in loaded for error in errors_imported_by(module)}


def errors_imported_by(module: str) -> set[str]:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text("utf-8"))
    froms = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {each.name for node in froms if node.module == errors.__name__ for each in node.names}


def mapped(error: type[Exception]) -> bool:
    nearest = next(kind for kind in error.__mro__ if kind in PROBLEMS)
    return nearest is not Exception


def test_no_error_that_a_view_may_meet_is_answered_500() -> None:
    unmapped = {name for name in named_in_the_web_process() if not mapped(getattr(errors, name))}
    assert unmapped == set(IN_NO_VIEW)


@pytest.mark.parametrize("error", [kind for kind in PROBLEMS if inspect.getmodule(kind) is errors])
def test_what_the_table_says_of_an_error_is_a_known_problem(error: type[Exception]) -> None:
    about = ("damaged", "No.") if error in (errors.RequestRefused, errors.ArchiveRefused) else ()
    problem = PROBLEMS[error](error(*about))
    assert problem.status < 500 or "Retry-After" in problem.headers
    assert problem.code != "internal_error"
