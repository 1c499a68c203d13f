"""A route of the control API: method, path, and who answers; its docstring is what `GET /help` shows."""

from aiohttp.typedefs import Handler

Route = tuple[str, str, Handler]
