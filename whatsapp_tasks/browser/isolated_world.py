"""Run scripts in a world of our own inside the page.

An isolated world shares only the DOM with the page: the page's scripts cannot see our variables or replace
the built-ins that we use. We never enable the protocol domain Runtime, because a page can notice that.
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from whatsapp_tasks.browser.connection import Connection
from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.input_scripts import guard_script
from whatsapp_tasks.browser.main_frame import main_frame, pause_before_retry
from whatsapp_tasks.browser.page import JSON
from whatsapp_tasks.browser.readings import reading
from whatsapp_tasks.errors import PageChanged, PageError, WaitTimeout

_WORLD = "whatsapp-tasks"
_MARK = "whatsappTasksDocument"
_STALE, _LATE = "stale", "late"

# Every new document gets a name before the page's scripts run, and every call names its document. Context ids
# are not enough: in a new renderer process they start again, so an old id may mean another world. And
# ChromeDriver repeats a call if the document was replaced during it: without the name a function would run
# again, in the new document.
_PREPARE = f"globalThis.{_MARK} = String(Math.random())"
_NAME = f"() => globalThis.{_MARK}"

# Text travels as JSON in a string: exact for every character, with no limit of depth.
_EVALUATE = """async function (name, args, ms) {
  if (globalThis.%(mark)s !== name) return "%(stale)s";
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

_WAIT_FOR = """async function (name, args, ms) {
  if (globalThis.%(mark)s !== name) return "%(stale)s";
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

# A document keeps long functions, so that they travel and are compiled once: a look has 60 KB.
_LONG = 2000  # characters
_KEEP = """((globalThis.whatsappTasksKept ??= {})["%(name)s"] ??= (%(function)s
  ))"""
_KEPT = 'globalThis.whatsappTasksKept["%(name)s"]'

# An element stays in the browser: only the id of its handle leaves the page.
_FIND = """function (name, args) {
  return globalThis.%(mark)s === name ? (%(function)s
  )(...JSON.parse(args)) : null;
}"""
_JUDGE = """function (name, args) {
  return globalThis.%(mark)s === name && !!(%(function)s
  )(this, ...JSON.parse(args));
}"""

_JSON = """JSON.stringify(
    { value: value === undefined ? null : value },
    (_, part) => (typeof part === "string" ? part.toWellFormed() : part))"""


@dataclass(frozen=True, slots=True)
class _Document:
    """One document and our world in it."""

    loader: str
    context: int
    name: str
    kept: set[str] = field(default_factory=set)
    """The names of the functions that it keeps."""


class IsolatedWorld:
    """Our world in the main frame of one page."""

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        """Prepare the current document and all later ones."""
        self._connection = connection
        self._document: _Document | None = None
        self.run_at_start(_PREPARE, deadline, now=True)
        self.run_at_start(guard_script(), deadline, now=True)

    def run_at_start(self, script: str, deadline: Deadline, *, now: bool = False) -> str:
        """See `Page.run_at_start`; with `now` also in the current document."""
        answer = self._connection.send(
            "Page.addScriptToEvaluateOnNewDocument",
            {"source": script, "worldName": _WORLD, "runImmediately": now},
            deadline,
        )
        return str(answer["identifier"])

    def evaluate(self, function: str, args: tuple[JSON, ...], deadline: Deadline) -> JSON:
        """See `Page.evaluate`."""
        return self._run(_EVALUATE, function, args, deadline)

    def wait_for(self, function: str, args: tuple[JSON, ...], deadline: Deadline) -> JSON:
        """See `Page.wait_for`."""
        while True:
            try:
                return self._run(_WAIT_FOR, function, args, deadline)
            except PageChanged:  # continue in the new document
                pause_before_retry(deadline)

    def find(self, function: str, args: tuple[JSON, ...], deadline: Deadline) -> str | None:
        """The handle of the element that ``function`` returns; None for null, or in a new document."""
        document = self._enter(deadline)
        answer = self._connection.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": _FIND % {"mark": _MARK, "function": function},
                "arguments": [{"value": document.name}, {"value": json.dumps(args)}],
                "executionContextId": document.context,
            },
            deadline,
        )
        with reading("The browser's answer about an element"):
            if "exceptionDetails" in answer:
                raise PageError(_message(answer["exceptionDetails"]))
            handle = answer["result"].get("objectId")
            return str(handle) if handle else None

    def accept(self, node: int, function: str, args: tuple[JSON, ...], deadline: Deadline) -> str | None:
        """The handle of the element with this backend node, if ``function`` (element, …) says so."""
        document = self._enter(deadline)
        resolved = self._connection.send(
            "DOM.resolveNode", {"backendNodeId": node, "executionContextId": document.context}, deadline
        )
        with reading("The browser's answer about an element"):
            handle = str(resolved["object"]["objectId"])
        answer = self._connection.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": _JUDGE % {"mark": _MARK, "function": function},
                "objectId": handle,
                "arguments": [{"value": document.name}, {"value": json.dumps(args)}],
                "returnByValue": True,
            },
            deadline,
        )
        with reading("The browser's answer about an element"):
            return handle if answer["result"].get("value") is True else None

    def _run(self, template: str, function: str, args: tuple[JSON, ...], deadline: Deadline) -> JSON:
        document = self._enter(deadline)
        name = _name_of(function) if len(function) > _LONG else None
        if name is not None:
            function = (_KEPT if name in document.kept else _KEEP) % {"name": name, "function": function}
        parts = {"mark": _MARK, "stale": _STALE, "late": _LATE, "json": _JSON, "function": function}
        answer = self._call(
            template % parts,
            document.context,
            # a duration, not an end time: a wall clock may be changed meanwhile
            [document.name, json.dumps(args), deadline.remaining() * 1000],
            deadline,
        )
        if answer == _STALE:  # perhaps it had begun in the document before
            raise PageChanged
        if name is not None:
            document.kept.add(name)
        if answer == _LATE:
            raise WaitTimeout
        return _value_of(answer)

    def _enter(self, deadline: Deadline) -> _Document:
        """Our world in the current document."""
        while True:
            try:
                frame = main_frame(self._connection, deadline)
                if self._document is None or self._document.loader != frame.loader:
                    world = self._connection.send(
                        "Page.createIsolatedWorld", {"frameId": frame.id, "worldName": _WORLD}, deadline
                    )
                    with reading("The browser's answer about our world"):
                        context = int(world["executionContextId"])
                    name = self._call(_NAME, context, [], deadline)
                    self._document = _Document(frame.loader, context, name)
                return self._document
            except PageChanged:
                pause_before_retry(deadline)

    def _call(self, declaration: str, context: int, args: list[JSON], deadline: Deadline) -> str:
        answer = self._connection.send(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": declaration,
                "arguments": [{"value": arg} for arg in args],
                "executionContextId": context,
                "awaitPromise": True,
                "returnByValue": True,
            },
            deadline,
        )
        with reading("The browser's answer about our script"):
            if "exceptionDetails" in answer:
                raise PageError(_message(answer["exceptionDetails"]))
            return str(answer["result"].get("value"))


@lru_cache(maxsize=100)
def _name_of(function: str) -> str:
    return hashlib.sha256(function.encode()).hexdigest()


def _value_of(answer: str) -> JSON:
    with reading("What the script returned"):
        value: JSON = json.loads(answer)["value"]
        return value


def _message(details: dict[str, Any]) -> str:
    """What went wrong, in one line; without the stack."""
    thrown = details.get("exception", {})
    text = thrown.get("description") or thrown.get("value") or details.get("text") or "unknown"
    return str(text).partition("\n")[0][:300]
