"""Run scripts in a world of our own inside the page.

An isolated world shares the DOM with the page and nothing else: the page's scripts see none of our variables
and cannot have replaced the built-ins we use. The protocol domain Runtime is never enabled by us; a page can
notice that.
"""

import json
import time
from typing import Any

from whatsapp_tasks.browser.connection import Connection, ContextMissing
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.errors import PageChanged, PageError, WaitTimeout

_WORLD = "whatsapp-tasks"
_MARK = "whatsappTasksWorld"
_STALE, _LATE = "stale", "late"
_RETRY_PAUSE_S = 0.005

# The mark is set in every new document before the page's own scripts run. The numbers of contexts begin anew
# in a new renderer process, so a remembered one may mean the page's own world: there the mark is missing.
_PREPARE = f"globalThis.{_MARK} = true"

# Text travels as JSON in a string: exact for every character, with no limit of depth.
_EVALUATE = """async function (args, ms) {
  if (globalThis.%(mark)s !== true) return "%(stale)s";
  let value = (%(function)s
  )(...JSON.parse(args));
  if (value instanceof Promise) {
    const late = new Promise((resolve) => setTimeout(resolve, ms, "%(late)s"));
    const settled = await Promise.race([value.then((v) => ({ v })), late]);
    if (settled === "%(late)s") return settled;
    value = settled.v;
  }
  return %(json)s;
}"""

_WAIT_FOR = """async function (args, ms) {
  if (globalThis.%(mark)s !== true) return "%(stale)s";
  const probe = (%(function)s
  );
  const list = JSON.parse(args);
  return new Promise((resolve, reject) => {
    let over = false, busy = false, again = false;
    const end = (settle, outcome) => {
      over = true;
      observer.disconnect();
      clearInterval(tick);
      clearTimeout(limit);
      settle(outcome);
    };
    const look = async () => {
      if (over) return;
      if (busy) { again = true; return; }
      busy = true;
      again = false;
      try {
        const value = await probe(...list);
        if (value && !over) end(resolve, %(json)s);
      } catch (error) {
        if (!over) end(reject, error);
      }
      busy = false;
      if (again && !over) setTimeout(look, 0);
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
    const tick = setInterval(look, 250);
    const limit = setTimeout(() => end(resolve, "%(late)s"), ms);
    look();
  });
}"""

_JSON = """JSON.stringify(
    { value: value === undefined ? null : value },
    (_, part) => (typeof part === "string" ? part.toWellFormed() : part))"""


class IsolatedWorld:
    """Our world in the main frame of one page."""

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        """Prepare the present document and all that follow it."""
        self._connection = connection
        self._context: int | None = None
        connection.send(
            "Page.addScriptToEvaluateOnNewDocument",
            {"source": _PREPARE, "worldName": _WORLD, "runImmediately": True},
            deadline,
        )

    def evaluate(self, function: str, args: tuple[JSON, ...], deadline: Deadline) -> JSON:
        """See `Page.evaluate`."""
        return self._run(_EVALUATE, function, args, deadline)

    def wait_for(self, function: str, args: tuple[JSON, ...], deadline: Deadline) -> JSON:
        """See `Page.wait_for`."""
        while True:
            try:
                return self._run(_WAIT_FOR, function, args, deadline)
            except PageChanged:  # go on in the new document
                _pause(deadline)

    def _run(self, template: str, function: str, args: tuple[JSON, ...], deadline: Deadline) -> JSON:
        declaration = template % {
            "mark": _MARK,
            "stale": _STALE,
            "late": _LATE,
            "function": function,
            "json": _JSON,
        }
        while True:
            try:
                answer = self._call(declaration, args, deadline)
            except ContextMissing:
                answer = _STALE
            except PageChanged:
                self._context = None
                raise
            if answer == _LATE:
                raise WaitTimeout
            if answer != _STALE:
                value: JSON = json.loads(answer)["value"]
                return value
            self._context = None
            _pause(deadline)

    def _call(self, declaration: str, args: tuple[JSON, ...], deadline: Deadline) -> str:
        if self._context is None:
            self._context = self._enter(deadline)
        answer = self._connection.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": declaration,
                "arguments": [{"value": json.dumps(args)}, {"value": deadline.remaining() * 1000}],
                "executionContextId": self._context,
                "awaitPromise": True,
                "returnByValue": True,
            },
            deadline,
        )
        if "exceptionDetails" in answer:
            raise PageError(_message(answer["exceptionDetails"]))
        return str(answer["result"]["value"])

    def _enter(self, deadline: Deadline) -> int:
        """The number of our context in the present document."""
        tree = self._connection.send("Page.getFrameTree", {}, deadline)
        world = self._connection.send(
            "Page.createIsolatedWorld",
            {"frameId": tree["frameTree"]["frame"]["id"], "worldName": _WORLD},
            deadline,
        )
        return int(world["executionContextId"])


def _pause(deadline: Deadline) -> None:
    if deadline.passed:
        raise WaitTimeout
    time.sleep(_RETRY_PAUSE_S)


def _message(details: dict[str, Any]) -> str:
    """What went wrong, in one line; without the stack."""
    thrown = details.get("exception", {})
    text = thrown.get("description") or thrown.get("value") or details.get("text") or "unknown"
    return str(text).partition("\n")[0][:300]
