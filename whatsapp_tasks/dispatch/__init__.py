"""The only entry point for a message: REST, CLI, ``.delay()`` and tasks found on the queue all use it."""

from whatsapp_tasks.dispatch.acceptance import Accepted, Prepared, WindowFull
from whatsapp_tasks.dispatch.dispatcher import Dispatcher, default_dispatcher

__all__ = ["Accepted", "Dispatcher", "Prepared", "WindowFull", "default_dispatcher"]
