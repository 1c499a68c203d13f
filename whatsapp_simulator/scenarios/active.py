"""Which scenarios are on."""

from typing import Any, TypeVar

from .catalogue import SCENARIOS
from .scenario import Scenario

S = TypeVar("S", bound=Scenario)


class UnknownScenario(KeyError):
    """There is no scenario of this name."""


class ActiveScenarios:
    """The scenarios switched on, and how often each may still be played."""

    def __init__(self) -> None:
        self._active: dict[str, Scenario] = {}
        self._left: dict[str, int | None] = {}

    def switch_on(self, name: str, parameters: dict[str, Any]) -> Scenario:
        """Raises UnknownScenario, or pydantic's ValidationError for wrong parameters."""
        if name not in SCENARIOS:
            raise UnknownScenario(name)
        scenario = SCENARIOS[name].model_validate(parameters)
        self._active[name] = scenario
        self._left[name] = scenario.count
        return scenario

    def switch_off(self, name: str) -> bool:
        if name not in SCENARIOS:
            raise UnknownScenario(name)
        self._left.pop(name, None)
        return self._active.pop(name, None) is not None

    def clear(self) -> None:
        self._active.clear()
        self._left.clear()

    def active(self, name: str) -> Scenario | None:
        return self._active.get(name)

    def look(self, kind: type[S], phone: str | None = None) -> S | None:
        """The scenario if it is on and meant for `phone`; does not count as played."""
        scenario = self._active.get(kind.name())
        if scenario is None or not isinstance(scenario, kind):
            return None
        if scenario.phone is not None and scenario.phone != phone:
            return None
        return scenario

    def play(self, kind: type[S], phone: str | None = None) -> S | None:
        """Like `look`, and counts: after `count` times the scenario is off."""
        scenario = self.look(kind, phone)
        if scenario is not None:
            self.played(kind.name())
        return scenario

    def played(self, name: str) -> bool:
        """Counts one play. Returns whether that was the last one."""
        left = self._left.get(name)
        if left is None:
            return False
        self._left[name] = left - 1
        if left <= 1:
            self.switch_off(name)
            return True
        return False

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Parameters of what is on, with `left` plays; this is sent to pages."""
        return {name: {**each.model_dump(), "left": self._left[name]} for name, each in self._active.items()}
