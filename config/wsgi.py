"""The web process: `gunicorn config.wsgi`. Webhooks and links that lead on are answered before Django's middleware."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Somebody waits for each answer: a statement that takes longer is a fault, and must not hold up the others for ever.
os.environ.setdefault(
    "DATABASE_BOUNDS", "statement_timeout=30s,lock_timeout=5s,idle_in_transaction_session_timeout=60s"
)

django_application = get_wsgi_application()

from messaging.inbox.shim import WebhookShim  # noqa: E402 - needs the apps to be loaded
from sms.links.shim import LinkShim  # noqa: E402

application = WebhookShim(LinkShim(django_application))
