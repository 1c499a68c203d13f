"""Other users who could reach ChromeDriver's port, if it has no network namespace of its own."""

import contextlib
import os
import socket
import subprocess
from pathlib import Path

import psutil

from whatsapp_tasks.browser.driver_process import python
from whatsapp_tasks.browser.programs import start_driver
from whatsapp_tasks.domain.people import other_people
from whatsapp_tasks.errors import BrowserStartFailed

_PROBE_S = 30.0
_EVERYBODY = ["0", "0", str(2**32 - 1)]
"""The map of user ids if all of them are mapped."""


def require_alone() -> None:
    """Raises BrowserStartFailed if other people could reach a driver that we start.

    Anybody who reaches it can run programs as its user, and scripts in the linked page.
    """
    if driver_is_private():
        return
    way_out = (
        "The kernel allows no network namespace here, so ChromeDriver's port is open to all users of this "
        "machine. Allow user namespaces, run the worker in a container or on a machine of its own, or accept "
        "it by WHATSAPP_ACCEPT_OTHER_USERS=true (docs/protection.md)."
    )
    if not Path("/proc/1").exists():
        raise BrowserStartFailed(f"Whether others use this machine cannot be seen (hidepid). {way_out}")
    if people := people_at_work():
        raise BrowserStartFailed(f"Other people use this machine (user ids {_listed(people)}). {way_out}")


def driver_is_private() -> bool:
    """Whether a driver that is started now gets a network of its own."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            subprocess.run(
                [*python(start_driver.__file__), "true"],
                stdin=subprocess.DEVNULL,
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                timeout=_PROBE_S,
                check=False,
            )
        return ours.recv(len(start_driver.PRIVATE)) == start_driver.PRIVATE


def people_at_work() -> frozenset[int]:
    """The user ids of other people who have a process here."""
    user_ids = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            user_ids.add(process.uids().real)
    in_namespace = Path("/proc/self/uid_map").read_text().split() != _EVERYBODY
    return other_people(user_ids, os.geteuid(), nobody_is_anybody=in_namespace)


def _listed(people: frozenset[int]) -> str:
    shown = sorted(people)[:5]
    return ", ".join(map(str, shown)) + (", …" if len(people) > len(shown) else "")
