"""How an error of the operating system says that there is no room."""

from errno import EDQUOT, EFBIG, ENOSPC

_FULL = frozenset({ENOSPC, EDQUOT, EFBIG})


def is_full(error: OSError) -> bool:
    """Whether the disk is full, or the quota, or a file may not grow."""
    return error.errno in _FULL
