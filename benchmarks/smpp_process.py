"""The binds in a process of their own, as `manage.py run_smpp` holds them: `python -m benchmarks.smpp_process PORT`."""

import os
import sys

import django
from django.conf import settings


def main(port: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    settings.DEBUG = False  # it is on for its defaults alone; with it Django keeps every statement
    from sms.gateways.smpp.serving import serve

    serve("127.0.0.1", int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
