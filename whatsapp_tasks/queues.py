"""Names of queues and tasks, and the message format of a task.

The format is kombu 5.7's for its Redis transport, written here because dispatch puts ledger entry and queue
message into Redis in one script. A contract test compares it with what kombu itself writes.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeGuard

from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.identity import is_message_id
from whatsapp_tasks.domain.nesting import is_too_deep
from whatsapp_tasks.domain.priorities import BROKER_PRIORITY, Priority
from whatsapp_tasks.errors import EntryRefused

SEND_TASK = "whatsapp_tasks.send_message"
"""Public: ``send_message.delay(phone, message)``; accepts the message under the same rules as REST."""
DELIVER_TASK = "whatsapp_tasks.deliver_message"
"""Internal: carries the id of a message that the ledger has accepted."""
HEARTBEAT_TASK = "whatsapp_tasks.heartbeat_check"
BAN_CHECK_TASK = "whatsapp_tasks.ban_check"
MEMORY_CHECK_TASK = "whatsapp_tasks.memory_check"
RESTART_TASK = "whatsapp_tasks.restart_browser"
DOCTOR_TASK = "whatsapp_tasks.examine_page"
LOGOUT_TASK = "whatsapp_tasks.logout"
SCREENSHOT_TASK = "whatsapp_tasks.take_screenshot"
PAIRING_CODE_TASK = "whatsapp_tasks.request_pairing_code"
PASSKEY_TASK = "whatsapp_tasks.answer_passkey"

WEBHOOK_TASK = "whatsapp_tasks.deliver_webhook"
"""Internal: names an endpoint and a lane of events queued for it."""
WEBHOOKS_QUEUE = "whatsapp-webhooks"

CONTROL_TASKS = frozenset(
    {
        HEARTBEAT_TASK,
        BAN_CHECK_TASK,
        MEMORY_CHECK_TASK,
        RESTART_TASK,
        LOGOUT_TASK,
        SCREENSHOT_TASK,
        PAIRING_CODE_TASK,
        PASSKEY_TASK,
        DOCTOR_TASK,
    }
)

_PRIORITY_SEPARATOR = "\x06\x16"  # kombu.transport.redis.Channel.sep
PRIORITY_STEPS = sorted(BROKER_PRIORITY.values())


def messages_queue(account: str) -> str:
    return f"whatsapp-messages.{account}"


def control_queue(account: str) -> str:
    return f"whatsapp-control.{account}"


def broker_list(queue: str, step: int) -> str:
    """The Redis list in which kombu keeps the queue's messages of this priority step."""
    return queue if step == 0 else f"{queue}{_PRIORITY_SEPARATOR}{step}"


def messages_list(account: str, priority: Priority) -> str:
    return broker_list(messages_queue(account), BROKER_PRIORITY[priority])


def messages_lists(account: str) -> list[str]:
    """All lists of the account's send queue, most urgent first."""
    return [broker_list(messages_queue(account), step) for step in PRIORITY_STEPS]


def deliver_envelope(message_id: str, account: str, priority: Priority) -> str:
    """The queue message that makes a worker deliver ``message_id``. Nothing in it needs escaping."""
    head, tail, envelope = _deliver_parts(account, priority)
    body = base64.b64encode(f"{head}{message_id}{tail}".encode()).decode()
    return message_id.join(envelope).replace(_BODY, body, 1)


_ID, _BODY = "{id}", "{body}"  # no account name has braces


@lru_cache(maxsize=1000)
def _deliver_parts(account: str, priority: Priority) -> tuple[str, str, list[str]]:
    """The body before and after the id, and the parts of the envelope between ids: all else is constant."""
    envelope = task_envelope(DELIVER_TASK, _ID, [_ID], {}, messages_queue(account), BROKER_PRIORITY[priority])
    body = json.loads(envelope)["body"]
    head, _, tail = base64.b64decode(body).decode().partition(_ID)
    return head, tail, envelope.replace(body, _BODY).split(_ID)


