"""The project itself as an app: what every process needs once the others are loaded."""

from django.apps import AppConfig


class Wiring(AppConfig):
    """Makes ours the current Celery application. Not in `config/__init__`: `config.servers` must start at once."""

    name = "config"
    verbose_name = "Countersign"

    def ready(self) -> None:
        from config import celery  # noqa: F401 - importing it is the wiring
