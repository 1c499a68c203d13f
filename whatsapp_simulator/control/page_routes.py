"""Routes of the open pages."""

from dataclasses import dataclass

from aiohttp import web

from ..account.pages import Pages
from .route import Route


@dataclass(frozen=True)
class PageRoutes:
    pages: Pages

    def routes(self) -> list[Route]:
        return [
            ("GET", "/presses", self.presses),
            ("GET", "/pages", self.list_pages),
        ]

    async def list_pages(self, _request: web.Request) -> web.StreamResponse:
        """Connected pages: what each shows, its QR reference and pairing code."""
        pages = [
            {
                "id": page.id,
                "connected_at": page.connected_at,
                "user_agent": page.user_agent,
                "device": page.device.id if page.device else None,
                "superseded": page.superseded,
                "ref": page.ref,
                "pairing_code": page.pairing_code,
                **page.screen,
            }
            for page in self.pages
        ]
        return web.json_response({"pages": pages})

    async def presses(self, _request: web.Request) -> web.StreamResponse:
        """How often something harmful was pressed on a page: {log_out, try_again, edit, …}."""
        return web.json_response(dict(self.pages.presses))
