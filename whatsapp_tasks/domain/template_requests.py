"""The template that a caller wants as the text of a message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from whatsapp_tasks.domain.templates import check_template_language, check_template_name, refused
from whatsapp_tasks.domain.texts import has_half_a_character
from whatsapp_tasks.errors import RequestRefused

_FIELDS = frozenset({"name", "language", "variables"})


@dataclass(frozen=True)
class TemplateRequest:
    """A template by name and language, and the values of its variables, which are private like a text."""

    name: str
    language: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, given: object) -> "TemplateRequest":
        """From the JSON object of a caller; raises RequestRefused (template_invalid)."""
        if not isinstance(given, Mapping):
            raise refused("template", "must be an object with name and language")
        unknown = sorted(str(name)[:40] for name in given if name not in _FIELDS)
        if unknown:
            raise refused("template", f"has the unknown field {unknown[0]}")
        variables = given.get("variables")
        return cls(
            _by_rule(check_template_name, "template.name", given.get("name")),
            _by_rule(check_template_language, "template.language", given.get("language")),
            {} if variables is None else _values(variables),
        )

    @property
    def identity(self) -> tuple[str, ...]:
        """What stands for the text when requests are compared. It is not the filled text: the template may be
        changed between a request and its repeat.
        """
        pairs = sorted(self.variables.items())
        return (
            "template",
            self.name,
            self.language,
            str(len(pairs)),
            *(part for pair in pairs for part in pair),
        )


def _by_rule(check: Callable[[str], str], field_name: str, value: object) -> str:
    if not isinstance(value, str):
        raise refused(field_name, "must be a text")
    try:
        return check(value)
    except RequestRefused as error:
        raise refused(field_name, error.errors[0]["message"]) from None


def _values(given: object) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise refused("template.variables", "must be an object of texts")
    values = {}
    for name, value in given.items():
        where = f"template.variables.{str(name)[:40]}"
        if not isinstance(name, str) or not isinstance(value, str):
            raise refused(where, "must be a text")
        if has_half_a_character(name + value):
            raise refused(where, "contains half of a surrogate pair; send whole characters")
        values[name] = value
    return values
