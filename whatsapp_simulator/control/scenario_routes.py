"""Routes of the scenarios and of the numbers with a fixed fate."""

from dataclasses import asdict, dataclass

from aiohttp import web
from pydantic import ValidationError

from ..phones import MAGIC_NUMBERS
from ..scenario_switches import ScenarioSwitches
from ..scenarios.active import ActiveScenarios, UnknownScenario
from ..scenarios.catalogue import SCENARIOS
from .bodies import body_of
from .field_lists import fields_of
from .refusals import Refusal, refusal_of
from .route import Route


def _unknown(name: str) -> Refusal:
    return Refusal(404, "no_such_scenario", f"No scenario {name!r}. There are: {', '.join(SCENARIOS)}")


@dataclass(frozen=True)
class ScenarioRoutes:
    scenarios: ActiveScenarios
    switches: ScenarioSwitches

    def routes(self) -> list[Route]:
        return [
            ("GET", "/magic-numbers", self.magic_numbers),
            ("GET", "/scenarios", self.list_scenarios),
            ("DELETE", "/scenarios", self.clear_scenarios),
            ("PUT", "/scenarios/{name}", self.switch_on),
            ("DELETE", "/scenarios/{name}", self.switch_off),
        ]

    async def magic_numbers(self, _request: web.Request) -> web.StreamResponse:
        """Phone numbers with a fixed fate."""
        return web.json_response({"magic_numbers": [asdict(number) for number in MAGIC_NUMBERS]})

    async def list_scenarios(self, _request: web.Request) -> web.StreamResponse:
        """Every scenario with its meaning, parameters, and whether it is on."""
        active = self.scenarios.as_json()
        listing = [
            {
                "name": name,
                "what": " ".join((kind.__doc__ or "").split()),
                "parameters": fields_of(kind),
                "active": active.get(name),
            }
            for name, kind in SCENARIOS.items()
        ]
        return web.json_response({"scenarios": listing})

    async def switch_on(self, request: web.Request) -> web.StreamResponse:
        """Switches a scenario on; body: its parameters."""
        name = request.match_info["name"]
        try:
            scenario = self.switches.switch_on(name, await body_of(request))
        except UnknownScenario:
            raise _unknown(name) from None
        except ValidationError as error:
            raise refusal_of(
                error, "invalid_parameters", f"These parameters are not possible for {name}"
            ) from error
        return web.json_response({"name": name, **scenario.model_dump()})

    async def switch_off(self, request: web.Request) -> web.StreamResponse:
        """Switches a scenario off."""
        name = request.match_info["name"]
        try:
            was_on = self.switches.switch_off(name)
        except UnknownScenario:
            raise _unknown(name) from None
        return web.json_response({"name": name, "was_on": was_on})

    async def clear_scenarios(self, _request: web.Request) -> web.StreamResponse:
        """Switches all scenarios off."""
        names = [name for name in SCENARIOS if self.switches.switch_off(name)]
        return web.json_response({"switched_off": names})
