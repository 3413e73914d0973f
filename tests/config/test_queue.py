"""Celery as the processes see it."""

from celery import current_app, shared_task
from django.conf import settings

from config.celery import app


@shared_task
def a_bell() -> None:
    """Rings."""


def test_shared_tasks_bind_to_our_application() -> None:
    assert current_app._get_current_object() is app
    assert a_bell.app is app


def test_the_queue_hands_work_out_again_and_only_then() -> None:
    queue = app.conf
    assert queue.broker_url == settings.REDIS_URL
    assert (queue.task_acks_late, queue.task_reject_on_worker_lost, queue.task_retry_on_worker_lost) == (
        True,
        True,
        True,
    )
    assert (queue.worker_prefetch_multiplier, queue.task_ignore_result) == (1, True)
    assert queue.accept_content == ["json"]
    # A task still running when the visibility timeout ends would run twice at once.
    assert queue.task_time_limit < queue.broker_transport_options["visibility_timeout"]
    assert queue.task_soft_time_limit < queue.task_time_limit


def test_every_bell_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    assert [entry["task"] for entry in queue_schedule() if entry["task"] not in app.tasks] == []


def queue_schedule() -> list[dict[str, str]]:
    return list(app.conf.beat_schedule.values())
