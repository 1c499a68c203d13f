"""Templates: named texts with places for variables, in languages.

Names, languages and placeholders are those of WhatsApp's official templates, or fewer, so that a template can
become an official one.
"""

import re
from collections.abc import Mapping

from whatsapp_tasks.domain.files import check_caption
from whatsapp_tasks.domain.texts import MAX_UTF16_UNITS, is_blank, normalise_message
from whatsapp_tasks.errors import RequestRefused

NAME = "[a-z][a-z0-9_]{0,63}"
LANGUAGE = "[a-z]{2,3}(?:_[A-Z]{2})?"
VARIABLE = "(?:[a-z][a-z0-9_]{0,31}|[1-9][0-9]?)"
MOST_VARIABLES = 50
"""Of one template."""
_MOST_FILLED = 4 * MAX_UTF16_UNITS

_NAME, _LANGUAGE = re.compile(NAME), re.compile(LANGUAGE)
_LITERAL = "{{{{"
_RIGHT = "write {{name}} or {{1}}, with a-z, 0-9 and _ and without spaces, or {{{{ for two braces"
# What begins with two braces, from left to right: a literal "{{", a variable, or an error. A brace just
# before a variable is only a brace.
_MARKS = re.compile(
    r"\{{4}|\{\{(?P<variable>%s)\}\}|\{(?=\{\{%s\}\})|(?P<wrong>\{\{)" % (VARIABLE, VARIABLE)  # noqa: UP031 - braces
)


def check_template_name(name: str) -> str:
    """Return ``name`` if it is lower snake case of up to 64 characters; raise RequestRefused otherwise."""
    if not _NAME.fullmatch(name):
        raise refused("name", "must be 1 to 64 of a-z, 0-9 and _, and begin with a letter")
    return name


def check_template_language(language: str) -> str:
    """Return ``language`` if it has the form of ``en`` or ``pt_BR``; raise RequestRefused otherwise."""
    if not _LANGUAGE.fullmatch(language):
        raise refused("language", "must be a code such as en or pt_BR, with an underscore")
    return language


def check_template_text(raw: str) -> str:
    """The text of a template as it is kept; raises RequestRefused, which says what is wrong.

    It is checked like a message, and each ``{{`` must begin a variable or be written as ``{{{{``.
    """
    text = _checked(raw, field="text", subject="text of the template")
    names = []
    for mark in _MARKS.finditer(text):
        if mark["wrong"]:
            line = text.count("\n", 0, mark.start()) + 1
            raise refused("text", f"has {{{{ in line {line} that begins no variable; {_RIGHT}")
        if mark["variable"]:
            names.append(mark["variable"])
    _check_variables(sorted(set(names)))
    return text


def _check_variables(names: list[str]) -> None:
    numbers = sorted(int(name) for name in names if name.isdigit())
    if len(names) > MOST_VARIABLES:
        raise refused("text", f"has {len(names)} variables; {MOST_VARIABLES} are the most")
    if numbers and len(numbers) < len(names):
        raise refused("text", "has numbered and named variables; use either")
    if numbers != list(range(1, len(numbers) + 1)):
        raise refused("text", "must number its variables from {{1}} on, without a gap")


def variables_of(text: str) -> tuple[str, ...]:
    """The variables of a template's text, each once, in their order there."""
    return tuple(dict.fromkeys(m["variable"] for m in _MARKS.finditer(text) if m["variable"]))


def fill_template(text: str, variables: Mapping[str, str], *, as_caption: bool = False) -> str:
    """The message: the template's ``text`` with the values in it. Raises RequestRefused.

    Values are put in as they are, and never filled themselves. The result is checked like any message.
    """
    _check_given(variables_of(text), variables)
    _check_size(text, variables)
    filled = _MARKS.sub(lambda mark: _put_in(mark, variables), text)
    return _checked(
        filled, field="template", subject="message, filled in from its template,", as_caption=as_caption
    )


def _check_size(text: str, variables: Mapping[str, str]) -> None:
    """Before anything is put in: a value that stands in many places fills the memory. What is dropped from a
    text, as white space at its ends, is no reason for more.
    """
    put_in = (mark["variable"] for mark in _MARKS.finditer(text) if mark["variable"])
    size = len(text) + sum(len(variables[name]) for name in put_in)
    if size > _MOST_FILLED:
        problem = f"has {size} characters; WhatsApp takes at most {MAX_UTF16_UNITS}"
        raise RequestRefused(
            "message_too_long",
            f"The message, filled in from its template, {problem}.",
            errors=[{"field": "template", "message": problem}],
        )


def _put_in(mark: re.Match[str], variables: Mapping[str, str]) -> str:
    if mark["variable"]:
        return variables[mark["variable"]]
    return "{{" if mark[0] == _LITERAL else mark[0]


def _check_given(wanted: tuple[str, ...], given: Mapping[str, str]) -> None:
    if len(given) > MOST_VARIABLES:
        problem = f"has {len(given)} values; a template has at most {MOST_VARIABLES} variables"
        raise RequestRefused(
            "template_variables_wrong",
            f"template.variables {problem}.",
            errors=[{"field": "template.variables", "message": problem}],
            extra={"variables": list(wanted)},
        )
    has = f"the template has: {', '.join(wanted)}" if wanted else "the template has none"
    problems = {name: "is missing" for name in wanted if name not in given}
    problems |= {name: f"is unknown; {has}" for name in given if name not in wanted}
    # Somebody's data is missing, as a rule; an official template takes no empty value either.
    problems |= {name: "is empty" for name in wanted if is_blank(given.get(name, "-"))}
    if problems:
        errors = [
            {"field": f"template.variables.{name[:40]}", "message": problem}
            for name, problem in problems.items()
        ]
        raise RequestRefused(
            "template_variables_wrong",
            "; ".join(f"{each['field']} {each['message']}" for each in errors[:5]) + ".",
            errors=errors,
            extra={"variables": list(wanted)},
        )


def _checked(raw: str, *, field: str, subject: str, as_caption: bool = False) -> str:
    """``raw`` by the rules of any message; a refusal names ``field`` and ``subject``."""
    try:
        text = normalise_message(raw)
        return check_caption(text) if as_caption else text
    except RequestRefused as error:
        problem = error.errors[0]["message"]
        raise RequestRefused(
            error.code, f"The {subject} {problem}.", errors=[{"field": field, "message": problem}]
        ) from None


def template_unknown(name: str, language: str, languages: tuple[str, ...]) -> RequestRefused:
    """The error for a template that is not there in this language; ``languages`` are those it is in."""
    there = (
        f"There is no template '{name}' in '{language}'; it is there in: {', '.join(languages)}."
        if languages
        else f"There is no template '{name}'. See GET /templates."
    )
    problem = "is not one of its languages" if languages else "is unknown"
    return RequestRefused(
        "template_unknown",
        f"{there} Another language is never used instead. Add it: PUT /templates/{name}/{language}",
        http_status=404,
        errors=[{"field": "template.language" if languages else "template.name", "message": problem}],
        extra={"languages": list(languages)},
    )


def refused(field: str, problem: str) -> RequestRefused:
    """The error for a template that is malformed, or a malformed wish for one."""
    return RequestRefused(
        "template_invalid",
        f"The field {field} {problem}.",
        errors=[{"field": field, "message": problem}],
    )
