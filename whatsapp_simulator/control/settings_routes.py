"""Routes of the settings, and the reset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from ..settings import Settings
from ..simulation import Simulation
from .bodies import body_of
from .field_lists import fields_of
from .refusals import refusal_of
from .route import Route


def _changed(base: Settings, changes: Mapping[str, Any]) -> Settings:
    try:
        return Settings.model_validate({**base.model_dump(), **changes})
    except ValidationError as error:
        raise refusal_of(error, "invalid_settings", "These settings are not possible") from error


@dataclass(frozen=True)
class SettingsRoutes:
    simulation: Simulation

    def routes(self) -> list[Route]:
        return [
            ("GET", "/settings", self.get_settings),
            ("PATCH", "/settings", self.patch_settings),
            ("POST", "/reset", self.reset),
        ]

    async def get_settings(self, request: web.Request) -> web.StreamResponse:
        """The settings in force; with ?schema=1 their defaults and meanings."""
        if request.query.get("schema"):
            return web.json_response(fields_of(Settings))
        return web.json_response(self.simulation.settings.now.model_dump())

    async def patch_settings(self, request: web.Request) -> web.StreamResponse:
        """Changes some settings. Pages reload when their look changes."""
        new = _changed(self.simulation.settings.now, await body_of(request))
        self.simulation.change_settings(new)
        return web.json_response(new.model_dump())

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Forgets chats, messages, devices, scenarios; body: settings other than those given at start."""
        settings = _changed(self.simulation.settings.first, await body_of(request))
        self.simulation.reset(settings)
        return web.json_response(settings.model_dump())
