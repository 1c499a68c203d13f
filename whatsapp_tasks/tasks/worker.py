"""Composition root of a worker process: one account, one lease, one browser, both queues, a solo pool."""

import logging
import sys
import time
from typing import Any

from celery import bootsteps, signals
from celery.worker import state as worker_state

import whatsapp_tasks.tasks.steering  # noqa: F401 - replaces two of Celery's remote commands
from whatsapp_tasks import crash_points
from whatsapp_tasks.celery import app
from whatsapp_tasks.config import Settings, load_settings
from whatsapp_tasks.errors import BrowserStartFailed, LeaseLost, StoreUnavailable, WhatsAppTasksError
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.queues import CONTROL_TASKS, DELIVER_TASK, SEND_TASK, control_queue, messages_queue
from whatsapp_tasks.session.account_session import AccountSession
from whatsapp_tasks.session.arriving import Arriving, arriving_folder
from whatsapp_tasks.session.browser_keeper import BrowserKeeper
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.evidence import EvidenceKeeper
from whatsapp_tasks.session.outgoing import Outgoing, outgoing_folder
from whatsapp_tasks.session.selector_source import SelectorSource
from whatsapp_tasks.stores.account_stores import AccountStores
from whatsapp_tasks.stores.accounts import Accounts
from whatsapp_tasks.stores.clock import StoreClock
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.leases import Holder, Lease
from whatsapp_tasks.stores.metrics import Metrics, PhaseTimes
from whatsapp_tasks.stores.selectors import SelectorOverride
from whatsapp_tasks.tasks.door import guard
from whatsapp_tasks.tasks.gate import Gate
from whatsapp_tasks.tasks.heartbeat_thread import HeartbeatThread
from whatsapp_tasks.tasks.runtime import Runtime, runtime, set_runtime
from whatsapp_tasks.tasks.session_vault import attach_vault, vault_key_of

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.25


def run_worker(settings: Settings) -> int:
    """Runs the worker of ``settings.account`` until it is asked to stop; the exit code."""
    crash_points.install(settings.crash_points)
    database = Database.connect(settings)
    key = vault_key_of(settings)
    try:
        context = take_account(database, settings)
    except (StoreUnavailable, LeaseLost, BrowserStartFailed) as error:
        log.critical("The worker does not start", extra={"detail": str(error)})
        return 1
    heartbeat = HeartbeatThread(context)
    heartbeat.beat()
    heartbeat.start()
    if key is not None:
        attach_vault(context, database, key).start()
    session = AccountSession(context)
    set_runtime(Runtime(session, Gate(messages_queue(settings.account)), heartbeat))
    guard(
        app,
        CONTROL_TASKS | {SEND_TASK, DELIVER_TASK},
        Metrics(database, settings.account),
    )
    app.steps["consumer"].add(Rounds)
    try:
        session.start()
        app.worker_main(
            [
                "worker",
                "--pool=solo",
                f"--queues={control_queue(settings.account)},{messages_queue(settings.account)}",
                f"--hostname={settings.account}@%h",
                "--without-mingle",
                "--without-gossip",
                "--task-events",
                f"--loglevel={settings.log_level}",
            ]
        )
    except WhatsAppTasksError as error:
        log.critical("The worker ends", extra={"detail": str(error)})
        return 1
    finally:
        _leave(heartbeat, session)
    return 0


