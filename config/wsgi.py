"""The web process: `gunicorn config.wsgi`. Webhooks are answered before Django's middleware, the rest by Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_wsgi_application()

from messaging.inbox.shim import WebhookShim  # noqa: E402 - needs the apps to be loaded

application = WebhookShim(django_application)
