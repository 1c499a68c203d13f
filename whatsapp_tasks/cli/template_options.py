"""``--variable name=value``: the values for a template."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

C = TypeVar("C", bound=Callable[..., None])


def with_variables(command: C) -> C:
    """Gives a command the option; it gets ``variables``, pairs of name and value."""
    return click.option(
        "--variable",
        "variables",
        multiple=True,
        callback=_pairs,
        metavar="NAME=VALUE",
        help="A value for the template; may be repeated.",
    )(command)


def _pairs(_context: click.Context, _option: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:  # without the rest: it may be a text
            raise click.BadParameter("write NAME=VALUE, as in --variable order=1041")
        if name in values:
            raise click.BadParameter(f"{name} is given more than once")
        values[name] = value
    return values
