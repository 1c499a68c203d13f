"""A thread of the webhooks worker that does its work in rounds, and waits while Redis is unavailable."""

import logging
import threading
from abc import abstractmethod

from whatsapp_tasks.errors import StoreUnavailable

log = logging.getLogger(__name__)

AWAY_SECONDS = 1.0


class Rounds(threading.Thread):
    """Calls ``round`` every ``seconds`` until it is asked to stop."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(name=name, daemon=True)
        self._seconds = seconds
        self._stop_asked = threading.Event()

    def run(self) -> None:
        pause = self._seconds
        while not self._stop_asked.wait(pause):
            try:
                self.round()
                pause = self._seconds
            except StoreUnavailable as error:
                pause = AWAY_SECONDS
                log.warning("Redis does not answer: %s waits", self.name, extra={"detail": str(error)})
            except Exception:  # without this thread the process looks well and does nothing any more
                pause = AWAY_SECONDS
                log.exception("Unexpected error in a round of %s; the next one follows", self.name)

    def ask_to_stop(self) -> None:
        """Safe in a signal handler; ``join`` then waits for the end."""
        self._stop_asked.set()

    @abstractmethod
    def round(self) -> None:
        """One round; raises StoreUnavailable."""
