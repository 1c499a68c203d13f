"""Both ports on one event loop, around one simulation."""

import asyncio
import socket
from pathlib import Path

from aiohttp import web

from .control.application import control_application
from .environment import Environment
from .journal import Journal
from .page_port import PagePort
from .settings import Settings
from .simulation import Simulation


class Server:
    def __init__(self, settings: Settings, *, data: Path | None = None) -> None:
        """`data`: a folder where chats, messages and devices survive a restart; None keeps nothing."""
        self._settings = settings
        self._data = data
        self._journal: Journal | None = None
        self._runners: list[web.AppRunner] = []

    async def start(self, host: str, port: int, control_port: int) -> tuple[str, str]:
        """Binds both ports (0: a free one). Returns the URLs of page and control."""
        loop = asyncio.get_running_loop()
        self._journal = Journal(self._data) if self._data else None
        record = self._journal.append if self._journal else lambda _event: None
        simulation = Simulation(self._settings, Environment(loop.call_later), record=record)
        if self._journal:
            for event in self._journal.events():
                simulation.restore(event)
            simulation.resume()
        page = await self._serve(PagePort(simulation).application(), host, port)
        control = await self._serve(control_application(simulation), host, control_port)
        return page, control

    async def _serve(self, app: web.Application, host: str, port: int) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._runners.append(runner)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
        await web.SockSite(runner, listener).start()
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}"

    async def stop(self) -> None:
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))
        if self._journal:
            self._journal.close()
