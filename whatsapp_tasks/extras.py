"""Which packages a part of the service needs, and whether they are installed (setup.cfg, extras_require)."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, requires

from packaging.requirements import Requirement

from whatsapp_tasks.errors import ConfigurationError

PACKAGE = "whatsapp-tasks"


def insist_on_extra(extra: str, wanted_by: str) -> None:
    """Raises ConfigurationError, with the command that installs them, if ``wanted_by`` lacks packages."""
    missing = sorted(name for name in _packages(extra) if not _is_installed(name))
    if missing:
        raise ConfigurationError(
            f"{wanted_by} needs packages that are not installed ({', '.join(missing)}). "
            f"Install them: pip install '{PACKAGE}[{extra}]'"
        )


def _packages(extra: str) -> Iterator[str]:
    """The names of all packages that the extra adds, including those of extras that it includes."""
    for requirement in map(Requirement, requires(PACKAGE) or ()):
        marker = requirement.marker
        if marker is None or marker.evaluate({"extra": ""}) or not marker.evaluate({"extra": extra}):
            continue
        if requirement.name != PACKAGE:
            yield requirement.name
        for included in requirement.extras if requirement.name == PACKAGE else ():
            yield from _packages(included)


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
