"""Whose fault each failure is: every code that the service can give has been thought about."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import whatsapp_tasks
from whatsapp_tasks.domain.chat_snapshot import NOTICES, Chat
from whatsapp_tasks.domain.faults import (
    FAULTS,
    MAX_ATTEMPTS,
    Fault,
    consequence_of,
    counts_for_circuit,
    explained_by_a_picture,
)
from whatsapp_tasks.domain.notices import UNKNOWN, notice_of
from whatsapp_tasks.session.typing import POSTPONED

SOURCES = Path(whatsapp_tasks.__file__).parent
SEND_ERRORS = {"SendRefused", "SendPostponed", "SendUnsettled"}


def codes_raised() -> Iterator[str]:
    """The codes that stand as literals where a SendError is made, an attempt is put off, or ends unsent."""
    for path in (SOURCES / "session").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SEND_ERRORS and node.args:
                yield from _texts(node.args[:1])
                continue
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_give_back", "NeverSent"):
                yield from (text for text in _texts(node.args) if " " not in text)


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    """Of those that are literals."""
    yield from (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


def test_every_code_of_an_attempt_has_its_row() -> None:
    raised = set(codes_raised()) | {code for code, _ in POSTPONED.values()}
    assert {"page_not_ready", "not_on_whatsapp", "chat_unclear", "worker_died", "paused"} <= raised
    missing = raised - FAULTS.keys()
    assert not missing, f"add a row for each to whatsapp_tasks/domain/faults.py: {missing}"


def test_every_row_is_of_a_code_that_something_gives() -> None:
    rest = "".join(p.read_text("utf-8") for p in SOURCES.rglob("*.py") if p.name != "faults.py")
    unused = {code for code in FAULTS if f'"{code}"' not in rest}
    assert not unused, f"nothing raises: {unused}"


@pytest.mark.parametrize("name", [*sorted(NOTICES), "nobody knows it"])
def test_every_notice_in_place_of_the_box_is_the_recipients_own_matter(name: str) -> None:
    """Issue 11, C4: one recipient who cannot be written to never stops the account."""
    notice = notice_of(Chat("Ada", None, "text", (), True, notice_texts=frozenset({name})))
    assert consequence_of(notice.code).fault is Fault.RECIPIENT
    assert not counts_for_circuit(notice.code)
    assert (notice is UNKNOWN) is (name not in NOTICES)


def test_only_failures_of_the_page_count_for_the_circuit() -> None:
    for code, consequence in FAULTS.items():
        assert counts_for_circuit(code) is (consequence.fault is Fault.PAGE)
        assert 1 <= consequence.attempts <= MAX_ATTEMPTS
        assert not (counts_for_circuit(code) and not explained_by_a_picture(code))


def test_what_a_person_is_told_to_look_at_is_kept() -> None:
    """Issue 11, C4: an unknown notice in place of the box fails the message with evidence."""
    told = {code for code, consequence in FAULTS.items() if "picture of the page" in consequence.next_step}
    assert {"chat_not_writable", "answer_unknown"} <= told
    assert {code for code in told if not explained_by_a_picture(code)} == set()


def test_a_code_without_a_row_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        consequence_of("never heard of")
