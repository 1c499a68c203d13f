"""WhatsApp's server as the pages see it: linking, queries, messages, ticks; scenarios bend each step.

Synchronous and free of I/O: time, timers and randomness are handed in, pages are objects that `post`.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from random import Random, SystemRandom
from typing import Any, Protocol

from . import scenarios as kinds
from .devices import (
    PAIRING_CODE_SECONDS,
    QR_SECONDS,
    Device,
    Devices,
    Identity,
    new_identity,
    new_pairing_code,
    new_reference,
)
from .journal import Event
from .mailbox import Attachment, Chat, Mailbox, Message, Quotation, Status
from .phones import FATES, MAGIC_NUMBERS, digits_of, printed
from .qr import matrix
from .scenarios import ActiveScenarios
from .settings import Settings
from .skin_texts import texts

Json = dict[str, Any]

SLOW_QUERY_MS, SLOW_DELIVERED_MS, SLOW_READ_MS = 3000, 5000, 10_000
"""Of the magic number `slow`; its 5 s from Enter to sent are the page's."""

SHORTEST_NUMBER = 7
"""Fewer digits are no phone number: the query misses."""


OF_A_LINKED_ACCOUNT = ("screen_lock", "terms_block", "connecting_cover")
"""Screens that are gone when the account is logged out."""

BAN_PHRASES = (
    "You're temporarily banned from WhatsApp because too many people blocked you. "
    "This account is not allowed to use WhatsApp due to spam. Your account has been suspended. "
    "Phone number shared via url is invalid. Your account is restricted."
)
"""What the scenario quote_ban says (§7)."""


class Timer(Protocol):
    def cancel(self) -> None: ...


class NothingToScan(Exception):
    """No page shows a QR code (or this one) right now."""


class LinkRefused(Exception):
    """WhatsApp refuses to link a device to this account."""


class WrongPairingCode(Exception):
    """No page shows this pairing code, or it has expired."""


@dataclass(eq=False)
class Page:
    """One open page, from its WebSocket to its end."""

    id: str
    post: Callable[[Json], None]
    """Queues a message to the page."""
    drop: Callable[[], None]
    """Cuts the connection."""
    user_agent: str = ""
    connected_at: float = 0.0
    device: Device | None = None
    superseded: bool = False
    """Another page of the same device has taken over: it shows "Use here"."""
    screen: Json = field(default_factory=dict)
    """What the page last said it shows."""
    identity: Identity | None = None
    ref: str | None = None
    timer: Timer | None = None
    pairing_code: str | None = None
    pairing_timer: Timer | None = None
    synced: set[str] = field(default_factory=set)
    """Chats whose history has come late once (stale_history)."""

    def stop_timers(self) -> None:
        for timer in (self.timer, self.pairing_timer):
            if timer is not None:
                timer.cancel()
        self.timer = self.pairing_timer = None
        self.ref = self.pairing_code = None


