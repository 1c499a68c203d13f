"""The vault as a worker uses it; imported only where it is on, since it needs the packages of its extra."""

from whatsapp_tasks.session.saving import Saving
from whatsapp_tasks.session.session_copies import SessionCopies
from whatsapp_tasks.session.taking_over import TakingOver


class SessionVault:
    """The two sides of it for one account, in the worker's main thread."""

    def __init__(self, copies: SessionCopies) -> None:
        self.taking_over = TakingOver(copies)
        self.saving = Saving(copies)
