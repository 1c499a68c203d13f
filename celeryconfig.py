"""Celery's settings, each with its reason. Measured on Celery and kombu 5.7 (docs/reliability.md)."""

from typing import Any

from whatsapp_tasks.config import load_settings
from whatsapp_tasks.queues import PRIORITY_STEPS, route_task

_settings = load_settings()

broker_url = _settings.redis.broker_url
broker_use_ssl: Any = _settings.redis.broker_tls or False
# Where a worker waits for Redis: our own start-up check (5 attempts, 1 s x 2^n, exit 1) has passed by then.
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_transport_options: dict[str, Any] = {
    "queue_order_strategy": "priority",  # control before messages; the round robin would starve it
    "priority_steps": PRIORITY_STEPS,
    "socket_timeout": 5,  # a Redis that hangs must not hang a publish
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    # Own keys per account: with shared ones a second worker takes over sends that still run.
    "unacked_key": _settings.unacked_prefix,
    "unacked_index_key": f"{_settings.unacked_prefix}-index",
    "unacked_mutex_key": f"{_settings.unacked_prefix}-mutex",
    # What a dead predecessor had in hand is back within a second. Safe because the pool is solo (nothing runs
    # while the transport restores), the account has one worker (the lease), and no ETA is used on its queues.
    "visibility_timeout": 0.05,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 5,
    **_settings.redis.broker_options,
}
if _settings.role == "webhooks":
    # Its tasks run in threads and take seconds. They are acknowledged when they start, for the hold on a lane
    # in Redis (docs/webhooks.md) brings back what a killed worker had in hand: nothing needs to be restored.
    broker_transport_options |= {"visibility_timeout": 3600, "unacked_restore_interval": 10}

task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True  # the ledger has the status of each message
task_acks_late = True
task_acks_on_failure = True
task_acks_on_timeout = True  # a failed attempt is in the ledger; the same entry must not run again
task_reject_on_worker_lost = False
worker_prefetch_multiplier = 1
worker_concurrency = 1
worker_hijack_root_logger = False
worker_send_task_events = True
worker_cancel_long_running_tasks_on_connection_loss = False
task_send_sent_event = False
task_create_missing_queues = True
task_routes = (route_task,)
enable_utc = True
timezone = "UTC"

# The checks of each account stand in whatsapp_tasks/tasks/beat.py: accounts come and go while beat runs.
beat_scheduler = "whatsapp_tasks.tasks.beat:AccountScheduler"
beat_max_loop_interval = 5
beat_schedule_filename = str(_settings.data_dir / "celerybeat-schedule")
