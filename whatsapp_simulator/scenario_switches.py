"""Switching a scenario on and off, and what the pages see of it at once."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from .account.incoming import Incoming
from .account.linking import Linking
from .account.pages import Pages
from .environment import Environment
from .phones import MAGIC_NUMBERS
from .scenarios.active import ActiveScenarios
from .scenarios.scenario import Scenario

OF_THE_BUILT_PAGE = frozenset({"break_selector", "mutated", "unsupported_browser", "unknown_page"})
"""Pages reload when these come or go: they are built otherwise."""

OF_THE_START = frozenset({"whats_new", "slow_boot"})
"""Pages reload when these come: they are seen at the start of a page."""

BAN_PHRASES = (
    "You're temporarily banned from WhatsApp because too many people blocked you. "
    "This account is not allowed to use WhatsApp due to spam. Your account has been suspended. "
    "Phone number shared via url is invalid. Your account is restricted."
)
"""What the scenario quote_ban says (§7)."""


@dataclass(frozen=True)
class ScenarioSwitches:
    scenarios: ActiveScenarios
    pages: Pages
    linking: Linking
    incoming: Incoming
    environment: Environment

    def switch_on(self, name: str, parameters: dict[str, Any]) -> Scenario:
        """Raises UnknownScenario, or pydantic's ValidationError for wrong parameters."""
        scenario = self.scenarios.switch_on(name, parameters)
        if scenario.for_ms is not None:
            self.environment.later(scenario.for_ms / 1000, partial(self._end, name, scenario))
        self._begin(name, scenario)
        return scenario

    def _begin(self, name: str, scenario: Scenario) -> None:
        if name == "network_down":
            for page in self.pages:
                page.drop()
        elif name == "permanent_ban":
            self.linking.log_out(reason=None)
        elif name == "quote_ban":
            self.incoming.receive(scenario.phone or MAGIC_NUMBERS[0].digits, BAN_PHRASES)
            self.scenarios.switch_off(name)
        elif name in OF_THE_BUILT_PAGE | OF_THE_START:
            self.pages.reload()
        else:
            self.pages.tell_scenarios(self.scenarios)

    def _end(self, name: str, scenario: Scenario) -> None:
        """Its time is over, if it is still the same one."""
        if self.scenarios.active(name) is scenario:
            self.switch_off(name)

    def switch_off(self, name: str) -> bool:
        """Returns whether it was on. Raises UnknownScenario."""
        was_on = self.scenarios.switch_off(name)
        if was_on and name in OF_THE_BUILT_PAGE:
            self.pages.reload()
        elif was_on:
            self.pages.tell_scenarios(self.scenarios)
        return was_on
