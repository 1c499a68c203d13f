"""Which keys the service presses by itself (issue 11, 0.4).

In a conversation the arrow up edits the last message, Enter sends, and Escape runs the first button of what
covers the page, mostly "Log out" (docs/whatsapp-web.md, 11.3).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import whatsapp_tasks

SOURCES = Path(whatsapp_tasks.__file__).parent
BY_HAND = "session/hand.py"
"""The one place that passes on keys that a person has pressed."""
OF_A_PERSON = {"browser/keyboard.py", "domain/hand.py"}
"""Which keys exist, and which of them a person may press."""
HARMFUL = ("Escape", "ArrowUp", "ArrowDown", "Enter")


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCES.rglob("*.py")):
        yield str(path.relative_to(SOURCES)), ast.parse(path.read_text("utf-8"))


def test_only_a_persons_hand_presses_other_keys_than_these() -> None:
    pressed: dict[str, set[str]] = {}
    for place, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "press_key":
                pressed.setdefault(place, set()).add(ast.unparse(node.args[0]))
    assert pressed.pop(BY_HAND) == {"name"}
    assert pressed.pop("browser/chrome_page.py") == {"'Enter'"}  # held back by browser/input/order.js
    assert pressed == {
        "browser/compose_input.py": {"'Control+a'", "'Backspace'"},
        "browser/whatsapp_page.py": {"'Control+a'", "'Backspace'"},
    }


def test_a_key_that_does_harm_is_named_only_where_a_person_presses_it() -> None:
    """Also not by another way than ``press_key``: a stroke, a command of the browser, a script."""
    named = {
        (place, node.value)
        for place, tree in trees()
        if place not in OF_A_PERSON
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in HARMFUL
    }
    assert named == {("browser/chrome_page.py", "Enter")}
    scripts = {
        (path.name, key)
        for path in sorted(SOURCES.rglob("*.js"))
        for key in HARMFUL
        if f'"{key}"' in path.read_text("utf-8")
    }
    assert scripts == {("order.js", "Enter")}  # compares the key that comes


def test_no_script_makes_a_key_itself() -> None:
    assert not [path.name for path in SOURCES.rglob("*.js") if "new KeyboardEvent" in path.read_text("utf-8")]
