"""A signed request becomes a message at WhatsApp's side: once, in the right chat, byte for byte."""

import json
import subprocess
import sys
import time
from collections.abc import Callable

from tests.support.difficult_texts import DIFFICULT_TEXTS
from tests.support.stack import Stack
from whatsapp_tasks.client import TemplateToSend
from whatsapp_tasks.templates import Templates

PHONE = "+4915112345678"


def test_difficult_texts_arrive_exactly_once_and_byte_for_byte(
    new_stack: Callable[..., Stack],
) -> None:
    """Those of E1 and E2: tests/browser/pages/test_input.py."""
    stack = new_stack().start("worker", "web")
    stack.link()
    client = stack.client()
    ids = [
        client.send(f"+49151123456{number:02d}", text)["id"]
        for number, text in enumerate(DIFFICULT_TEXTS.values())
    ]
    for message_id in ids:
        stack.await_status(message_id, "sent", "delivered", "read")
    received = [(message.chat, message.text) for message in stack.simulator.messages()]
    assert received == [
        (f"49151123456{number:02d}", text) for number, text in enumerate(DIFFICULT_TEXTS.values())
    ]


def test_a_message_is_followed_to_read_and_each_step_has_its_time(module_stack: Stack) -> None:
    message_id = module_stack.client().send(PHONE, "followed")["id"]
    module_stack.await_status(message_id, "read")
    timeline = module_stack.client().message(message_id)["timeline"]
    assert [entry["status"] for entry in timeline] == ["queued", "sending", "sent", "delivered", "read"]
    by_the_worker = [entry["at"] for entry in timeline[1:]]  # queued is by the clock of another process
    assert timeline[0]["at"]
    assert by_the_worker == sorted(by_the_worker)


def test_the_same_request_again_has_the_same_id_and_sends_nothing(module_stack: Stack) -> None:
    client = module_stack.client()
    first = client.send(PHONE, "once only", idempotency_key="order-7")
    again = client.send(PHONE, "once only", idempotency_key="order-7")
    module_stack.await_status(first["id"], "sent", "delivered", "read")
    assert (again["id"], again["duplicate"]) == (first["id"], True)
    assert [m.text for m in module_stack.simulator.messages()].count("once only") == 1


def test_a_number_that_is_not_on_whatsapp_fails_with_its_reason(module_stack: Stack) -> None:
    message_id = module_stack.client().send("+12025550101", "nobody there")["id"]
    module_stack.await_status(message_id, "failed")
    message = module_stack.client().message(message_id)
    assert message["error"] is not None
    assert message["error"]["code"] == "not_on_whatsapp"
    assert "nobody there" not in [m.text for m in module_stack.simulator.messages()]


def test_delay_from_a_python_shell_arrives_like_a_request(module_stack: Stack) -> None:
    script = (
        "from whatsapp_tasks.tasks.messages import send_message\n"
        f"print(send_message.delay({PHONE!r}, 'from a shell').id)"
    )
    shell = subprocess.run(
        [sys.executable, "-c", script],
        env=module_stack.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    module_stack.await_status(shell.stdout.strip(), "sent", "delivered", "read")
    assert [m.text for m in module_stack.simulator.messages()].count("from a shell") == 1


def test_what_a_template_made_arrives_though_it_was_changed_meanwhile(module_stack: Stack) -> None:
    """Issue 16, part 9."""
    templates, client = Templates(module_stack.database), module_stack.client()
    templates.put("order_ready", "pt_BR", "Olá {{name}}, *{{order}}*", "test")
    wanted: TemplateToSend = {
        "name": "order_ready",
        "language": "pt_BR",
        "variables": {"name": "{{order}} 👋", "order": "1041"},
    }
    first = client.send(PHONE, template=wanted, idempotency_key="order-1041", send_at=time.time() + 2)
    templates.put("order_ready", "pt_BR", "Oi {{name}}", "test")
    again = client.send(PHONE, template=wanted, idempotency_key="order-1041", send_at=time.time() + 2)
    assert (again["id"], again["duplicate"]) == (first["id"], True)
    module_stack.await_status(first["id"], "sent", "delivered", "read")
    arrived = [m.text for m in module_stack.simulator.messages() if "👋" in m.text]
    assert arrived == ["Olá {{order}} 👋, *1041*"]


def test_a_task_put_on_the_queue_by_name_is_admitted_by_the_same_rules(module_stack: Stack) -> None:
    script = (
        "from whatsapp_tasks.celery import app\n"
        f"for _ in range(2): app.send_task('whatsapp_tasks.send_message', [{PHONE!r}, 'by name'])\n"
        "app.send_task('whatsapp_tasks.send_message', ['not a phone', 'by name'])"
    )
    subprocess.run([sys.executable, "-c", script], env=module_stack.environment, check=True)
    module_stack.simulator.wait_for_messages(1, chat=PHONE[1:])
    last = module_stack.client().send(PHONE, "behind them")["id"]
    module_stack.await_status(last, "sent", "delivered", "read")
    assert [m.text for m in module_stack.simulator.messages()].count("by name") == 1
    assert '"code": "phone_invalid"' in module_stack.log("worker")


def test_logs_show_neither_numbers_nor_texts(module_stack: Stack) -> None:
    message_id = module_stack.client().send("+4915199988877", "a secret text")["id"]
    module_stack.await_status(message_id, "sent", "delivered", "read")
    for name in ("worker", "web"):
        log = module_stack.log(name)
        assert "4915199988877" not in log
        assert "a secret text" not in log
        assert json.dumps("a secret text")[1:-1] not in log
