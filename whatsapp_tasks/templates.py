"""What people do with templates: keep, look at, try and remove them. Sending with one is in ``dispatch``."""

import time
from collections.abc import Callable, Mapping

from whatsapp_tasks.domain.templates import (
    check_template_language,
    check_template_name,
    check_template_text,
    fill_template,
    template_unknown,
)
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import PutTemplate
from whatsapp_tasks.stores.templates import MOST_TEMPLATES, Template, TemplateRecords


class Templates:
    """The templates of this installation. Every method raises RequestRefused for a name or language that
    cannot be one.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._records = TemplateRecords(database)
        self._clock = clock

    def page(self, after: tuple[str, str] | None, limit: int) -> tuple[list[Template], bool]:
        """Templates by name and language, from the one behind ``after``, and whether more follow."""
        return self._records.page(after, limit)

    def get(self, name: str, language: str) -> Template:
        """Raises RequestRefused (``template_unknown``), which names the languages there are."""
        found = self._records.find(check_template_name(name), check_template_language(language))
        if found.template is None:
            raise template_unknown(name, language, found.languages)
        return found.template

    def put(self, name: str, language: str, raw: str, author: str) -> tuple[Template, PutTemplate]:
        """Keeps a text, and returns what is kept. Raises RequestRefused (``templates_full``, and what the
        rules for texts say).
        """
        template = Template(
            check_template_name(name),
            check_template_language(language),
            check_template_text(raw),
            int(self._clock() * 1000),
            author,
        )
        outcome = self._records.put(template)
        if outcome is PutTemplate.FULL:
            raise RequestRefused(
                "templates_full",
                f"There are {MOST_TEMPLATES} templates, which are the most; delete one that is not used.",
                http_status=409,
            )
        if outcome is PutTemplate.UNCHANGED:
            template = self._records.find(name, language).template or template
        return template, outcome

    def remove(self, name: str, language: str) -> bool:
        """Whether there was one."""
        return self._records.remove(check_template_name(name), check_template_language(language))

    def preview(
        self, name: str, language: str, variables: Mapping[str, str], *, as_caption: bool = False
    ) -> str:
        """The text that a message would have; raises RequestRefused as sending it would."""
        return fill_template(self.get(name, language).text, variables, as_caption=as_caption)
