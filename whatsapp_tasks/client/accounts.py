"""Calls about the service's own accounts."""

from typing import cast

from whatsapp_tasks.client.calls import Calls, path_of
from whatsapp_tasks.client.views import Account, Pauses


class AccountCalls(Calls):
    """The accounts that messages are sent from."""

    def accounts(self) -> list[Account]:
        """All accounts."""
        return cast(list[Account], self.call("GET", "/accounts")["accounts"])

    def account(self, account: str = "default") -> Account:
        """One account: state, pauses, queue and worker."""
        return cast(Account, self.call("GET", path_of("accounts", account)))

    def pause(self, account: str = "default", note: str = "") -> Pauses:
        """Stops sending until ``resume``."""
        return cast(Pauses, self.call("POST", path_of("accounts", account) + "/pause", {"note": note}))

    def resume(self, account: str = "default") -> Pauses:
        """Ends the pause; other reasons stay and are reported."""
        return cast(Pauses, self.call("POST", path_of("accounts", account) + "/resume"))
