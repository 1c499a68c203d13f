"""Calls about templates."""

from collections.abc import Iterator, Mapping
from typing import cast

from whatsapp_tasks.client.calls import Calls, path_of
from whatsapp_tasks.client.views import PutTemplate, Template


class TemplateCalls(Calls):
    """Named texts, each in some languages."""

    def templates(self) -> Iterator[Template]:
        """All templates in all their languages, by name and language."""
        for page in self._pages("/templates", {"limit": "200"}):
            yield from page["templates"]

    def template(self, name: str, language: str) -> Template:
        """One template in one language."""
        return cast(Template, self.call("GET", path_of("templates", name, language)))

    def put_template(self, name: str, language: str, text: str) -> PutTemplate:
        """Adds a template in one language, or replaces its text; doing it again changes nothing."""
        return cast(PutTemplate, self.call("PUT", path_of("templates", name, language), {"text": text}))

    def remove_template(self, name: str, language: str) -> bool:
        """Removes a template in one language; whether it was there."""
        return bool(self.call("DELETE", path_of("templates", name, language))["removed"])

    def preview_template(
        self, name: str, language: str, variables: Mapping[str, str], *, as_caption: bool = False
    ) -> str:
        """The text that a message would have; nothing is sent."""
        body = {"variables": dict(variables), "as_caption": as_caption}
        return str(self.call("POST", path_of("templates", name, language) + "/preview", body)["text"])
