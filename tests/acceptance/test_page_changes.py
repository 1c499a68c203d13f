"""WhatsApp Web changes, or a selector is wrong: nothing is sent, nothing is lost, a file heals it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.stack import Stack, eventually
from whatsapp_tasks.stores.selectors import SelectorOverride
from whatsapp_tasks.stores.sessions import Sessions

PHONE = "+4915112345678"
BROKEN = '[elements.{name}]\nany = {{ css = "{css}", source = "a test" }}\n'

NEW_PAGE = """
[elements]
main.new = { css = "[data-part=main]", source = "a test" }
chat_title.new = { css = "[data-part=main] header [data-tab='6'] span[dir=auto]", source = "a test" }
footer.new = { css = "[data-part=main] footer", source = "a test" }
compose.new = { css = "[data-part=main] footer [contenteditable=true]", source = "a test" }
message_panel.new = { css = "[data-part=main] [data-tab='8']", source = "a test" }
bubble.new = { css = "[data-part=main] [data-id]", source = "a test" }
"""


def doctor(stack: Stack) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Exit code and findings of ``whatsapp-tasks doctor --json``."""
    run = subprocess.run(
        [sys.executable, "-m", "whatsapp_tasks.cli.main", "doctor", "--json"],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout, run.stderr
    found: dict[str, list[dict[str, str]]] = json.loads(run.stdout)
    return run.returncode, found


def failed(findings: dict[str, list[dict[str, str]]]) -> set[str]:
    return {
        f"{section}.{one['name']}"
        for section, all_ in findings.items()
        for one in all_
        if one["status"] == "fail"
    }


@pytest.mark.parametrize("element", ["compose", pytest.param("chat_title", marks=pytest.mark.long)])
def test_a_broken_selector_stops_sending_and_a_fixed_file_heals_it(
    new_stack: Callable[..., Stack], tmp_path: Path, element: str
) -> None:
    file = tmp_path / "selectors.toml"
    file.write_text("", "utf-8")
    stack = new_stack(environment={"WHATSAPP_SELECTORS": str(file)}).start("worker", "web")
    stack.link()
    code, findings = doctor(stack)
    assert (code, failed(findings)) == (0, set())

    file.write_text(BROKEN.format(name=element, css="#nowhere"), "utf-8")
    stack.await_state("ATTENTION")
    assert Sessions(stack.database, "default").get().reason == f"selector_missing_{element}"
    ids = [stack.client().send(PHONE, f"held {number}")["id"] for number in range(3)]
    code, findings = doctor(stack)
    assert code == 1
    assert f"selectors.{element}" in failed(findings)
    assert [stack.dispatcher.get(message_id).status for message_id in ids] == ["queued"] * 3
    assert stack.simulator.messages() == []

    file.write_text("", "utf-8")
    stack.await_state("AUTHENTICATED")
    for message_id in ids:
        stack.await_status(message_id, "sent", "delivered", "read")
    assert [m.text for m in stack.simulator.messages(PHONE)] == ["held 0", "held 1", "held 2"]
    assert doctor(stack)[0] == 0
    assert stack.running("worker")


def test_the_page_itself_changes_under_the_worker(new_stack: Callable[..., Stack]) -> None:
    """A redesign takes the id off the open chat; an override in Redis finds it again."""
    stack = new_stack().start("worker", "web")
    stack.link()
    stack.simulator.scenario("break_selector", part="conversation", attribute="id", to="data-part")
    stack.await_state("ATTENTION", 90)
    assert Sessions(stack.database, "default").get().reason == "selector_missing_main"
    message_id = stack.client().send(PHONE, "after the redesign")["id"]
    assert stack.dispatcher.get(message_id).status == "queued"
    SelectorOverride(stack.database).put(NEW_PAGE, "a test", 1)
    stack.await_state("AUTHENTICATED")
    stack.await_status(message_id, "sent", "delivered", "read")
    assert [m.text for m in stack.simulator.messages(PHONE)] == ["after the redesign"]


def test_a_bad_override_is_refused_with_the_entrys_name_and_sending_goes_on(
    new_stack: Callable[..., Stack], tmp_path: Path
) -> None:
    file = tmp_path / "selectors.toml"
    file.write_text("", "utf-8")
    stack = new_stack(environment={"WHATSAPP_SELECTORS": str(file)}).start("worker", "web")
    stack.link()
    file.write_text(BROKEN.format(name="compose", css="div:no-such-thing"), "utf-8")
    eventually(lambda: "elements.compose" in stack.log("worker"), "the refusal is logged")
    message_id = stack.client().send(PHONE, "goes on")["id"]
    stack.await_status(message_id, "sent", "delivered", "read")
    _, findings = doctor(stack)
    [override] = [one for one in findings["page"] if one["name"] == "overrides"]
    assert override["status"] == "warn"
    assert "elements.compose" in override["detail"]
    assert stack.log("worker").count("Selectors are refused") == 1

    SelectorOverride(stack.database).put(BROKEN.format(name="compose", css="#nowhere"), "a test", 1)
    file.write_text("", "utf-8")
    stack.await_state("ATTENTION")
    SelectorOverride(stack.database).clear()
    stack.await_state("AUTHENTICATED")


def test_an_unknown_page_calls_for_a_person_and_goes_by_itself(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack(
        environment={"WHATSAPP_QUARANTINE_SECONDS": "1", "WHATSAPP_ATTENTION_RELOAD_SECONDS": "2"}
    ).start("worker", "web")
    stack.link()
    stack.simulator.scenario("ban_notice", where="dialog", text="Lorem ipsum dolor")
    stack.await_state("ATTENTION")
    assert Sessions(stack.database, "default").get().reason == "unknown_dialog"
    message_id = stack.client().send(PHONE, "behind it")["id"]
    pictures = eventually(lambda: list((stack.folder / "data" / "evidence").rglob("*.jpg")), "a picture")
    assert pictures[0].stat().st_size > 1000
    assert stack.dispatcher.get(message_id).status == "queued"
    assert stack.simulator.devices()  # its only button was not pressed, whatever it may have said
    stack.simulator.clear_scenarios()
    stack.await_state("AUTHENTICATED")
    stack.await_status(message_id, "sent", "delivered", "read")


def test_without_a_worker_the_doctor_opens_the_browser_itself(new_stack: Callable[..., Stack]) -> None:
    stack = new_stack().start("worker")
    stack.link()
    stack.terminate("worker")
    code, findings = doctor(stack)
    assert (code, failed(findings)) == (1, {"session.worker"})
    assert {one["name"] for one in findings["selectors"] if one["status"] == "ok"} >= {"chat_pane", "search"}
    assert stack.browsers() == []
