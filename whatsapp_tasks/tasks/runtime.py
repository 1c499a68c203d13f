"""What a worker process holds while it runs; put together in ``worker.py``, found here by the tasks."""

from dataclasses import dataclass

from whatsapp_tasks.errors import ConfigurationError
from whatsapp_tasks.session.account_session import AccountSession
from whatsapp_tasks.tasks.gate import Gate
from whatsapp_tasks.tasks.heartbeat_thread import HeartbeatThread


@dataclass
class Runtime:
    session: AccountSession
    gate: Gate
    heartbeat: HeartbeatThread


_current: list[Runtime] = []


def set_runtime(runtime: Runtime) -> None:
    _current[:] = [runtime]


def runtime() -> Runtime:
    """The runtime of this worker; raises ConfigurationError in a process that is none."""
    if not _current:
        raise ConfigurationError("This task runs only in a worker started by `whatsapp-tasks worker`.")
    return _current[0]
