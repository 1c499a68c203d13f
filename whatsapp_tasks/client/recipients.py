"""Calls about recipients: who is on WhatsApp, and who asked not to be written to."""

import time
from collections.abc import Iterable, Iterator
from typing import cast

from whatsapp_tasks.client.calls import Calls, again_and_again, path_of
from whatsapp_tasks.client.views import NumberCheck
from whatsapp_tasks.errors import WaitTimeout


class NumberCheckCalls(Calls):
    """Which numbers are on WhatsApp."""

    def check_numbers(self, phones: Iterable[str], *, account: str = "default") -> NumberCheck:
        """Asks which of up to 1000 numbers are on WhatsApp. What is known is answered at once; the account
        looks up the rest, a few on a day. Nothing is sent to them.
        """
        body = {"account": account, "phones": list(phones)}
        return cast(NumberCheck, self.call("POST", "/contacts/check", body))

    def number_check(self, check_id: str) -> NumberCheck:
        """What is known by now."""
        return cast(NumberCheck, self.call("GET", path_of("contacts", "checks", check_id)))

    def cancel_number_check(self, check_id: str) -> NumberCheck:
        """No further number of it is looked up."""
        return cast(NumberCheck, self.call("DELETE", path_of("contacts", "checks", check_id)))

    def wait_number_check(
        self, check_id: str, *, timeout_seconds: float = 3600.0, pause_seconds: float = 2.0
    ) -> Iterator[NumberCheck]:
        """Yields the check repeatedly, until it is over; raises WaitTimeout."""
        deadline = time.monotonic() + timeout_seconds
        for check in again_and_again(lambda: self.number_check(check_id), deadline, pause_seconds):
            yield check
            if check["status"] != "waiting":
                return
        raise WaitTimeout(f"{check['left']} numbers have no answer after {timeout_seconds:.0f} s.")


class OptOutCalls(Calls):
    """The opt-out list."""

    def opted_out(self, phone: str) -> bool:
        """Whether the phone is on the opt-out list."""
        return bool(self.call("GET", path_of("opt-outs", phone))["opted_out"])

    def add_opt_out(self, phone: str) -> str:
        """Adds the phone to the list; returns it as E.164."""
        return str(self.call("PUT", path_of("opt-outs", phone))["phone"])

    def remove_opt_out(self, phone: str) -> str:
        """Removes the phone from the list; returns it as E.164."""
        return str(self.call("DELETE", path_of("opt-outs", phone))["phone"])

    def opt_outs(self) -> Iterator[str]:
        """All phones on the list, unordered, each once."""
        seen: set[str] = set()
        for page in self._pages("/opt-outs", {"limit": "1000"}):
            new = set(page["phones"]) - seen
            seen |= new
            yield from sorted(new)
