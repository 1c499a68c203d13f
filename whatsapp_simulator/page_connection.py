"""The WebSocket of one page."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

from .account.pages import Page
from .scenarios.network import NetworkStall
from .simulation import Simulation


class PageConnection:
    """A page's WebSocket: an outbox written by one task; while the network is stalled nothing passes."""

    def __init__(self, simulation: Simulation, page_id: str) -> None:
        self._simulation = simulation
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._held: list[dict[str, Any]] = []
        # A hung renderer never answers a close; 0.2 s is all it gets.
        self._socket = web.WebSocketResponse(timeout=0.2, max_msg_size=4 * 1024 * 1024)
        self.page = Page(page_id, post=self._outbox.put_nowait, drop=self._drop)
        self._dropping: asyncio.Task[bool] | None = None

    def _drop(self) -> None:
        self._dropping = asyncio.ensure_future(self._socket.close(code=1001))

    def _stalled(self) -> bool:
        return self._simulation.scenarios.look(NetworkStall) is not None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        await self._socket.prepare(request)
        self.page.user_agent = request.headers.get("User-Agent", "")
        self._simulation.connect(self.page)
        writer = asyncio.create_task(self._write())
        try:
            async for frame in self._socket:
                if frame.type is WSMsgType.TEXT:
                    self._held.append(json.loads(frame.data))
                    self._deliver()
        finally:
            # What is still held was never received: the browser is gone.
            writer.cancel()
            self._simulation.disconnect(self.page)
        return self._socket

    def _deliver(self) -> None:
        while self._held and not self._stalled():
            self._simulation.handle(self.page, self._held.pop(0))

    async def _write(self) -> None:
        while True:
            message = await self._outbox.get()
            while self._stalled():
                await asyncio.sleep(0.05)
                self._deliver()
            try:
                await self._socket.send_json(message)
            except ConnectionError:
                return

    async def close(self) -> None:
        await self._socket.close(code=1001)
