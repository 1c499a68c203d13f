"""An answer as plain values, independent of the server."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_NONE: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """Status, content type, body, and this answer's own headers."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = _NONE
