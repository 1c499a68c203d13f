"""The port the browser talks to: the page, its files, its uploads and its WebSocket.

Everything of ours lies under `/_sim/`; `/` and `/send` are the page, as on the real site.
"""

import asyncio
import hashlib
import itertools
import json
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

from aiohttp import web

from .account.messages import Attachment, FileKind
from .boot_html import boot_html, unsupported_html
from .languages import COOKIE, localized, phone_banner, tag
from .page_connection import PageConnection
from .phones import FATES
from .scenarios.network import NetworkDown
from .scenarios.receiving import MediaExpired
from .scenarios.renderer import BreakSelector, Mutated
from .scenarios.starting import UnsupportedBrowser
from .settings import Settings
from .simulation import Simulation
from .skins import skin
from .user_agents import is_supported

STATIC = Path(__file__).parent / "static"
LARGEST_UPLOAD = 2000 * 1024 * 1024
"""Bytes; a document may have so many (§12.1, 8)."""
_CHUNK = 1 << 18

_NO_STORE = {"Cache-Control": "no-store"}


class PagePort:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._numbers = itertools.count(1)
        self._uploads = itertools.count(1)
        self._connections: set[PageConnection] = set()

    def application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_UPLOAD)
        app.router.add_get("/_sim/boot.js", self._boot)
        app.router.add_get("/_sim/socket", self._socket)
        app.router.add_post("/_sim/upload", self._upload)
        app.router.add_get("/_sim/media/{id}", self._media)
        app.router.add_get("/status.json", self._status)
        app.router.add_get(r"/{icon:favicon[\w-]*\.ico}", self._favicon)
        app.router.add_static("/_sim/static/", STATIC)
        for path in ("/", "/send", "/send/"):
            app.router.add_get(path, self._page)
        app.on_shutdown.append(self._close)
        return app

    async def _close(self, _app: web.Application) -> None:
        await asyncio.gather(*(connection.close() for connection in list(self._connections)))

    def _settings(self, request: web.Request) -> Settings:
        """Those of this page: in its language."""
        cookie = request.cookies.get(COOKIE)
        return localized(self._simulation.settings.now, cookie, request.headers.get("Accept-Language", ""))

    async def _page(self, request: web.Request) -> web.Response:
        settings = self._settings(request)
        down = self._simulation.scenarios.look(NetworkDown)
        if down is not None and down.http and request.transport is not None:
            request.transport.abort()
            raise web.HTTPServiceUnavailable
        forced = self._simulation.scenarios.play(UnsupportedBrowser) is not None
        if forced or not is_supported(request.headers.get("User-Agent", "")):
            html = unsupported_html(settings)
        else:
            html = boot_html(settings)
        return web.Response(text=html, content_type="text/html", headers=_NO_STORE)

    async def _status(self, request: web.Request) -> web.Response:
        """The page's own test for "online" (§11.7)."""
        down = self._simulation.scenarios.look(NetworkDown)
        if down is not None and not down.status_json and request.transport is not None:
            request.transport.abort()
            raise web.HTTPServiceUnavailable
        return web.json_response({"status": "ok"}, headers=_NO_STORE)

    async def _favicon(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"", content_type="image/x-icon")

    async def _boot(self, request: web.Request) -> web.Response:
        """Skin and settings as a module: in the HTML a scan of the page source would find the texts."""
        simulation = self._simulation
        settings = self._settings(request)
        boot = {
            "skin": skin(
                settings,
                simulation.scenarios.play(BreakSelector),
                simulation.scenarios.play(Mutated),
            ),
            "settings": settings.model_dump(),
            "scenarios": simulation.scenarios.as_json(),
            "fates": FATES,
            "lang_tag": tag(settings.lang),
            "phone_tag": tag(settings.phone_lang) if settings.phone_lang else None,
            "phone_banner": phone_banner(settings),
        }
        text = f"export default {json.dumps(boot)};\n"
        return web.Response(text=text, content_type="text/javascript", headers=_NO_STORE)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self._simulation.scenarios.look(NetworkDown):
            raise web.HTTPServiceUnavailable(text="scenario network_down")
        connection = PageConnection(self._simulation, f"page-{next(self._numbers)}")
        self._connections.add(connection)
        try:
            return await connection.serve(request)
        finally:
            self._connections.discard(connection)

    async def _upload(self, request: web.Request) -> web.Response:
        """A file of a message, raw, its name and kind in headers: an address that ends like a picture or a
        film is one that browsers are told not to load. Only name, kind, size and digest are kept.
        """
        digest, size = hashlib.sha256(), 0
        async for chunk in request.content.iter_chunked(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
        handle = f"upload-{next(self._uploads)}"
        self._simulation.sending.uploads[handle] = Attachment(
            name=unquote(request.headers.get("X-File-Name", "")),
            type=request.content_type,
            size=size,
            sha256=digest.hexdigest(),
            kind=_kind(request.headers.get("X-File-Kind", "")),
        )
        return web.json_response({"upload": handle})

    async def _media(self, request: web.Request) -> web.Response:
        """The file of a message of others, decrypted as it were."""
        content = self._simulation.incoming.contents.get(request.match_info["id"])
        if content is None or self._simulation.scenarios.look(MediaExpired) is not None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type="application/octet-stream", headers=_NO_STORE)


def _kind(name: str) -> FileKind:
    return next((kind for kind in get_args(FileKind) if kind == name), "document")
