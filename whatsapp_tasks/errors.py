"""All errors that this service raises on purpose, in one tree.

WhatsAppTasksError
├── ConfigurationError             a setting is missing, malformed or contradicts another
├── EntryRefused                   an entry of a queue is not a valid task; carries the reason
├── RequestRefused                 the caller must change something; carries code, http_status, fields
├── StoreError
│   ├── StoreUnavailable           Redis cannot be reached or answers too late: fail closed
│   ├── LeaseLost                  another worker holds the account, or our lease has expired
│   ├── UnknownOutcome             a store script returned an unknown outcome: nothing is sent because of it
│   └── UnsafeStore                Redis is configured so that a promise cannot be kept
├── BrowserError
│   ├── BrowserStartFailed         Chrome or its driver did not start; carries the exit code
│   ├── BrowserDied                browser, renderer or driver is gone
│   ├── BrowserTimeout             no answer at the action's deadline; the browser was killed
│   ├── WaitTimeout                the page answers, but the awaited condition did not come in time
│   ├── PageChanged                the document was replaced while a script ran in it
│   ├── PageError                  a script of ours failed inside the page
│   ├── SessionWaits               which copy of the session may run is not settled; carries the reason
│   ├── DownloadStopped            a file of a message was not downloaded; carries the reason
│   └── InputStopped               input for a chat's compose box was blocked; carries the reason
├── ApiUnreachable                 our HTTP API does not answer (raised by its client)
├── ObjectStoreFailed              a file (evidence, for example) could not be stored or fetched
│   └── ObjectStoreFull            there is no space left for it
├── FileGone                       the bytes of a message's file are not stored any more, or are others
├── FetchFailed                    a file could not be fetched from its URL; carries the code
├── FileUnreadable                 a file could not be examined or converted
├── ArchiveRefused                 a session archive is not used; carries the reason
├── SelectorsInvalid               a selector file or override is malformed; names the entry
├── IllegalTransition              a state machine has no row for this event
└── SendError                      one attempt to send did not end in `sent`
    ├── SendRefused                certainly not sent, and trying again does not help (not on WhatsApp)
    ├── SendPostponed              certainly not sent; may be tried again later (page offline, text altered)
    └── SendUnsettled              Enter was pressed and the chat does not show whether it was sent

The class docstring is the default message: it is written for the person who reads it.
"""

from collections.abc import Mapping, Sequence


class WhatsAppTasksError(Exception):
    """Something went wrong in whatsapp-tasks."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class ConfigurationError(WhatsAppTasksError):
    """A setting is wrong; the service does not start."""


class RequestRefused(WhatsAppTasksError):
    """The request was understood and refused; nothing was changed."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        http_status: int = 422,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after_seconds: float | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.http_status = http_status
        self.errors = list(errors)
        self.retry_after_seconds = retry_after_seconds
        self.extra = dict(extra or {})

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.code, str(self)), self.__dict__)


class EntryRefused(WhatsAppTasksError):
    """An entry of a queue is not a valid task."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        """One of a few fixed words, for a metric."""


class ApiUnreachable(WhatsAppTasksError):
    """The HTTP API does not answer."""


class StoreError(WhatsAppTasksError):
    """A command to Redis failed."""


class StoreUnavailable(StoreError):
    """Redis cannot be reached, or answers too late. Nothing is sent until it is back."""


class LeaseLost(StoreError):
    """Another worker holds this account, or this worker's lease has expired."""


class UnknownOutcome(StoreError):
    """A store script returned an outcome that this version does not know."""


class UnsafeStore(StoreError):
    """Redis is configured in a way that breaks a promise of this service."""


class BrowserError(WhatsAppTasksError):
    """A command to the browser failed."""


class BrowserStartFailed(BrowserError):
    """Chrome or its driver did not start."""

    def __init__(self, message: str | None = None, *, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class BrowserDied(BrowserError):
    """The browser, its renderer or its driver is gone."""


class BrowserTimeout(BrowserError):
    """The browser did not answer before the deadline of the action and was killed."""


class WaitTimeout(BrowserError):
    """The page answers, but the awaited condition did not come before the deadline."""


class PageChanged(BrowserError):
    """The document was replaced while a script ran in it."""


class PageError(BrowserError):
    """A script failed inside the page."""


class InputStopped(BrowserError):
    """Input was blocked: it would not have reached its target, or not unchanged."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Input was blocked: {reason}")
        self.reason = reason
        """See ``browser/compose_input.py``."""

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.reason,), self.__dict__)


class DownloadStopped(BrowserError):
    """The page's file was not downloaded; nothing of it is left on disk."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The download was stopped: {reason}")
        self.reason = reason
        """See ``browser/downloads.py``."""

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.reason,), self.__dict__)


class SessionWaits(BrowserError):
    """No browser is started: it is not settled which copy of the session may run."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        """See ``domain/session_archives.py``."""

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.reason, str(self)), self.__dict__)


class ObjectStoreFailed(WhatsAppTasksError):
    """A file could not be stored or fetched."""


class ObjectStoreFull(ObjectStoreFailed):
    """There is no space left to store the file."""


class FileGone(WhatsAppTasksError):
    """The file is not in the object store any more."""


class FetchFailed(WhatsAppTasksError):
    """A file could not be fetched. ``code`` is a key of ``domain/faults.py``."""

    def __init__(
        self, code: str, message: str, *, again: bool = False, at_least_seconds: float = 0.0
    ) -> None:
        super().__init__(message)
        self.code = code
        self.again = again
        self.at_least_seconds = at_least_seconds

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.code, str(self)), self.__dict__)


class FileUnreadable(WhatsAppTasksError):
    """The file could not be examined or converted."""


class ArchiveRefused(WhatsAppTasksError):
    """A session archive is not used."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        """See ``domain/session_archives.py``."""

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.reason, str(self)), self.__dict__)


class SelectorsInvalid(WhatsAppTasksError):
    """A selector entry is malformed; the current selectors stay in force."""


class IllegalTransition(WhatsAppTasksError):
    """The state machine has no row for this event in this state."""


class SendError(WhatsAppTasksError):
    """The attempt to send did not end with the message at WhatsApp's server.

    ``code`` is a key of ``domain/faults.py``, which says whose fault it is and what happens next.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.code, str(self)), self.__dict__)


class SendRefused(SendError):
    """Certainly not sent, and trying again does not help."""


class SendPostponed(SendError):
    """Certainly not sent; it may be tried again later."""


class SendUnsettled(SendError):
    """Enter was pressed, and the chat does not show whether the message was sent."""
