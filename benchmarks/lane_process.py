"""Lanes in a process of their own, as `manage.py run_lanes` runs them: `python -m benchmarks.lane_process`."""

import os

import django
from django.conf import settings


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    settings.DEBUG = False  # it is on for its defaults alone; with it Django keeps every statement
    from messaging.management.commands.run_lanes import serve, told_to_stop

    with told_to_stop() as over:
        serve(over, None)


if __name__ == "__main__":
    main()
