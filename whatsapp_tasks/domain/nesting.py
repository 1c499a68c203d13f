"""How deeply JSON from others may be nested.

Python's JSON reader and writer recurse, so the depth that they bear depends on how deep the stack is already:
what the web process just reads may be too deep for a worker, in which more frames lie below.
"""

MOST_LEVELS = 64
"""Of objects and lists in each other; real data has a few."""


def is_too_deep(value: object) -> bool:
    """Whether a JSON ``value`` has more than ``MOST_LEVELS`` levels."""
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
