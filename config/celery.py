"""The Celery application. `config.apps` imports it in every process, so that shared tasks bind to it."""

from typing import Any

from celery import Celery, signals

app = Celery("countersign")
app.config_from_object("config.queue")
app.autodiscover_tasks()
app.autodiscover_tasks(["messaging.inbox", "messaging.whatsapp.automation", "messaging.whatsapp.media"])
app.autodiscover_tasks(["sms.automations", "sms.balances", "sms.links", "sms.notices", "sms.otp"])


@signals.setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Having a receiver is enough: Celery then leaves Django's logging alone."""
