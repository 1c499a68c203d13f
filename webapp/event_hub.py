"""One reader of the events for all listeners of this process, on the event loop.

It reads ten times a second, while anybody listens. What a listener gets is the same text for all who asked
for the same, so an event costs each of them only its place in a list. The hub knows one place for each
account, and passes on exactly what comes after it; a listener that asks for earlier events reads up to that
place by itself (``webapp/event_stream.py``), so nothing is passed on twice or left out.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping

from webapp import event_text
from webapp.event_text import End
from webapp.listening import SCOPE, Selection, Wanted
from whatsapp_tasks.domain.event_places import BEGIN
from whatsapp_tasks.domain.events import follows, just_before
from whatsapp_tasks.errors import RequestRefused, StoreUnavailable
from whatsapp_tasks.stores.event_tail import Entry, EventTail

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.1
"""Between two reads: the most that an event waits here."""
MOST_AT_ONCE = 250
"""Entries of one account in one read."""
CHECK_SECONDS = 2.0
"""How often keys and sessions of listeners are looked up, and the list of accounts: as long as a revoked key
works elsewhere (``known_keys.py``)."""
REACH_SECONDS = 10.0
"""Until the hub has read what a listener, which another process served before, knows already."""
MOST_WAITING = 1000
"""Texts that wait for one listener; one that does not read them in time is ended."""
RETRY_SECONDS = 10
"""Retry-After of a refused listener: nobody knows when another one leaves."""


class Listener:
    """What waits for one listener, and whether it was ended."""

    __slots__ = ("_texts", "_woken", "catches_up", "ended", "overflowed", "wanted")

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.ended = False
        self.catches_up = True
        """It reads earlier events by itself, and what waits meanwhile may be read from the store again."""
        self.overflowed = False
        self._texts: list[bytes] = []
        self._woken: asyncio.Future[None] | None = None

    def add(self, text: bytes) -> None:
        """Adds to what waits. If that is too much, the listener is ended, or reads it again later."""
        if self.ended or self.overflowed:
            return
        if len(self._texts) < MOST_WAITING:
            self._texts.append(text)
            self.wake()
        elif self.catches_up:
            self.overflowed = True
            self._texts.clear()
        else:
            log.warning("A listener of events was too slow", extra={"key": self.wanted.key.author})
            self.end("too_slow", at_once=True)

    def end(self, reason: End, *, at_once: bool = False) -> None:
        """No more events; ``at_once``: what waits is dropped. The last text says why."""
        if self.ended:
            return
        if at_once:
            self._texts.clear()
        self._texts.append(event_text.end(reason))
        self.ended = True
        self.wake()

    def leave(self) -> None:
        """The connection is gone."""
        self._texts.clear()
        self.ended = True
        self.wake()

    def take(self) -> bytes:
        """What waits, as one text."""
        texts, self._texts = self._texts, []
        return b"".join(texts)

    def wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Until something waits, the listener is ended, or the time is over."""
        if self._texts or self.ended:
            return
        loop = asyncio.get_running_loop()
        self._woken = loop.create_future()
        timer = loop.call_later(seconds, self.wake)
        try:
            await self._woken
        finally:
            timer.cancel()


