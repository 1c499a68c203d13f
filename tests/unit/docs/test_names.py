"""What the docs name exists: targets of make, commands, their options, settings, files, tests (issue 13)."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.unit.docs.test_site import PAGES, ROOT
from whatsapp_tasks.cli.main import cli
from whatsapp_tasks.config import Settings

OF_OTHERS = re.compile("WHATSAPP_API_(URL|KEY|SECRET)?|WHATSAPP_MCP_")
"""Variables of clients, and beginnings of names."""
NOT_HERE = {"bot.mjs", "/etc/whatsapp-tasks/selectors.toml", "/etc/whatsapp-tasks/webhooks.toml"}
"""Files that the reader makes."""
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md"]

PARTS = {part: (ROOT / part) for part in ("whatsapp_tasks", "webapp", "whatsapp_simulator", "bench", "tests")}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
VARIABLES = {
    str(field.validation_alias or f"WHATSAPP_{name.upper()}") for name, field in Settings.model_fields.items()
}


def files() -> set[str]:
    folders = [*PARTS.values(), *(ROOT / each for each in ("docs", "deploy", "clients"))]
    found = [*ROOT.glob("*"), *(path for folder in folders for path in folder.rglob("*"))]
    return {f"/{path.relative_to(ROOT)}" for path in found if "node_modules" not in path.parts}


FILES = files()
TESTS = {
    name
    for path in PARTS["tests"].rglob("*.py")
    for name in [path.stem, *re.findall(r"^\s*def (test_\w+)", path.read_text("utf-8"), re.M)]
}


def snippets(page: Path) -> Iterator[str]:
    """The page's code, in blocks and in sentences."""
    text = page.read_text("utf-8")
    yield from re.findall(r"^```\w*\n(.*?)^```$", text, re.M | re.S)
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def wrong_in(code: str) -> Iterator[str]:
    for target in re.findall(r"^(?:\w+=\S+ )*make ([a-z][a-z-]+)", code, re.M):
        if target not in TARGETS:
            yield f"make {target}"
    for name in re.findall(r"\bWHATSAPP_[A-Z0-9_]+\b", code):
        if name not in VARIABLES and not OF_OTHERS.fullmatch(name):
            yield name
    for file in re.findall(r"(?<![\w/.{-])([\w./-]*[\w-]+\.(?:py|js|mjs|lua|toml|md|yaml))(?![\w/])", code):
        if file not in NOT_HERE and not any(each.endswith("/" + file.lstrip("./")) for each in FILES):
            yield file
    for test in re.findall(r"\b(test_\w+)\b(?!/)", code):
        if test not in TESTS and not any(f"/{test}" in each for each in FILES):
            yield test
    for line in re.findall(r"(?:^|[ /])(?<!install )whatsapp-tasks ((?:[\w=./'{}|-]+ ?)*)", code, re.M):
        yield from wrong_in_command(line.split())


def wrong_in_command(words: list[str]) -> Iterator[str]:
    """Words that are no command where one is awaited, and options that their command does not have."""
    command: click.Command = cli
    options = {"--help", "--version"}
    for word in words:
        if word.startswith("--"):
            if word.partition("=")[0] not in options:
                yield f"{command.name} {word}"
        elif isinstance(command, click.Group):
            names = word.split("|")
            yield from (f"whatsapp-tasks … {name}" for name in names if name not in command.commands)
            if len(names) > 1 or word not in command.commands:
                return
            command = command.commands[word]
            options |= {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)}


@pytest.mark.parametrize("page", CURRENT, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    wrong = {each for code in snippets(page) for each in wrong_in(code)}
    assert not wrong


@pytest.mark.parametrize(
    "code",
    [
        "make nothing",
        "WHATSAPP_NOTHING=1 make run",
        "whatsapp_tasks/nothing.py",
        "test_nothing_at_all",
        "whatsapp-tasks nothing",
        "whatsapp-tasks accounts nothing",
        "whatsapp-tasks send --nothing",
    ],
)
def test_what_does_not_exist_is_found(code: str) -> None:
    assert [*wrong_in(code)]
