"""Which commands go over the API, and which do not (docs/client.md): one rule, for all there are."""

from collections.abc import Iterator

import click
import pytest

from whatsapp_tasks.cli.main import cli

OVER_THE_API = {
    *("send", "status", "watch", "list", "cancel", "resolve", "batch", "check"),
    "events",
    *("chats list", "chats show"),
    *("opt-outs add", "opt-outs remove", "opt-outs list", "opt-outs import", "opt-outs export"),
    *("templates list", "templates show", "templates set", "templates delete", "templates preview"),
    *("templates import", "templates export"),
}
"""About messages and recipients."""

FOR_OTHERS = {"mcp"}
"""Over the API with a key that each caller brings."""

ON_REDIS = {
    *("worker", "web", "beat", "flower", "up", "demo", "webhooks", "alive worker", "alive webhooks"),
    *("keys create", "keys list", "keys rotate", "keys revoke"),
    *("accounts add", "accounts list", "accounts remove", "link", "passkey"),
    *("session new-key", "session list", "session export", "session import"),
    *("hand", "pause", "resume", "clear-ban", "state", "doctor"),
    *("selectors show", "selectors check", "selectors set", "selectors clear"),
    *("webhooks list", "webhooks add", "webhooks remove", "webhooks rotate", "webhooks end-rotation"),
    *("webhooks disable", "webhooks enable", "webhooks dead", "webhooks redrive"),
}
"""About the installation."""


def commands(group: click.Group, *above: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join((*above, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


COMMANDS = dict(commands(cli))


def test_the_rule_names_every_command() -> None:
    assert set(COMMANDS) == OVER_THE_API | ON_REDIS | FOR_OTHERS
    assert not OVER_THE_API & ON_REDIS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_about_messages_or_recipients_goes_over_the_api(name: str) -> None:
    options = {parameter.name for parameter in COMMANDS[name].params}
    if name in OVER_THE_API:
        assert options >= {"api_url", "api_key", "api_secret"}
    elif name in ON_REDIS:
        assert not options & {"api_url", "api_key", "api_secret"}