class Hub:
    """The listeners of this process: how many may be here, and what they get."""

    def __init__(self, tail: EventTail, *, most: int, most_of_key: int) -> None:
        self._tail = tail
        self._most = most
        self._most_of_key = most_of_key
        self._listeners: set[Listener] = set()
        self._of_key: Counter[str] = Counter()
        self._wanted: Counter[Selection] = Counter()
        self._subscribed: dict[Selection, set[Listener]] = {}
        """Those who get what is new, by what they want."""
        self._places: dict[str, str] = {}
        """How far each account's events were passed on."""
        self._all: set[str] = set()
        """The accounts of those who want all."""
        self._reader: asyncio.Task[None] | None = None
        self._read: asyncio.Future[None] | None = None
        self._check_at = 0.0

    def __len__(self) -> int:
        return len(self._listeners)

    # listeners come and go

    def admit(self, wanted: Wanted) -> Listener:
        """A new listener; raises RequestRefused (429, 503) if there are too many. To be ended by ``part``."""
        if len(self._listeners) >= self._most:
            raise RequestRefused(
                "listeners_busy",
                f"This process takes no more listeners than {self._most} (WHATSAPP_EVENTS_LISTENERS).",
                http_status=503,
                retry_after_seconds=RETRY_SECONDS,
            )
        if self._of_key[wanted.key.id] >= self._most_of_key:
            raise RequestRefused(
                "listeners_of_key",
                f"This API key may have {self._most_of_key} listeners (WHATSAPP_EVENTS_LISTENERS_PER_KEY).",
                http_status=429,
                retry_after_seconds=RETRY_SECONDS,
            )
        listener = Listener(wanted)
        self._follow(wanted)
        self._listeners.add(listener)
        self._of_key[wanted.key.id] += 1
        self._wanted[wanted.selection] += 1
        if self._reader is None or self._reader.done():
            self._reader = asyncio.get_running_loop().create_task(self._run())
        return listener

    def part(self, listener: Listener) -> None:
        """The listener has gone."""
        self.unsubscribe(listener)
        self._listeners.discard(listener)
        self._of_key[listener.wanted.key.id] -= 1
        self._of_key += Counter()  # without those at zero
        self._wanted[listener.wanted.selection] -= 1
        if not self._wanted[listener.wanted.selection]:
            del self._wanted[listener.wanted.selection]
            self._forget_unwanted()

    def end_all(self) -> None:
        """The process ends: so do all listeners, and nobody is admitted any more."""
        self._most = 0
        self._end_each("closing")

    async def reach(self, listener: Listener) -> None:
        """Waits until everything that the listener knows was passed on here; raises StoreUnavailable if that
        takes too long.
        """
        try:
            async with asyncio.timeout(REACH_SECONDS):
                while self._is_behind(listener.wanted.places) and not listener.ended:
                    await self._next_read()
        except TimeoutError:
            raise StoreUnavailable from None

    def subscribe(self, listener: Listener) -> dict[str, str]:
        """From now on the listener gets what is new. Returns the places after which that begins: what is
        before them it must read by itself.
        """
        selection = listener.wanted.selection
        self._subscribed.setdefault(selection, set()).add(listener)
        return {account: self._places[account] for account in self._accounts_of(selection)}

    def unsubscribe(self, listener: Listener) -> None:
        """The listener gets nothing more."""
        selection = listener.wanted.selection
        subscribed = self._subscribed.get(selection, set())
        subscribed.discard(listener)
        if not subscribed:
            self._subscribed.pop(selection, None)

    def place_of(self, selection: Selection) -> str:
        """Where those are who want this, once all that they were given is sent."""
        if selection.is_console:
            return ""
        return selection.written({a: self._places[a] for a in self._accounts_of(selection)})

    # accounts

    def _accounts_of(self, selection: Selection) -> Iterable[str]:
        return sorted(self._all) if selection.accounts is None else selection.accounts

    def _follow(self, wanted: Wanted) -> None:
        """Reads what is new in these accounts, unless they are read already."""
        all_wanted = any(selection.accounts is None for selection in self._wanted)
        if wanted.selection.accounts is None and not all_wanted:
            self._all = set(wanted.places)
        for account, place in wanted.newest.items():
            if all_wanted and account not in self._all:  # it is new, and nobody has heard of it yet
                self._add(account)
            self._places.setdefault(account, place)

    def _add(self, account: str) -> None:
        self._all.add(account)
        self._places.setdefault(account, BEGIN)

    def _forget_unwanted(self) -> None:
        if not any(selection.accounts is None for selection in self._wanted):
            self._all.clear()
        wanted = {account for selection in self._wanted for account in self._accounts_of(selection)}
        for account in self._places.keys() - wanted:
            del self._places[account]

    async def _look_for_accounts(self) -> None:
        if not any(selection.accounts is None for selection in self._wanted):
            return
        existing = await self._tail.accounts()
        self._all &= existing
        for account in existing - self._all:
            self._add(account)
        self._forget_unwanted()

    # what is new

    async def _run(self) -> None:
        """Until nobody listens any more."""
        while self._listeners:
            more = False
            try:
                await self._check_if_due()
                more = await self._pass_on_next()
            except StoreUnavailable:
                pass  # again after the pause: Redis keeps what happens meanwhile
            except Exception:  # whatever it was, nobody may wait for a reader that is gone
                log.exception("Events cannot be read")
                self._end_each("unavailable")
            await asyncio.sleep(0 if more else ROUND_SECONDS)

    async def _pass_on_next(self) -> bool:
        """Reads and passes on; returns whether there may be more at once."""
        asked = dict(self._places)
        found = await self._tail.after(asked, MOST_AT_ONCE)
        more = False
        for account, entries in found.items():
            full = len(entries) == MOST_AT_ONCE
            first = await self._tail.first(account) if full else None
            if self._places.get(account) != asked[account]:
                continue  # its last listener has left meanwhile, perhaps another one has come
            if first is not None and follows(first, asked[account]) and asked[account] != BEGIN:
                self._pass_on_gap(account, first)
            for entry in entries:
                self._pass_on(entry)
            more = more or full
            await asyncio.sleep(0)  # other requests come first
        if self._read is not None and not self._read.done():
            self._read.set_result(None)
        return more

    def _pass_on(self, entry: Entry) -> None:
        self._places[entry.account] = entry.position
        event = None
        for selection, listeners in self._subscribed_to(entry.account):
            if not selection.wants(entry.type):
                continue
            event = event or entry.event()
            if event is None:  # of a newer version
                return
            text = selection.text_of(event, self.place_of(selection))
            for listener in listeners:
                listener.add(text)

    def _pass_on_gap(self, account: str, first: str) -> None:
        log.error("Events were trimmed before they were read", extra={"account": account})
        after, self._places[account] = self._places[account], just_before(first)
        for selection, listeners in self._subscribed_to(account):
            text = selection.missed(account, after, self.place_of(selection))
            for listener in listeners:
                listener.add(text)

    def _subscribed_to(self, account: str) -> list[tuple[Selection, set[Listener]]]:
        return [
            (selection, listeners)
            for selection, listeners in self._subscribed.items()
            if account in (self._all if selection.accounts is None else selection.accounts)
        ]

    def _is_behind(self, places: Mapping[str, str]) -> bool:
        return any(follows(place, self._places.get(account, place)) for account, place in places.items())

    async def _next_read(self) -> None:
        if self._read is None or self._read.done():
            self._read = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._read)

    # who may listen

    async def _check_if_due(self) -> None:
        """Ends the listeners whose key or session is gone, and finds new accounts."""
        now = asyncio.get_running_loop().time()
        if now < self._check_at:
            return
        listeners = list(self._listeners)
        allowed = await self._tail.allowed({one.wanted.key.id for one in listeners}, SCOPE)
        sessions = {one.wanted.session_key for one in listeners} - {""}
        present = {"", *await self._tail.present(sorted(sessions))}
        for listener in listeners:
            if listener.wanted.key.id not in allowed or listener.wanted.session_key not in present:
                listener.end("key_revoked", at_once=True)
        await self._look_for_accounts()
        self._check_at = now + CHECK_SECONDS

    def _end_each(self, reason: End) -> None:
        for listener in self._listeners:
            listener.end(reason)
