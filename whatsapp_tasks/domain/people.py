"""Which user ids belong to people: the rule of systemd and login.defs."""

from collections.abc import Iterable

FIRST_PERSON = 1000
"""Lower ids belong to the system's own services (UID_MIN of login.defs)."""
NOBODY = 65534
_OF_SERVICES = range(61184, 65520)
"""systemd gives these to services while they run (DynamicUser)."""


def other_people(user_ids: Iterable[int], ours: int, *, nobody_is_anybody: bool = False) -> frozenset[int]:
    """The ids among these that belong to people other than us. Root does not count: it may do everything
    anyway.

    With `nobody_is_anybody`, as in a user namespace, 65534 stands for every user without an id there.
    """
    return frozenset(
        user
        for user in user_ids
        if user != ours
        and user >= FIRST_PERSON
        and user not in _OF_SERVICES
        and (user != NOBODY or nobody_is_anybody)
    )
