"""How Celery behaves: at least once, one task at a time, nothing remembered that a row does not know better.

Read by `config.celery` when the first task is sent or the worker starts. Nothing uses eta or countdown: a task that
waits longer than the visibility timeout would be delivered again and again.
"""

from django.conf import settings

from config.beat import SCHEDULE

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_transport_options = {
    # Longer than the hardest time limit, or a running task would be handed out a second time.
    "visibility_timeout": 900,
    # What a killed worker left is found again after the visibility timeout plus one sweep of ten seconds.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 20,  # without it a publish on a dead connection waits for ever
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
}
broker_connection_timeout = 5.0
# A web process must not hang on a dead broker: the row is the queue, the sweep rings again.
task_publish_retry_policy = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.5}

accept_content = ["json"]
task_serializer = "json"
result_serializer = "json"

result_backend = None
task_ignore_result = True
task_track_started = False

# A lane keeps a worker busy for a slice at a time; on a queue of their own they never hold up an approval or a webhook.
task_routes = {"messaging.tasks.lane_slice": {"queue": "lanes"}}

task_acks_late = True
task_reject_on_worker_lost = True
# A task that kills its worker each time is tried as often as its max_retries says (3 unless told), not for ever.
task_retry_on_worker_lost = True
worker_prefetch_multiplier = 1
task_soft_time_limit = 600
task_time_limit = 660
worker_soft_shutdown_timeout = 10.0
worker_cancel_long_running_tasks_on_connection_loss = False
worker_max_tasks_per_child = 1000
worker_send_task_events = False

enable_utc = True
timezone = "UTC"
beat_schedule = SCHEDULE
beat_scheduler = "celery.beat:Scheduler"  # in memory: a schedule in code needs no file of last runs
beat_max_loop_interval = 1
