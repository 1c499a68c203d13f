"""The kinds of mutations by name."""

from collections.abc import Callable, Mapping
from random import Random

from . import attributes, elements, words
from .change import Skin

KINDS: Mapping[str, Callable[[Skin, Random], str]] = {
    "test ids dropped": attributes.test_ids_dropped,
    "test id renamed": attributes.test_id_renamed,
    "classes rehashed": attributes.classes_rehashed,
    "icon renamed": words.icon_renamed,
    "wrapper added": elements.wrapper_added,
    "wrapper removed": elements.wrapper_removed,
    "tag swapped": elements.tag_swapped,
    "text reworded": words.text_reworded,
    "attribute moved": attributes.attribute_moved,
    "id twice": elements.id_twice,
    "list regridded": attributes.list_regridded,
}
"""Each draws one change of its kind, applies it and says what it was; raises NothingToChange."""
