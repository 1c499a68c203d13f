"""What pages report of themselves: what they show, what was pressed on them, which scenario they played."""

from dataclasses import dataclass

from .account.pages import Json, Page, Pages
from .scenarios.active import ActiveScenarios


@dataclass(frozen=True)
class PageReports:
    scenarios: ActiveScenarios
    pages: Pages

    def screen(self, page: Page, message: Json) -> None:
        page.screen = {key: value for key, value in message.items() if key != "type"}

    def pressed(self, _page: Page, message: Json) -> None:
        self.pages.presses[str(message.get("what"))] += 1

    def used_here(self, _page: Page, _message: Json) -> None:
        """The button was pressed; the page reloads, and its hello takes over."""
        if self.scenarios.switch_off("use_here"):
            self.pages.tell_scenarios(self.scenarios)

    def played(self, _page: Page, message: Json) -> None:
        if self.scenarios.played(str(message.get("name"))):
            self.pages.tell_scenarios(self.scenarios)