def take_account(database: Database, settings: Settings) -> AccountContext:
    """Raises LeaseLost naming the holder when another worker has the account."""
    account = settings.account
    clock = StoreClock(database)
    clock.synchronise()
    Accounts(database).add(account, clock.now_ms())
    lease = Lease(database, account, settings.lease_seconds)
    deadline = time.monotonic() + settings.lease_seconds + 1
    while (holder := lease.acquire()) is not None:
        # One on another machine may be dead without our knowing; its lease then runs out.
        if holder.is_here() or time.monotonic() > deadline:
            raise LeaseLost(f"The account '{account}' is held by {holder}; one worker per account.")
        time.sleep(0.5)
    generation = Generation(settings.data_dir / "generation" / account)
    stores = AccountStores(database, settings, account, generation)
    outgoing, arriving = _files(database, settings)
    return AccountContext(
        account=account,
        settings=settings,
        clock=clock,
        ledger=stores.ledger,
        queue=stores.queue,
        sessions=stores.sessions,
        incoming=stores.incoming,
        chats=stores.chats,
        inbox=stores.inbox,
        inbox_media=stores.inbox_media,
        pauses=stores.pauses,
        hands=stores.hands,
        circuits=stores.circuits,
        number_checks=stores.number_checks,
        caps=stores.caps,
        generation=generation,
        lease=lease,
        times=PhaseTimes(stores.metrics),
        selectors=SelectorSource(settings.selectors, SelectorOverride(database)),
        evidence=EvidenceKeeper.from_settings(database, settings, account),
        keeper=BrowserKeeper(settings, account, count=stores.sessions.count_cure),
        actor=f"worker {Holder.this_process()}",
        outgoing=outgoing,
        arriving=arriving,
    )


def _files(database: Database, settings: Settings) -> tuple[Outgoing, Arriving]:
    """What a worker of this account that died has left on disk is deleted."""
    contents = Contents.from_settings(database, settings)
    outgoing = Outgoing(contents, outgoing_folder(settings, settings.account))
    arriving = Arriving(contents, arriving_folder(settings, settings.account))
    outgoing.sweep()
    arriving.sweep()
    return outgoing, arriving


def _leave(heartbeat: HeartbeatThread, session: AccountSession) -> None:
    session.close()
    heartbeat.stop()
    try:
        session.context.lease.release()
    except StoreUnavailable:
        log.warning("The lease could not be given back; it runs out by itself")


@signals.celeryd_after_setup.connect
def _start_without_the_send_queue(instance: Any, **_: Any) -> None:
    instance.app.amqp.queues.deselect(messages_queue(load_settings().account))


class Rounds(bootsteps.StartStopStep):
    """Between tasks, in the consumer's thread: looks after the account, then moves the gate."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **kwargs: Any) -> None:
        self._timer: Any = None
        super().__init__(consumer, **kwargs)

    def start(self, consumer: Any) -> None:
        runtime().gate.attach(consumer)
        self._timer = consumer.timer.call_repeatedly(ROUND_SECONDS, self._round)

    def stop(self, consumer: Any) -> None:  # noqa: ARG002 - Celery's signature
        if self._timer is not None:
            self._timer.cancel()
        runtime().gate.detach()

    shutdown = stop

    def _round(self) -> None:
        current = runtime()
        try:
            if not current.heartbeat.is_alive():
                raise LeaseLost("Nothing renews the lease any more.")
            try:
                if current.heartbeat.lease_lost.is_set():
                    raise LeaseLost
                current.session.lend_hand()
                current.session.look_after()
                current.gate.update(current.session.delivery.may_send)
            except LeaseLost:
                current.gate.close()
                current.session.lease_lost()
                _take_lease_again(current)
        except StoreUnavailable as error:
            current.gate.close()
            log.warning("Redis does not answer; nothing is sent", extra={"detail": str(error)})
        except LeaseLost as error:
            # Another worker is at work on this account: exit, and let the supervisor restart us.
            current.gate.close()
            log.critical("The lease was lost; the worker ends", extra={"detail": str(error)})
            worker_state.should_stop = 1  # type: ignore[assignment]  # an exit code; typed as None


def _take_lease_again(current: Runtime) -> None:
    """Redis was away for longer than the lease holds, or has forgotten it. With nothing in hand we may hold
    it again, under a new fence, unless another worker does; raises LeaseLost then.
    """
    holder = current.session.context.lease.acquire()
    if holder is not None:
        raise LeaseLost(f"The account is held by {holder} now.")
    current.heartbeat.lease_lost.clear()
    log.warning("The lease had run out and was taken again")


def main() -> None:
    """Entry for ``python -m whatsapp_tasks.tasks.worker``."""
    sys.exit(run_worker(load_settings()))
