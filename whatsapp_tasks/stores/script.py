"""The scripts by name, and the binding of their keys and arguments.

The head of each script names its KEYS and ARGV; callers pass them by these names. Further ones
(``more_keys``, ``more_args``) may be of any number; the script defines the index from which it reads them.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from operator import itemgetter
from typing import Any

Value = str | int | float
"""A key or argument of a script."""

_USES = re.compile(r"^-- uses (\w+)$", re.MULTILINE)
_HEAD = re.compile(r"^local ([\w,\s]+?)\s*=\s*unpack\((KEYS|ARGV)(?:, 1, \d+)?\)$", re.MULTILINE)


class Script:
    """``scripts/<name>.lua``, preceded by the scripts whose functions it ``uses``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = files(__package__).joinpath(f"scripts/{name}.lua").read_text("utf-8")
        self.source: str = "\n".join([*(script(each).source for each in _USES.findall(self.text)), self.text])
        heads = {table: tuple(re.findall(r"\w+", names)) for names, table in _HEAD.findall(self.text)}
        self.keys, self.args = heads.get("KEYS", ()), heads.get("ARGV", ())
        self._pick_keys, self._pick_args = _picker(self.keys), _picker(self.args)

    def bound(
        self,
        keys: Mapping[str, str],
        args: Mapping[str, Value],
        more_keys: Sequence[str] = (),
        more_args: Sequence[Value] = (),
    ) -> tuple[Sequence[str], Sequence[Value]]:
        """Keys and arguments in the script's order; raises TypeError for missing or unknown names."""
        if len(keys) == len(self.keys) and len(args) == len(self.args):
            try:
                return (*self._pick_keys(keys), *more_keys), (*self._pick_args(args), *more_args)
            except KeyError:
                pass
        differ = sorted({*keys} ^ {*self.keys} | {*args} ^ {*self.args})
        raise TypeError(f"{self.name}.lua was called with missing or unknown names: {', '.join(differ)}")


@lru_cache(maxsize=100)
def sha_of(source: str) -> str:
    """The SHA-1 by which Redis knows a script."""
    return hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()


@cache
def script(name: str) -> Script:
    """The script, read once."""
    return Script(name)


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: tuple(given[name] for name in names)
