"""A part of the page: its tag, and its attributes in each era."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..settings import Era

Attributes = Mapping[str, str | None]


@dataclass(frozen=True)
class Part:
    tag: str
    base: Attributes
    eras: Mapping[Era, Attributes]

    def attributes(self, era: Era) -> dict[str, str]:
        merged = {**self.base, **self.eras.get(era, {})}
        return {name: value for name, value in merged.items() if value is not None}


def part(
    tag: str,
    base: Attributes | None = None,
    E1: Attributes | None = None,
    E2: Attributes | None = None,
    E3: Attributes | None = None,
) -> Part:
    return Part(tag, base or {}, {"E1": E1 or {}, "E2": E2 or {}, "E3": E3 or {}})


def testid(name: str) -> dict[str, Attributes]:
    """The test id of a part in E1 and E3; E2 has none at all."""
    return {"E1": {"data-testid": name}, "E3": {"data-testid": name}}
