"""``whatsapp-tasks send`` and ``watch``: send one message, and follow its status live."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.live import Live

from whatsapp_tasks.cli.api_access import with_client
from whatsapp_tasks.cli.given_text import stdin_text
from whatsapp_tasks.cli.template_options import with_variables
from whatsapp_tasks.cli.timeline import outcome, timeline
from whatsapp_tasks.client import AT_WHATSAPP, FINAL, Client, FileToSend, Message, TemplateToSend
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.files import FileKind
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.replies import ReplyPolicy
from whatsapp_tasks.domain.strict_json import MalformedJson, read_object
from whatsapp_tasks.errors import RequestRefused

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KINDS = [kind.value for kind in FileKind]

_UNTIL = {
    "sent": AT_WHATSAPP,
    "delivered": frozenset({"delivered", "read"}),
    "read": frozenset({"read"}),
}


def add_send(cli: click.Group, console: Console, load: Callable[[], Settings]) -> None:
    """Adds the commands to ``cli``."""

    @cli.command()
    @click.argument("words", nargs=-1, metavar="[PHONE] [MESSAGE]")
    @click.option("--chat", default=None, metavar="ID", help="A chat without a phone, instead of PHONE.")
    @click.option("--file", "path", type=_FILE, default=None, help="A file to upload and send.")
    @click.option("--file-url", default=None, help="An https URL from which the service fetches the file.")
    @click.option("--as", "kind", type=click.Choice(_KINDS), default=None, help="Default: by the type.")
    @click.option("--file-name", default=None, help="As the recipient sees it.")
    @click.option("--template", default=None, help="A template that makes the text, instead of MESSAGE.")
    @click.option("--language", default=None, help="The template's language: en, pt_BR.")
    @with_variables
    @click.option("--reply-to", default=None, metavar="ID", help="The id of the message that it quotes.")
    @click.option(
        "--reply-policy",
        type=click.Choice([policy.value for policy in ReplyPolicy]),
        default=None,
        help="If it cannot quote: fail (default), or send it without the quotation.",
    )
    @click.option("--account", default=None, help="The account that sends.")
    @click.option("--idempotency-key", default=None, help="Makes a repeat of this command the same message.")
    @click.option("--send-at", default=None, help="Not before this time: 2026-12-31T18:00:00+01:00.")
    @click.option("--expires-at", default=None, help="Never after this time.")
    @click.option("--priority", type=click.Choice([p.value for p in Priority]), default=None)
    @click.option("--metadata", default=None, help="Your own JSON object, returned with the message.")
    @click.option("--watch/--no-watch", "watched", default=False, help="Wait until it is at WhatsApp.")
    @with_client(load)
    def send(client: Client, *, words: tuple[str, ...], watched: bool, **options: Any) -> None:
        """Send MESSAGE to PHONE (+49…), or with --chat to a chat from "chats list". MESSAGE - is read from
        standard input; with a file it is the caption, and may be missing. A template makes the text or the
        caption instead.
        """
        phone, message = _recipient(words, options["chat"])
        text = stdin_text() if message == "-" else message
        template = _template(text, options)
        key, file = options.pop("idempotency_key"), _file(client, options)
        if not text and file is None and template is None:
            raise click.UsageError("Give a MESSAGE, --template, --file or --file-url.")
        given = {name: value for name, value in options.items() if value is not None}
        if "metadata" in given:
            given["metadata"] = _object(given["metadata"])
        accepted = client.send(phone, text, file=file, template=template, idempotency_key=key, **given)
        again = " (accepted before: nothing is sent twice)" if accepted["duplicate"] else ""
        click.echo(f"{accepted['id']} {accepted['status']}{again}")
        if watched:
            sys.exit(_watch(console, client, accepted["id"], "sent", 3600.0))

    @cli.command()
    @click.argument("message_id")
    @click.option("--until", type=click.Choice(list(_UNTIL)), default="read", show_default=True)
    @click.option("--timeout-seconds", default=3600.0, show_default=True)
    @with_client(load)
    def watch(client: Client, message_id: str, until: str, timeout_seconds: float) -> None:
        """Show a message's timeline, live. The exit code is 1 if it fails."""
        sys.exit(_watch(console, client, message_id, until, timeout_seconds))


def _recipient(words: tuple[str, ...], chat: str | None) -> tuple[str | None, str]:
    """Phone and message of the command line; there is no phone where a chat is given."""
    phones = 0 if chat is not None else 1
    if not phones <= len(words) <= phones + 1:
        raise click.UsageError("Give PHONE and MESSAGE, or --chat and MESSAGE.")
    message = words[phones] if len(words) > phones else ""
    return (words[0] if phones else None), message


def _watch(console: Console, client: Client, message_id: str, until: str, timeout_seconds: float) -> int:
    message: Message | None = None
    with Live(console=console, refresh_per_second=8) as live:
        for message in client.watch(message_id, _UNTIL[until] | FINAL, timeout_seconds=timeout_seconds):
            live.update(timeline(message))
    assert message is not None
    console.print(outcome(message))
    return 0 if message["status"] in _UNTIL[until] else 1


def _file(client: Client, options: dict[str, Any]) -> FileToSend | None:
    """The file of the options, uploaded; takes them out of ``options``."""
    path, url, kind, name = (options.pop(option) for option in ("path", "file_url", "kind", "file_name"))
    if path is not None and url is not None:
        raise click.UsageError("Give either --file or --file-url.")
    if path is None and url is None:
        if kind or name:
            raise click.UsageError("--as and --file-name need --file or --file-url.")
        return None
    source: FileToSend = {"url": url} if path is None else {"id": client.upload(path, name=name)["id"]}
    if kind:
        source["as"] = kind
    if name:
        source["name"] = name
    return source


def _template(text: str, options: dict[str, Any]) -> TemplateToSend | None:
    """The template of the options; takes them out of ``options``."""
    name, language, variables = (options.pop(option) for option in ("template", "language", "variables"))
    if name is None and (language or variables):
        raise click.UsageError("--language and --variable need --template.")
    if name is None:
        return None
    if text:
        raise click.UsageError("Give either MESSAGE or --template.")
    if language is None:
        raise click.UsageError("--template needs --language.")
    return {"name": name, "language": language, "variables": variables}


def _object(text: str) -> dict[str, Any]:
    try:
        return read_object(text)
    except MalformedJson as malformed:
        raise RequestRefused(
            "metadata_invalid", f'--metadata must be a JSON object, such as {{"a": 1}}: {malformed}.'
        ) from None
