"""An answer as plain values, for every server to write."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_NONE: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """Status, type and body, and the headers that are this answer's own."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = _NONE
