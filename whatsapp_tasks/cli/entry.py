"""The command ``whatsapp-tasks``. An app that only sends has the command, but not the packages it needs."""

import sys

from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.extras import insist_on_extra


def main() -> None:
    """Runs the command; without the extra ``cli`` it prints how to install that."""
    try:
        insist_on_extra("cli", "The command line")
    except ConfigurationError as error:
        sys.exit(f"Error: {error}")
    from whatsapp_tasks.cli.main import main as run

    run()