class Simulation:
    def __init__(
        self,
        settings: Settings,
        later: Callable[[float, Callable[[], None]], Timer],
        *,
        clock: Callable[[], float] = time.time,
        random: Random | None = None,
        record: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        """`later(seconds, callback)` starts a timer; `record` is told what must survive a restart."""
        self.settings = settings
        self.first_settings = settings
        self.scenarios = ActiveScenarios()
        self.mailbox = Mailbox()
        self.devices = Devices()
        self.pages: dict[str, Page] = {}
        self.rejected: list[Json] = []
        """Messages the server refused; they are not in the ground truth."""
        self.uploads: dict[str, Attachment] = {}
        self.presses: Counter[str] = Counter()
        """What was pressed on pages and does harm if it was not meant: log_out, try_again, edit, …"""
        self._later = later
        self._clock = clock
        self._random = random or SystemRandom()
        self._record = record
        self._unacknowledged: set[str] = set()
        """Messages whose ticks are kept from the pages (lost_acks)."""
        self._lookups = 0
        """In the spell of look-up failures that is on."""
        self._generation = 0
        """Counts resets, so that a timer from before one does nothing after it."""

    # --- pages ----------------------------------------------------------------------------------------------

    def connect(self, page: Page) -> None:
        page.connected_at = self._clock()
        self.pages[page.id] = page

    def disconnect(self, page: Page) -> None:
        page.stop_timers()
        self.pages.pop(page.id, None)

    def handle(self, page: Page, message: Json) -> None:
        """One message of a page; what it says is in `static/js/connection.js`."""
        handler = self._HANDLERS.get(str(message.get("type")))
        if handler is None:
            page.post({"type": "error", "message": f"unknown type {message.get('type')!r}"})
        else:
            handler(self, page, message)

    def _hello(self, page: Page, message: Json) -> None:
        device = self.devices.find(message.get("token"))
        if device is None and self.settings.login_at_once:
            device = self.devices.latest()
        page.device = device
        if device is None:
            page.post({"type": "welcome", "linked": False, **self._surroundings()})
            self._start_qr(page)
            return
        page.superseded = bool(message.get("superseded"))
        if not message.get("again"):
            for other in self.pages.values():
                if other is not page and other.device is device and not other.superseded:
                    other.superseded = True
                    other.post({"type": "conflict", "other": "tab"})
        keys = {"token": device.token}
        page.post(
            {"type": "welcome", "linked": True, **keys, **self._surroundings(), **self._account(device)}
        )

    def _screen(self, page: Page, message: Json) -> None:
        page.screen = {key: value for key, value in message.items() if key != "type"}

    def _pressed(self, _page: Page, message: Json) -> None:
        self.presses[str(message.get("what"))] += 1

    def _use_here(self, _page: Page, _message: Json) -> None:
        """The button was pressed; the page reloads, and its hello takes over."""
        if self.scenarios.switch_off("use_here"):
            self._tell_scenarios()

    def _played(self, _page: Page, message: Json) -> None:
        if self.scenarios.played(str(message.get("name"))):
            self._tell_scenarios()

    # --- linking --------------------------------------------------------------------------------------------

    def _start_qr(self, page: Page) -> None:
        page.stop_timers()
        page.identity = page.identity or new_identity(self._random)
        slow = self.scenarios.play(kinds.SlowQr)
        if slow is None:
            self._show_ref(page, 0)
        else:
            page.timer = self._later(slow.ms / 1000, partial(self._show_ref, page, 0))

    def _reload_qr(self, page: Page, _message: Json) -> None:
        if page.device is None:
            self._start_qr(page)

    def _show_ref(self, page: Page, number: int) -> None:
        assert page.identity is not None
        if number == len(QR_SECONDS):
            page.ref = None
            page.post({"type": "qr_idle"})
            return
        page.ref = new_reference(page.identity, self.settings.era, self._random)
        page.post({"type": "qr", "ref": page.ref, "matrix": matrix(page.ref)})
        page.timer = self._later(
            QR_SECONDS[number] / self.settings.speed, partial(self._show_ref, page, number + 1)
        )

    def _pair(self, page: Page, message: Json) -> None:
        if page.device is not None:
            return
        digits = digits_of(str(message.get("phone", "")))
        if len(digits) < SHORTEST_NUMBER:
            page.post({"type": "pair_error", "kind": "invalid"})
            return
        error = self.scenarios.play(kinds.PairingError)
        if error is not None:
            page.post({"type": "pair_error", "kind": error.kind})
            return
        if page.pairing_timer is not None:
            page.pairing_timer.cancel()
        page.pairing_code = new_pairing_code(self._random)
        page.post({"type": "pair_code", "code": page.pairing_code})
        page.pairing_timer = self._later(
            PAIRING_CODE_SECONDS / self.settings.speed, partial(self._expire_pairing_code, page)
        )

    def _expire_pairing_code(self, page: Page) -> None:
        page.pairing_code = None
        page.post({"type": "pair_expired"})

    def link(self, *, page_id: str | None = None, ref: str | None = None) -> Device:
        """Scans the QR code that is shown (the latest page's unless told which)."""
        for page in sorted(self.pages.values(), key=lambda each: each.connected_at, reverse=True):
            shown = page.ref is not None and page.screen.get("screen") == "qr"
            if shown and page_id in (None, page.id) and ref in (None, page.ref):
                return self._link(page, "qr")
        raise NothingToScan

    def pair(self, code: str) -> Device:
        """Enters the pairing code on the phone."""
        wanted = code.replace("-", "").replace(",", "").strip().upper()
        for page in self.pages.values():
            if page.pairing_code == wanted:
                return self._link(page, "pairing_code")
        raise WrongPairingCode

    def _link(self, page: Page, linked_by: str) -> Device:
        if self.scenarios.look(kinds.PermanentBan):
            raise LinkRefused
        page.stop_timers()
        device = self.devices.link(
            self.settings.own_phone, page.user_agent, linked_by, self._clock(), self._random
        )
        page.device = device
        self._record({"event": "link", **asdict(device)})
        page.post({"type": "linked", "token": device.token, **self._account(device)})
        return device

    def logout(self, token: str | None = None, *, reason: str | None = "logged_out") -> int:
        """Unlinks one device or all; the pages go to the QR page. `reason` is a key of skin_texts or None."""
        switched_off = [name for name in OF_A_LINKED_ACCOUNT if self.scenarios.switch_off(name)]
        if switched_off:
            self._tell_scenarios()
        tokens = list(self.devices.by_token) if token is None else [token]
        unlinked = 0
        for each in tokens:
            device = self.devices.unlink(each)
            if device is None:
                continue
            unlinked += 1
            self._record({"event": "unlink", "token": each})
            for page in self.pages.values():
                if page.device is device:
                    page.device, page.superseded, page.identity = None, False, None
                    page.post({"type": "logout", "reason": reason})
                    self._start_qr(page)
        return unlinked

    def _logout_by_page(self, page: Page, _message: Json) -> None:
        self.presses["log_out"] += 1
        if page.device is not None:
            self.logout(page.device.token, reason="logged_out")

    # --- chats ----------------------------------------------------------------------------------------------

    def _exists(self, page: Page, message: Json) -> None:
        phone = digits_of(str(message.get("phone", "")))
        fate = FATES.get(phone, "ordinary")
        slow = self.scenarios.play(kinds.SlowQuery, phone)
        milliseconds = slow.ms if slow else SLOW_QUERY_MS if fate == "slow" else self.settings.query_ms
        answer: Json = {"type": "exists", "query": message.get("query"), "phone": phone, "result": "hit"}
        answer["printed"] = printed(phone)
        if fate == "query_error" or self.scenarios.play(kinds.QueryError, phone) or self._lookup_fails(phone):
            answer["result"] = "error"
        elif (
            fate == "not_on_whatsapp"
            or len(phone) < SHORTEST_NUMBER
            or self.scenarios.play(kinds.InvalidNumber, phone)
        ):
            answer["result"] = "miss"
        else:
            wrong = self.scenarios.play(kinds.WrongChat, phone)
            answer["chat"] = self._chat_json(self.mailbox.chat(wrong.opens if wrong else phone))
        self._later(milliseconds / 1000, partial(page.post, answer))

    def _lookup_fails(self, phone: str) -> bool:
        """In a spell of failures every n-th look-up fails."""
        spell = self.scenarios.look(kinds.LookupFailures, phone)
        if spell is None:
            self._lookups = 0
            return False
        self._lookups += 1
        if self._lookups % spell.every:
            return False
        self.scenarios.play(kinds.LookupFailures, phone)
        return True

    def _history(self, page: Page, message: Json) -> None:
        phone = str(message.get("phone", ""))
        found, more = self.mailbox.history(phone, message.get("before"), self.settings.page_size)
        stale = None
        if message.get("before") is None and phone not in page.synced:
            stale = self.scenarios.play(kinds.StaleHistory, phone)
        if stale is not None:
            page.synced.add(phone)
            found = found[: -stale.newest]
            late = {"type": "chat", "chat": self._chat_json(self.mailbox.chat(phone)), "refresh": True}
            self._later(stale.ms / 1000, partial(page.post, {**late, "synced": True}))
        page.post(
            {
                "type": "history",
                "query": message.get("query"),
                "phone": phone,
                "messages": [message_json(each) for each in found],
                "more": more,
                "loading": stale is not None and stale.sign,
            }
        )

    def _seen(self, _page: Page, message: Json) -> None:
        phone = str(message.get("phone", ""))
        if self.mailbox.seen(phone):
            self._record({"event": "seen", "phone": phone})
            self._tell_pages({"type": "chat", "chat": self._chat_json(self.mailbox.chats[phone])})

    def seed(self, phone: str, name: str | None, messages: list[Json]) -> Chat:
        """History from before the test. A message: `{text, mine?, status?, at?, id?}`."""
        chat = self.mailbox.chat(phone)
        if name is not None:
            chat.name = name
            self._record({"event": "name", "phone": phone, "name": name})
        start = self._clock() - len(messages)
        for index, each in enumerate(messages):
            mine = bool(each.get("mine", False))
            event = {
                "event": "seed",
                "id": each.get("id") or self.new_id(mine=mine),
                "phone": phone,
                "text": str(each.get("text", "")),
                "at": float(each.get("at", start + index)),
                "mine": mine,
                "status": each.get("status"),
                "quoted": each.get("quoted"),
                "author": each.get("author"),
            }
            self._record(event)
            self._apply(event)
        self._tell_pages({"type": "chat", "chat": self._chat_json(chat), "refresh": True})
        return chat

    def group(self, phone: str, name: str, members: list[str], *, channel: bool = False) -> Chat:
        """A group or channel; `phone` is its id, more than 15 digits."""
        event: Event = {
            "event": "group",
            "phone": phone,
            "name": name,
            "members": members,
            "channel": channel,
        }
        self._record(event)
        self._apply(event)
        chat = self.mailbox.chats[phone]
        self._tell_pages({"type": "chat", "chat": self._chat_json(chat)})
        return chat

    def mark_unread(self, phone: str, *, marked: bool) -> Chat:
        """By hand on the phone: a badge without a number."""
        event: Event = {"event": "marked_unread", "phone": phone, "marked": marked}
        self._record(event)
        self._apply(event)
        chat = self.mailbox.chats[phone]
        self._tell_pages({"type": "chat", "chat": self._chat_json(chat)})
        return chat

    def rename(self, phone: str, name: str | None) -> Chat:
        """The contact or our address book calls the chat something else; None: its number."""
        chat = self.mailbox.chat(phone)
        chat.name = name
        self._record({"event": "name", "phone": phone, "name": name})
        self._tell_pages({"type": "chat", "chat": self._chat_json(chat)})
        return chat

    def incoming(
        self,
        phone: str,
        text: str,
        *,
        name: str | None = None,
        quoted: Json | None = None,
        author: str | None = None,
    ) -> Message:
        """Someone writes to us."""
        if name is not None:
            self.mailbox.chat(phone).name = name
            self._record({"event": "name", "phone": phone, "name": name})
        event: Event = {
            "event": "incoming",
            "id": self.new_id(mine=False),
            "phone": phone,
            "text": text,
            "at": self._clock(),
            "quoted": quoted,
            "author": author,
        }
        self._record(event)
        self._apply(event)
        message = self.mailbox.find(event["id"])
        assert message is not None
        self._tell_message(message)
        return message

    def new_id(self, *, mine: bool) -> str:
        return ("3EB0" if mine else "3A") + f"{self._random.getrandbits(72):018X}"

    # --- messages of ours -----------------------------------------------------------------------------------

    def _send(self, page: Page, message: Json) -> None:
        if page.device is None:
            return
        message_id, phone, text = str(message["id"]), str(message["chat"]), str(message.get("text", ""))
        fate = FATES.get(phone, "ordinary")
        if self.mailbox.find(message_id) is None and (
            fate == "failed_bubble" or self.scenarios.play(kinds.FailedBubble, phone)
        ):
            self.rejected.append(
                {"id": message_id, "chat": phone, "text": text, "rejected_at": self._clock()}
            )
            page.post({"type": "nack", "id": message_id})
            return
        attachments = [self.uploads[each] for each in message.get("uploads", []) if each in self.uploads]
        received, new = self.mailbox.receive(
            message_id, phone, text, self._clock(), attachments=attachments, device=page.device.id
        )
        if new:
            self._record({"event": "message", **asdict(received)})
            if fate == "lost_acks" or self.scenarios.play(kinds.LostAcks, phone):
                self._unacknowledged.add(message_id)
            self._tell_message(received, origin=page)
            self._plan_ticks(received)
        self._tell_status(received)

    def _edit(self, page: Page, message: Json) -> None:
        event = {"event": "edit", "id": str(message["id"]), "text": str(message.get("text", ""))}
        if page.device is not None and self.mailbox.edit(event["id"], event["text"]):
            self.presses["edit"] += 1
            self._record(event)
            self._tell_pages({"type": "edited", "id": event["id"], "text": event["text"]})

    def _plan_ticks(self, message: Message) -> None:
        """Starts the timer of the next tick, if there is to be one."""
        fate = FATES.get(message.chat, "ordinary")
        if message.status == "sent":
            never = fate == "never_delivered" or bool(self.scenarios.play(kinds.NeverDelivered, message.chat))
            status: Status = "delivered"
            milliseconds = SLOW_DELIVERED_MS if fate == "slow" else self.settings.delivered_ms
        elif message.status == "delivered":
            never = fate == "never_read" or bool(self.scenarios.play(kinds.NeverRead, message.chat))
            status = "read"
            milliseconds = SLOW_READ_MS if fate == "slow" else self.settings.read_ms
        else:
            return
        if never or milliseconds is None:
            return
        self._later(milliseconds / 1000, partial(self._tick, message, status, self._generation))

    def _tick(self, message: Message, status: Status, generation: int) -> None:
        if generation == self._generation and self.set_status(message.id, status):
            self._plan_ticks(message)

    def set_status(self, message_id: str, status: Status) -> bool:
        """Moves a message on and tells the pages. Returns whether anything changed."""
        at = self._clock()
        if not self.mailbox.advance(message_id, status, at):
            return False
        self._record({"event": "status", "id": message_id, "status": status, "at": at})
        message = self.mailbox.find(message_id)
        assert message is not None
        self._tell_status(message)
        return True

    # --- control --------------------------------------------------------------------------------------------

    def change_settings(self, new: Settings) -> None:
        old, self.settings = self.settings, new
        looks = (
            "era",
            "lang",
            "lang_by_cookie",
            "phone_lang",
            "send_icon",
            "invalid_text",
            "popup_label_on",
            "own_phone",
            "own_name",
        )
        if any(getattr(old, name) != getattr(new, name) for name in looks):
            self._reload_pages()
        else:
            self._broadcast({"type": "settings", "settings": new.model_dump()})

    def switch_on(self, name: str, parameters: Json) -> kinds.Scenario:
        scenario = self.scenarios.switch_on(name, parameters)
        if scenario.for_ms is not None:
            self._later(scenario.for_ms / 1000, partial(self._end, name, scenario))
        if name == "network_down":
            for page in list(self.pages.values()):
                page.drop()
        elif name == "permanent_ban":
            self.logout(reason=None)
        elif name == "quote_ban":
            self.incoming(scenario.phone or MAGIC_NUMBERS[0].digits, BAN_PHRASES)
            self.scenarios.switch_off(name)
        elif name in (
            "break_selector",
            "mutated",
            "unsupported_browser",
            "unknown_page",
            "whats_new",
            "slow_boot",
        ):
            self._reload_pages()
        else:
            self._tell_scenarios()
        return scenario

    def _end(self, name: str, scenario: kinds.Scenario) -> None:
        """Its time is over, if it is still the same one."""
        if self.scenarios.active(name) is scenario:
            self.switch_off(name)

    def switch_off(self, name: str) -> bool:
        was_on = self.scenarios.switch_off(name)
        if was_on:
            if name in ("break_selector", "mutated", "unsupported_browser", "unknown_page"):
                self._reload_pages()
            else:
                self._tell_scenarios()
        return was_on

    def reset(self, settings: Settings | None = None) -> None:
        """Forgets chats, messages, devices and scenarios; pages reload and find themselves unlinked."""
        self._generation += 1
        self.settings = settings or self.first_settings
        self.scenarios.clear()
        self.mailbox = Mailbox()
        self.devices = Devices()
        self.rejected.clear()
        self.presses.clear()
        self.uploads.clear()
        self._unacknowledged.clear()
        self._record({"event": "reset"})
        for page in self.pages.values():
            page.stop_timers()
            page.device = None
        self._reload_pages()

    def restore(self, event: Event) -> None:
        """One event of the journal, at start."""
        self._apply(event)

    def resume(self) -> None:
        """After the journal is read: messages on their way go on."""
        for message in self.mailbox.open_messages():
            self._plan_ticks(message)

    def _apply(self, event: Event) -> None:
        mail, kind = self.mailbox, event["event"]
        fields = {name: value for name, value in event.items() if name != "event"}
        if kind == "link":
            self.devices.restore(Device(**fields))
        elif kind == "unlink":
            self.devices.unlink(event["token"])
        elif kind == "message":
            attachments = [Attachment(**each) for each in event["attachments"]]
            mail.receive(
                event["id"],
                event["chat"],
                event["text"],
                event["at"],
                attachments=attachments,
                device=event["device"],
            )
        elif kind == "status":
            mail.advance(event["id"], event["status"], event["at"])
        elif kind == "incoming":
            quoted = _quotation(event.get("quoted"))
            author = event.get("author")
            mail.incoming(
                event["id"], event["phone"], event["text"], event["at"], quoted=quoted, author=author
            )
        elif kind == "seed":
            mail.seed(
                event["id"],
                event["phone"],
                event["text"],
                event["at"],
                mine=event["mine"],
                status=event["status"],
                quoted=_quotation(event.get("quoted")),
                author=event.get("author"),
            )
        elif kind == "group":
            chat = mail.chat(event["phone"])
            chat.name, chat.members, chat.channel = event["name"], event["members"], event["channel"]
        elif kind == "marked_unread":
            mail.chat(event["phone"]).marked_unread = event["marked"]
        elif kind == "edit":
            mail.edit(event["id"], event["text"])
        elif kind == "name":
            mail.chat(event["phone"]).name = event["name"]
        elif kind == "seen":
            mail.seen(event["phone"])
        elif kind == "reset":
            self.mailbox, self.devices = Mailbox(), Devices()

    # --- telling pages --------------------------------------------------------------------------------------

    def _surroundings(self) -> Json:
        return {"settings": self.settings.model_dump(), "scenarios": self.scenarios.as_json()}

    def _account(self, device: Device) -> Json:
        return {
            "own": {
                "phone": self.settings.own_phone,
                "printed": printed(self.settings.own_phone),
                "name": self.settings.own_name,
                "wid": f"{device.id}@c.us",
            },
            "chats": [self._chat_json(chat) for chat in self.mailbox.by_activity()],
        }

    def _chat_json(self, chat: Chat) -> Json:
        return {
            "phone": chat.phone,
            "name": chat.name,
            "title": self._title(chat),
            "printed": printed(chat.phone),
            # E1 and E2 wrap numbers in U+202A and U+202C where the title attribute holds them (§4.1).
            "title_attribute": chat.name or self._own_title(chat) or f"\u202a{printed(chat.phone)}\u202c",
            "unread": chat.unread,
            "marked_unread": chat.marked_unread,
            "group": chat.members is not None,
            "members": chat.members or [],
            "notice": "channel" if chat.channel else None,
            "own": chat.phone == self.settings.own_phone,
            "last": message_json(chat.last) if chat.last else None,
        }

    def _own_title(self, chat: Chat) -> str | None:
        """Of the chat with oneself: "Name (You)"."""
        if chat.phone != self.settings.own_phone:
            return None
        words = texts(self.settings.era, self.settings.lang)["own_title"]
        return words.replace("{name}", self.settings.own_name)

    def _title(self, chat: Chat) -> str:
        return chat.name or self._own_title(chat) or printed(chat.phone)

    def _tell_message(self, message: Message, origin: Page | None = None) -> None:
        chat = self._chat_json(self.mailbox.chats[message.chat])
        for page in self._linked_pages():
            # The page it came from has the bubble already, and waits for the tick.
            if page is not origin:
                page.post({"type": "message", "chat": chat, "message": message_json(message)})

    def _tell_status(self, message: Message) -> None:
        if message.id not in self._unacknowledged:
            self._tell_pages({"type": "status", "id": message.id, "status": message.status})

    def _linked_pages(self) -> list[Page]:
        return [page for page in self.pages.values() if page.device is not None and not page.superseded]

    def _tell_pages(self, message: Json) -> None:
        for page in self._linked_pages():
            page.post(message)

    def _broadcast(self, message: Json) -> None:
        for page in self.pages.values():
            page.post(message)

    def _tell_scenarios(self) -> None:
        self._broadcast({"type": "scenarios", "scenarios": self.scenarios.as_json()})

    def _reload_pages(self) -> None:
        self._broadcast({"type": "reload"})

    _HANDLERS: dict[str, Callable[["Simulation", Page, Json], None]] = {  # noqa: RUF012
        "hello": _hello,
        "screen": _screen,
        "played": _played,
        "use_here": _use_here,
        "qr_reload": _reload_qr,
        "pair": _pair,
        "logout": _logout_by_page,
        "exists": _exists,
        "history": _history,
        "seen": _seen,
        "send": _send,
        "edit": _edit,
        "pressed": _pressed,
    }


def _quotation(fields: Json | None) -> Quotation | None:
    return Quotation(str(fields.get("author", "")), str(fields.get("text", ""))) if fields else None


def message_json(message: Message) -> Json:
    """A message as pages get it."""
    return {
        "id": message.id,
        "chat": message.chat,
        "text": message.text,
        "at": message.at,
        "mine": message.mine,
        "status": message.status,
        "attachments": [asdict(each) for each in message.attachments],
        "quoted": asdict(message.quoted) if message.quoted else None,
        "author": message.author,
        "edited": message.edited,
    }


def truth_json(message: Message) -> Json:
    """A message as the control API shows it: the ground truth."""
    return {
        "seq": message.seq,
        "id": message.id,
        "chat": message.chat,
        "text": message.text,
        "received_at": message.at,
        "status": message.status,
        "times": message.times,
        "attachments": [asdict(each) for each in message.attachments],
        "device": message.device,
        "edited": message.edited,
    }
