"""The command `whatsapp-simulator`."""

import asyncio
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from .settings import Lang, Settings

if TYPE_CHECKING:
    from .server import Server

_DEFAULTS = Settings()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address both ports are bound to.")
@click.option("--port", default=8090, show_default=True, help="Port of the page; 0 takes a free one.")
@click.option("--control-port", default=8091, show_default=True, help="Port of the control API; 0 likewise.")
@click.option("--era", type=click.Choice(["E1", "E2", "E3"]), default="E3", show_default=True, help="Skin.")
@click.option("--lang", type=click.Choice(get_args(Lang)), default="en", show_default=True, help="Language.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Folder to remember in.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=JSON",
    help="Any other setting, e.g. --set sent_ms=500 (repeatable).",
)
def main(  # noqa: PLR0917 - click hands them over by name
    host: str, port: int, control_port: int, era: str, lang: str, data: Path | None, changes: tuple[str, ...]
) -> None:
    """A simulator of WhatsApp Web that can misbehave on request.

    Prints one line of JSON with both URLs when it is ready. Open the control URL in a browser to steer it.
    """
    server = _server()
    values: dict[str, object] = {**_DEFAULTS.model_dump(), "era": era, "lang": lang}
    for change in changes:
        name, separator, value = change.partition("=")
        if not separator:
            raise click.BadParameter(f"{change!r} is not NAME=JSON", param_hint="--set")
        values[name] = _value(name, value)
    try:
        settings = Settings.model_validate(values)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    asyncio.run(_run(server(settings, data=data), host, port, control_port))


def _server() -> "type[Server]":
    try:
        from .server import Server
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The package {error.name} is not installed. Install what the simulator needs: "
            "pip install 'whatsapp-tasks[simulator]'"
        ) from None
    return Server


def _value(name: str, text: str) -> object:
    """A setting as JSON; a text may stand without quotes, even one of digits."""
    field = Settings.model_fields.get(name)
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if field is not None and field.annotation is str and not isinstance(value, str):
        return text
    return value


async def _run(server: "Server", host: str, port: int, control_port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        page, control = await server.start(host, port, control_port)
        click.echo(json.dumps({"page": page, "control": control}))
        await stop.wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    main()
