"""Streams of events, on the event loop: threads are only for those who come and those who catch up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, TypeVar

from webapp import event_text
from webapp.answers import Answer
from webapp.event_hub import Hub, Listener
from webapp.listening import Wanted, events_until
from whatsapp_tasks.errors import StoreUnavailable
from whatsapp_tasks.stores.connection import Database

T = TypeVar("T")

THREADS = 4
"""They never take the threads of other requests."""


class Attempt(Protocol):
    """A request to listen, of the API or of the console. Both methods use Redis."""

    def wanted(self) -> Wanted: ...

    def refused(self, error: Exception) -> Answer: ...


class EventStreams:
    """Answers requests with streams of events."""

    def __init__(self, database: Database, hub: Hub, *, heartbeat_seconds: float) -> None:
        self._database = database
        self.hub = hub
        self._heartbeat_seconds = heartbeat_seconds
        self._threads = ThreadPoolExecutor(THREADS, "events")

    async def answer(
        self, attempt: Attempt, headers: list[tuple[bytes, bytes]], receive: Any, send: Any
    ) -> Answer | None:
        """Streams with these headers until the listener goes or is ended; a refusal is returned instead."""
        try:
            listener = self.hub.admit(await self._run(attempt.wanted))
        except Exception as error:  # noqa: BLE001 - the table of problems decides, as for every view
            return await self._run(partial(attempt.refused, error))
        gone = asyncio.get_running_loop().create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: listener.leave())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _send(send, listener.wanted.beginning())
            await self._catch_up(listener, send)
            await self._pass_on(listener, send)
            await _send(send, b"", more=False)
        finally:
            gone.cancel()
            self.hub.part(listener)
        return None

    async def _catch_up(self, listener: Listener, send: Any) -> None:
        """Brings the listener to where the hub is, from when on the hub passes on what is new.

        If so much is new meanwhile that it would fill the memory, the listener starts again from where it has
        come, so however slow it is, it gets on.
        """
        wanted = listener.wanted
        while listener.catches_up and not listener.ended:
            try:
                await self.hub.reach(listener)
                until = self.hub.subscribe(listener)
                texts = events_until(self._database, wanted.selection, wanted.places, until)
                while (text := await self._run(partial(next, texts, None))) is not None:
                    await _send(send, text)
                    if listener.ended or listener.overflowed:
                        break
            except StoreUnavailable:
                listener.end("unavailable")
            if listener.overflowed:
                self.hub.unsubscribe(listener)
                listener.overflowed = False
            else:
                listener.catches_up = False

    async def _pass_on(self, listener: Listener, send: Any) -> None:
        """Sends what the hub passes on, until the listener is ended."""
        while True:
            await listener.wait(self._heartbeat_seconds)
            text = listener.take()
            if text:
                await _send(send, text)
            elif listener.ended:
                return
            else:
                await _send(send, event_text.heartbeat(self.hub.place_of(listener.wanted.selection)))

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


async def _until_gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Any, text: bytes, *, more: bool = True) -> None:
    if text or not more:
        await send({"type": "http.response.body", "body": text, "more_body": more})
