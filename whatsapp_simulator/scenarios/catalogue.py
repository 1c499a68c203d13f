"""The scenarios by name, as `PUT /scenarios/{name}` takes them."""

from . import (
    compose_box,
    files,
    full_screen,
    linking,
    network,
    opening_chats,
    over_the_chats,
    receiving,
    renderer,
    replying,
    sending,
    starting,
    typing,
)
from .scenario import Scenario

_TOPICS = (
    starting,
    full_screen,
    linking,
    over_the_chats,
    compose_box,
    opening_chats,
    typing,
    sending,
    replying,
    files,
    receiving,
    network,
    renderer,
)
"""In the order in which people are shown the scenarios."""

SCENARIOS: dict[str, type[Scenario]] = {
    kind.name(): kind
    for topic in _TOPICS
    for kind in Scenario.__subclasses__()
    if kind.__module__ == topic.__name__
}
