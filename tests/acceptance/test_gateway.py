"""The gateway's promises on real processes: one message, in time or never, the urgent first, or withdrawn."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support.stack import Stack, eventually
from whatsapp_tasks.client import AT_WHATSAPP, Client
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.api_keys import ApiKeys

PHONE = "+4915112345678"
REFUSES = "+4915112345600"
USUAL_SECONDS = 2.0
"""What the API may take for an answer, whatever the worker and its browser do. Far more than it takes."""
WINDOW_SECONDS = 4


@pytest.fixture(scope="module")
def client(module_stack: Stack) -> Iterator[Client]:
    with module_stack.client("send", "read", "admin") as client:
        yield client


@pytest.fixture
def paused(client: Client) -> Iterator[None]:
    """The account is paused while the test fills the queue; the test resumes it."""
    client.pause()
    yield
    client.resume()


def texts(stack: Stack) -> list[str]:
    """What WhatsApp's side received, in this order."""
    return [message.text for message in stack.simulator.messages()]


def python(stack: Stack, script: str) -> Any:
    """Runs a script as an application of the user's would; what it printed, from JSON."""
    head = (
        "import json\nfrom celery import group\nfrom whatsapp_tasks.celery import app\n"
        "from whatsapp_tasks.tasks.messages import send_message\n"
        "from whatsapp_tasks.errors import RequestRefused\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", head + script],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# one message


