"""The web process for gunicorn, without the memory for every statement that DEBUG brings."""

from django.conf import settings

from config.wsgi import application

settings.DEBUG = False

__all__ = ["application"]
