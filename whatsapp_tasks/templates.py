"""What people do with templates: keep, look at, try and remove them. Sending with one is in ``dispatch``."""

import logging
import time
from collections.abc import Callable, Mapping

from whatsapp_tasks.domain.templates import (
    check_template_language,
    check_template_name,
    check_template_text,
    fill_template,
    template_unknown,
    variables_of,
)
from whatsapp_tasks.domain.texts import is_blank
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.outcomes import PutTemplate
from whatsapp_tasks.stores.templates import MOST_TEMPLATES, Template, TemplateRecords

log = logging.getLogger(__name__)


class Templates:
    """The templates of this installation. Every method raises RequestRefused for a name or language that
    cannot be one.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._records = TemplateRecords(database)
        self._clock = clock

    def page(self, after: tuple[str, str] | None, limit: int) -> tuple[list[Template], bool]:
        """Templates by name and language, from the one after ``after``, and whether more follow."""
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
                f"There are {MOST_TEMPLATES} templates already, the maximum; delete one that is not used.",
                http_status=409,
            )
        if outcome is PutTemplate.UNCHANGED:
            template = self._records.find(name, language).template or template
        else:
            _log(outcome, name, language, author)
        return template, outcome

    def remove(self, name: str, language: str, author: str) -> bool:
        """Whether there was one."""
        removed = self._records.remove(check_template_name(name), check_template_language(language))
        if removed:
            _log("removed", name, language, author)
        return removed

    def preview(
        self, name: str, language: str, variables: Mapping[str, str], *, as_caption: bool = False
    ) -> str:
        """The text that a message would have; raises RequestRefused as sending it would."""
        return fill_template(self.get(name, language).text, variables, as_caption=as_caption)

    def try_out(self, raw: str, variables: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
        """The variables of a text that is being written, and how it reads with these values; one without a
        value is shown as it is written.
        """
        text = check_template_text(raw)
        names = variables_of(text)
        given = {name: value for name, value in variables.items() if not is_blank(value)}
        return names, fill_template(text, {name: given.get(name, f"{{{{{name}}}}}") for name in names})


def _log(done: str, name: str, language: str, author: str) -> None:
    log.info(
        "A template was changed",
        extra={"done": done, "template": name, "language": language, "author": author},
    )