def test_two_hundred_equal_requests_at_once_are_one_message(module_stack: Stack, client: Client) -> None:
    body = json.dumps({"phone": PHONE, "message": "two hundred times"}).encode()
    store = ApiKeys(module_stack.database)
    callers = [store.create(f"caller {n}", ("send",), 1) for n in range(10)]
    now = int(time.time())

    def ask(number: int) -> requests.Response:
        key, stamp = callers[number % 10], str(now - number // 10)  # 200 different signatures
        headers = {
            "X-Api-Key": key.id,
            "X-Timestamp": stamp,
            "X-Signature": sign(key.secrets[0], stamp, "POST", "/send", body),
            "Content-Type": "application/json",
        }
        return requests.post(f"{module_stack.api}/send", data=body, headers=headers, timeout=30)

    with ThreadPoolExecutor(50) as pool:
        answers = [answer.json() for answer in pool.map(ask, range(200))]

    assert Counter(answer.get("duplicate") for answer in answers) == {False: 1, True: 199}
    [message_id] = {answer["id"] for answer in answers}
    client.wait(message_id, AT_WHATSAPP)
    client.wait(client.send(PHONE, "behind it")["id"], AT_WHATSAPP)
    assert texts(module_stack).count("two hundred times") == 1


def test_a_key_that_comes_again_with_something_else_is_a_conflict(
    module_stack: Stack, client: Client
) -> None:
    first = client.send(PHONE, "meant", idempotency_key="order-9")
    for phone, text in ((PHONE, "not meant"), ("+4915112345679", "meant")):
        with pytest.raises(RequestRefused) as caught:
            client.send(phone, text, idempotency_key="order-9")
        assert (caught.value.code, caught.value.http_status) == ("idempotency_conflict", 409)
        assert caught.value.extra["message_id"] == first["id"]
    client.wait(first["id"], AT_WHATSAPP)
    assert "not meant" not in texts(module_stack)


# order, and withdrawing


def test_an_urgent_message_overtakes_a_campaign(module_stack: Stack, client: Client, paused: None) -> None:
    sent = [client.send(PHONE, f"campaign {n}", priority="low")["id"] for n in range(3)]
    sent.append(client.send(PHONE, "ordinary")["id"])
    sent.append(client.send(PHONE, "a code", priority="high")["id"])
    client.resume()
    for message_id in sent:
        client.wait(message_id, AT_WHATSAPP)
    assert texts(module_stack)[-5:] == ["a code", "ordinary", "campaign 0", "campaign 1", "campaign 2"]


def test_what_is_withdrawn_while_it_is_queued_is_never_sent(
    module_stack: Stack, client: Client, paused: None
) -> None:
    withdrawn = client.send(PHONE, "withdrawn")["id"]
    kept = client.send(PHONE, "kept")["id"]
    assert client.cancel(withdrawn)["status"] == "cancelled"
    client.resume()
    client.wait(kept, AT_WHATSAPP)
    assert client.message(withdrawn)["status"] == "cancelled"
    assert "withdrawn" not in texts(module_stack)
    with pytest.raises(RequestRefused, match="Only a queued message"):
        client.cancel(kept)


def test_a_batch_is_followed_and_its_rest_called_off(
    module_stack: Stack, client: Client, paused: None
) -> None:
    batch = client.send_batch([{"phone": PHONE, "message": f"batch {n}"} for n in range(30)])
    assert (batch["accepted"], batch["progress"], batch["by_status"]) == (30, 0, {"queued": 30})
    client.resume()
    eventually(lambda: "batch 2" in texts(module_stack), "some of the batch is sent")
    cancelled = client.cancel_batch(batch["id"])
    assert cancelled["cancelled_now"] > 0
    *_, ended = client.wait_batch(batch["id"], pause_seconds=0.2)
    came = [text for text in texts(module_stack) if text.startswith("batch ")]
    assert set(came) <= {f"batch {n}" for n in range(30)}
    assert len(set(came)) == len(came), "each once; one whose attempt failed comes later"
    assert ended["by_status"]["cancelled"] == cancelled["cancelled_now"] == 30 - len(came)


# every way in, the same rules


def test_a_recipient_who_opted_out_is_refused_on_every_way_in(module_stack: Stack, client: Client) -> None:
    client.add_opt_out(REFUSES)
    with pytest.raises(RequestRefused) as caught:
        client.send(REFUSES, "unwanted")
    assert caught.value.code == "recipient_opted_out"
    [item] = client.send_batch([{"phone": REFUSES, "message": "unwanted"}])["items"]
    assert (item["outcome"], (item["problem"] or {})["code"]) == ("refused", "recipient_opted_out")
    script = f"""
codes = []
for ask in (
    lambda: send_message.delay({REFUSES!r}, "unwanted"),
    lambda: send_message.apply_async([{REFUSES!r}, "unwanted"], countdown=1),
    lambda: group([send_message.s({REFUSES!r}, "unwanted")])(),
):
    try:
        ask()
    except RequestRefused as refused:
        codes.append(refused.code)
app.send_task("whatsapp_tasks.send_message", [{REFUSES!r}, "unwanted"])
print(json.dumps(codes))
"""
    assert python(module_stack, script) == ["recipient_opted_out"] * 3
    eventually(lambda: '"code": "recipient_opted_out"' in module_stack.log("worker"), "the task is refused")
    assert list(client.messages(phone=REFUSES)) == []
    assert "unwanted" not in texts(module_stack)


def test_tasks_obey_the_rules_of_requests(module_stack: Stack, client: Client) -> None:
    script = f"""
group([send_message.s({PHONE!r}, f"grouped {{n % 2}}") for n in range(4)])()
later = send_message.apply_async(({PHONE!r}, "later"), countdown=600)
again = send_message.apply_async(({PHONE!r}, "later"), countdown=600)
try:
    send_message.delay("0151", "x")
except RequestRefused as refused:
    code = refused.code
for _ in range(2):
    app.send_task("whatsapp_tasks.send_message", [{PHONE!r}, "by its name"])
print(json.dumps([later.id, again.id, code]))
"""
    later, again, code = python(module_stack, script)
    assert later == again
    assert code == "phone_invalid"
    waits = client.message(later)
    assert (waits["status"], waits["send_at"] is not None) == ("queued", True)
    client.cancel(later)
    eventually(lambda: "by its name" in texts(module_stack), "what was put on the queue by name arrives")
    client.wait(client.send(PHONE, "behind all of them")["id"], AT_WHATSAPP)
    came = Counter(texts(module_stack))
    assert [came[text] for text in ("grouped 0", "grouped 1", "by its name", "later")] == [1, 1, 1, 0]


# a world that breaks


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack for the tests that kill; its identities are soon forgotten."""
    stack = Stack(
        tmp_path_factory.mktemp("breaking"),
        environment={"WHATSAPP_IDEMPOTENCY_WINDOW_SECONDS": str(WINDOW_SECONDS)},
    )
    try:
        stack.start("worker", "web")
        stack.link(flushed=True)
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def breaking(mortal: Stack) -> Stack:
    """The same, alive again: the tests run in any order."""
    for name in ("web", "worker"):
        if not mortal.has(name):
            mortal.run(name)
    return mortal


def test_when_the_window_has_ended_the_same_request_is_a_new_message(breaking: Stack) -> None:
    with breaking.client() as client:
        first = client.send(PHONE, "again and again", idempotency_key="weekly")
        repeats = []

        def is_new() -> bool:
            repeats.append(client.send(PHONE, "again and again", idempotency_key="weekly"))
            return not repeats[-1]["duplicate"]

        eventually(is_new, "the window ends")
        assert {repeat["id"] for repeat in repeats[:-1]} == {first["id"]}
        assert repeats[-1]["id"] != first["id"]
        for message_id in (first["id"], repeats[-1]["id"]):
            client.wait(message_id, AT_WHATSAPP)
    assert texts(breaking).count("again and again") == 2


def test_times_are_kept_through_the_death_of_everything(breaking: Stack) -> None:
    with breaking.client() as client:
        breaking.kill("worker")
        now = time.time()
        too_late = client.send(PHONE, "too late", expires_at=now + 3)["id"]
        late_enough = client.send(PHONE, "on time", send_at=now + 4, expires_at=now + 600)["id"]
        far_off = client.send(PHONE, "far off", send_at=now + 86_400 * 21)["id"]
        breaking.kill("web")
        breaking.redis.kill()
        time.sleep(max(0.0, now + 3.5 - time.time()))
        breaking.redis.start()
        breaking.run("web")
        breaking.run("worker")
        assert client.wait(late_enough, AT_WHATSAPP)["status"] in AT_WHATSAPP
        assert client.wait(too_late)["status"] == "expired"
        waits = client.message(far_off)
        assert waits["status"] == "queued"
    came = [message for message in breaking.simulator.messages() if message.text in ("too late", "on time")]
    assert [message.text for message in came] == ["on time"]
    assert came[0].received_at >= now + 4
    assert "far off" not in texts(breaking)


def test_the_api_answers_while_the_browser_hangs_and_the_worker_is_dead(breaking: Stack) -> None:
    key = ApiKeys(breaking.database).create("impatient", ("send", "read"), 1)
    with Client(
        breaking.api, key.id, key.secrets[0], timeout_seconds=USUAL_SECONDS, patience_seconds=0
    ) as client:

        def use() -> None:
            for n in range(10):
                accepted = client.send("+4915112345670", f"meanwhile {n} {time.time_ns()}")
                assert client.message(accepted["id"])["status"] in ("queued", "sending")
            assert client.account()["account"] == "default"

        for process in breaking.browsers():
            process.suspend()
        use()
        breaking.kill("worker")
        use()
        assert client.account()["queue"]["open"] >= 20