def task_envelope(  # noqa: PLR0917 - the six parts of one message, in the order of the format
    task: str, task_id: str, args: list[Any], kwargs: Mapping[str, Any], queue: str, priority: int
) -> str:
    """A Celery protocol 2 message as kombu's Redis transport stores it: JSON text."""
    body = json.dumps([args, kwargs, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    return json.dumps(
        {
            "body": base64.b64encode(body.encode()).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {
                "lang": "py",
                "task": task,
                "id": task_id,
                "root_id": task_id,
                "parent_id": None,
                "group": None,
                "argsrepr": "(…)",
                "kwargsrepr": "{…}",
                "ignore_result": True,
            },
            "properties": {
                "correlation_id": task_id,
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": queue},
                "priority": priority,
                "body_encoding": "base64",
                "delivery_tag": task_id,
            },
        },
        separators=(",", ":"),
    )


@dataclass(frozen=True)
class Entry:
    """The used fields of an entry of a broker list, no matter who wrote it; all other fields are dropped."""

    task: str
    task_id: str
    args: list[Any]
    kwargs: dict[str, Any]
    priority: int
    delivery_tag: str
    expires: str | None
    """ISO 8601. A worker that reads the task later drops it."""
    linked: bool
    """Whether it has callbacks or a chain; they are not followed."""

    def envelope(self, queue: str) -> str:
        """As this service writes it: without the text of the arguments that events, Flower and logs would
        show.
        """
        fields = json.loads(
            task_envelope(self.task, self.task_id, self.args, self.kwargs, queue, self.priority)
        )
        fields["properties"]["delivery_tag"] = self.delivery_tag
        if self.expires is not None:
            fields["headers"]["expires"] = self.expires
        return json.dumps(fields, separators=(",", ":"))


def read_entry(raw: bytes) -> Entry:
    """Parses Celery's protocol 2 in JSON; raises EntryRefused, whose text contains nothing of the entry."""
    try:
        message = json.loads(raw.decode())
    except (ValueError, RecursionError):
        raise EntryRefused("not_json", "It is not JSON.") from None
    headers, properties = _part(message, "headers"), _part(message, "properties")
    task, task_id, tag = headers.get("task"), headers.get("id"), properties.get("delivery_tag")
    if not (isinstance(task, str) and isinstance(task_id, str) and _can_be_kept(tag)):
        raise EntryRefused("no_task", "It is not a task of Celery's protocol 2: no task, id or delivery tag.")
    if headers.get("eta") is not None:
        raise EntryRefused(
            "eta", "An ETA or countdown would exist only in the worker's memory. Use the argument send_at."
        )
    args, kwargs, embed = _arguments(message, properties)
    if is_too_deep([args, kwargs]):
        raise EntryRefused("body", "Its arguments are nested too deeply.")
    priority = properties.get("priority")
    return Entry(
        task=task,
        task_id=task_id
        if _safe_id(task, task_id)
        else hashlib.sha256(task_id.encode("utf-8", "replace")).hexdigest(),
        args=args,
        kwargs=kwargs,
        priority=priority if isinstance(priority, int) else 0,
        delivery_tag=tag,
        expires=_expires(headers.get("expires")),
        linked=any(embed.get(name) for name in ("callbacks", "errbacks", "chain", "chord")),
    )


def _can_be_kept(tag: object) -> TypeGuard[str]:
    """Whether kombu can keep an entry under this delivery tag until it is acknowledged."""
    try:
        return isinstance(tag, str) and bool(tag.encode())
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


_ID_DIGITS = re.compile(r"[0-9a-f-]{32,64}")


def _safe_id(task: str, task_id: str) -> bool:
    """Ids show in events and logs: one that a caller chose could be a phone or a text."""
    return task == WEBHOOK_TASK or is_message_id(task_id) or _ID_DIGITS.fullmatch(task_id) is not None


def _part(message: object, name: str) -> dict[str, Any]:
    part = message.get(name) if isinstance(message, dict) else None
    if not isinstance(part, dict):
        raise EntryRefused("no_task", f"It is not a task of Celery's protocol 2: no {name}.")
    return part


def _arguments(
    message: Mapping[str, Any], properties: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any], dict[str, Any]]:
    body, encoding = message.get("body"), properties.get("body_encoding")
    if message.get("content-type") != "application/json" or not isinstance(body, str):
        raise EntryRefused("body", "Its body is not JSON.")
    try:
        text = base64.b64decode(body, validate=True) if encoding == "base64" else body
        match json.loads(text):
            case [list(args), dict(kwargs), dict(embed)]:
                return args, kwargs, embed
    except (ValueError, RecursionError):
        pass
    raise EntryRefused("body", "Its body does not hold arguments, named arguments and options in JSON.")


def _expires(value: object) -> str | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise EntryRefused("no_task", "Its time of expiry is not a time.") from None


def task_id_of(entry: str) -> str | None:
    """The task id in an entry of a broker list, no matter who wrote it; None if it has none."""
    try:
        task_id = json.loads(entry)["headers"]["id"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return task_id if isinstance(task_id, str) else None


def route_task(
    name: str, _args: Sequence[Any], kwargs: Mapping[str, Any], _options: Mapping[str, Any], **_: Any
) -> dict[str, str] | None:
    """Celery's router: the account in the arguments selects the queue."""
    account = str((kwargs or {}).get("account") or DEFAULT_ACCOUNT)
    if name == SEND_TASK:
        return {"queue": messages_queue(account)}
    if name in CONTROL_TASKS:
        return {"queue": control_queue(account)}
    if name == WEBHOOK_TASK:
        return {"queue": WEBHOOKS_QUEUE}
    return None
