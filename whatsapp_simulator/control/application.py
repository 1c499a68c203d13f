"""The application of the control port: all routes, and those about the simulator itself."""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from ..simulation import Simulation
from .chat_routes import ChatRoutes
from .linking_routes import LinkingRoutes
from .message_routes import MessageRoutes
from .page_routes import PageRoutes
from .refusals import refusals_as_json
from .route import Route
from .scenario_routes import ScenarioRoutes
from .settings_routes import SettingsRoutes

CONTROL_PAGE = Path(__file__).parent / "page.html"
LARGEST_BODY = 128 * 1024 * 1024
"""Bytes: files that others send are in it, as base64."""


def control_application(simulation: Simulation) -> web.Application:
    app = web.Application(middlewares=[refusals_as_json], client_max_size=LARGEST_BODY)
    for method, path, handler in _routes(simulation):
        app.router.add_route(method, path, handler)
    return app


def _routes(simulation: Simulation) -> list[Route]:
    routes: list[Route] = [
        ("GET", "/", page),
        ("GET", "/healthz", health),
        *SettingsRoutes(simulation).routes(),
        *LinkingRoutes(simulation.linking, simulation.pages, simulation.memory).routes(),
        *MessageRoutes(simulation.memory, simulation.sending, simulation.ticks).routes(),
        *ChatRoutes(simulation.memory, simulation.chats, simulation.incoming, simulation.lookups).routes(),
        *PageRoutes(simulation.pages).routes(),
        *ScenarioRoutes(simulation.scenarios, simulation.switches).routes(),
    ]
    routes.insert(1, ("GET", "/help", _help_on(routes)))
    return routes


def _help_on(routes: list[Route]) -> Handler:
    async def show_help(_request: web.Request) -> web.StreamResponse:
        """This list."""
        listing = [
            {"route": f"{method} {path}", "what": (handler.__doc__ or "").strip()}
            for method, path, handler in routes
        ]
        return web.json_response({"routes": listing})

    return show_help


async def page(_request: web.Request) -> web.StreamResponse:
    """A page for people: scenarios and settings by a click, the ground truth live."""
    return web.Response(text=CONTROL_PAGE.read_text(encoding="utf-8"), content_type="text/html")


async def health(_request: web.Request) -> web.StreamResponse:
    """`{"status": "ok"}` as long as the simulator runs."""
    return web.json_response({"status": "ok"})
