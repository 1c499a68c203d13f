"""The control API of a running simulator, as a class for tests."""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_HERE = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The simulator is on this machine, where no proxy leads."""


@dataclass(frozen=True)
class ReceivedMessage:
    """One message the simulated server really received."""

    seq: int
    id: str
    chat: str
    """Digits of the phone number."""
    text: str
    received_at: float
    """Unix seconds."""
    status: str
    """`sent`, `delivered` or `read`."""
    times: Mapping[str, float]
    attachments: list[Mapping[str, Any]] = field(default_factory=list)
    """Each with name, type, size (bytes), sha256, kind."""
    device: str | None = None
    edited: bool = False
    """Its text was changed on a page, after it had been sent."""
    quoted: Mapping[str, Any] | None = None
    """What it replies to, with author, text, id and kind."""


class SimulatorError(Exception):
    """The control API refused."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


class ControlClient:
    control_url = ""

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One request to the control API; raises SimulatorError with its explanation."""
        request = urllib.request.Request(
            self.control_url + path,
            method=method,
            data=json.dumps(body or {}).encode() if method != "GET" else None,
            headers={"Content-Type": "application/json"},
        )
        try:
            with _HERE.open(request, timeout=10) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            with error:
                detail = json.load(error)["error"]
            raise SimulatorError(error.code, detail["code"], detail["message"]) from None

    def set(self, **settings: object) -> dict[str, Any]:
        """Changes settings, e.g. `set(era="E2", sent_ms=500)`; pages reload when their look changes."""
        return self.call("PATCH", "/settings", settings)

    def settings(self) -> dict[str, Any]:
        return self.call("GET", "/settings")

    def reset(self, **settings: object) -> None:
        """Forgets chats, messages, devices, scenarios; back to the settings of the start plus these."""
        self.call("POST", "/reset", settings)

    def link(
        self, *, page: str | None = None, ref: str | None = None, timeout_seconds: float = 10.0
    ) -> dict[str, Any]:
        """Scans the QR code, waiting until a page shows one. With several pages open, say which."""
        return self._patiently("/link", {"page": page, "ref": ref}, timeout_seconds)

    def pair(self, code: str) -> dict[str, Any]:
        """Enters a pairing code on the phone."""
        return self.call("POST", "/pair", {"code": code})

    def _patiently(self, path: str, body: Mapping[str, Any], timeout_seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + timeout_seconds
        while True:
            try:
                return self.call("POST", path, body)
            except SimulatorError as error:
                if error.status != 409 or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def devices(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "/devices")["devices"])

    def most_alive(self) -> int:
        """In how many browsers at once one session was alive, at most; more than 1: it was copied."""
        return max((int(device["most_alive"]) for device in self.devices()), default=0)

    def logout(self, *, reason: str | None = "logged_out") -> int:
        """Unlinks all devices; the pages go to the QR page."""
        return int(self.call("POST", "/logout", {"reason": reason})["unlinked"])

    def messages(self, chat: str | None = None) -> list[ReceivedMessage]:
        """The ground truth: what the server really received, in order."""
        query = f"?chat={urllib.parse.quote(chat)}" if chat else ""
        return [ReceivedMessage(**each) for each in self.call("GET", f"/messages{query}")["messages"]]

    def wait_for_messages(
        self, count: int, *, chat: str | None = None, timeout_seconds: float = 10.0
    ) -> list[ReceivedMessage]:
        """Waits until at least `count` messages are received."""
        deadline = time.monotonic() + timeout_seconds
        while len(found := self.messages(chat)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} messages after {timeout_seconds} s, not {count}: {found}")
            time.sleep(0.05)
        return found

    def rejected(self) -> list[dict[str, Any]]:
        """Messages the server refused."""
        return list(self.call("GET", "/messages/rejected")["messages"])

    def presses(self) -> dict[str, int]:
        """How often something harmful was pressed on a page: `log_out`, `try_again`, `edit`, …"""
        return dict(self.call("GET", "/presses"))

    def set_status(self, message_id: str, status: str) -> None:
        """Moves a message on by hand: `delivered` or `read`."""
        self.call("PATCH", f"/messages/{message_id}", {"status": status})

    def chats(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "/chats")["chats"])

    def lookups(self) -> list[dict[str, str]]:
        """The ground truth of look-ups: numbers that pages asked about, each with its result."""
        return list(self.call("GET", "/lookups")["lookups"])

    def in_chat(self, phone: str) -> list[dict[str, Any]]:
        """The ground truth of one chat: all its messages, of both sides, oldest first."""
        return list(self.call("GET", f"/chats/{phone}")["messages"])

    def chat(self, phone: str, name: str | None = None, messages: Iterable[Mapping[str, Any]] = ()) -> None:
        """Makes a chat with history: messages are `{text, mine?, status?, at?}`."""
        self.call("POST", "/chats", {"phone": phone, "name": name, "messages": list(messages)})

    def rename(self, phone: str, name: str | None) -> None:
        """The contact calls itself something else (another's number, `~name`, …); None: its number."""
        self.call("PATCH", f"/chats/{phone}", {"name": name})

    def group(self, group: str, name: str, members: Iterable[str] = (), *, channel: bool = False) -> None:
        """A group or channel; its id has 16 to 20 digits."""
        body = {"id": group, "name": name, "members": list(members), "channel": channel}
        self.call("POST", "/groups", body)

    def hidden_person(self, number: str, name: str) -> None:
        """Somebody who hides the phone: WhatsApp's own number of them, and the name or @username shown."""
        self.call("POST", "/people", {"id": number, "name": name})

    def mark_unread(self, phone: str) -> None:
        """By hand: a badge without a number."""
        self.call("PATCH", f"/chats/{phone}", {"marked_unread": True})

    def incoming(
        self,
        phone: str,
        text: str,
        *,
        name: str | None = None,
        quoted: Mapping[str, str] | None = None,
        author: str | None = None,
        file: Mapping[str, object] | None = None,
        special: str | None = None,
    ) -> str:
        """Someone writes to us, maybe answering `{author, text}`; `author` in a group; `file` is
        `{kind, name?, size?, type?, content?}` (bytes), `special` location, contact or deleted. Returns the
        id.
        """
        if file is not None and isinstance(content := file.get("content"), bytes):
            file = {**file, "content": base64.b64encode(content).decode()}
        body = {
            "from": phone,
            "text": text,
            "name": name,
            "quoted": quoted and dict(quoted),
            "author": author,
            "file": file and dict(file),
            "special": special,
        }
        return str(self.call("POST", "/incoming", body)["id"])

    def pages(self) -> list[dict[str, Any]]:
        """Connected pages and what each shows."""
        return list(self.call("GET", "/pages")["pages"])

    def wait_for_screen(self, screen: str, *, timeout_seconds: float = 10.0) -> dict[str, Any]:
        """Waits until a page shows `screen` (`qr`, `main`, …). Returns that page."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            pages = self.pages()
            for page in pages:
                if page.get("screen") == screen:
                    return page
            if time.monotonic() > deadline:
                shown = [page.get("screen") for page in pages]
                raise TimeoutError(f"no page shows {screen} after {timeout_seconds} s, but {shown}")
            time.sleep(0.05)

    def scenario(self, name: str, **parameters: object) -> None:
        """Switches a scenario on."""
        self.call("PUT", f"/scenarios/{name}", parameters)

    def clear_scenario(self, name: str) -> None:
        self.call("DELETE", f"/scenarios/{name}")

    def clear_scenarios(self) -> None:
        self.call("DELETE", "/scenarios")
