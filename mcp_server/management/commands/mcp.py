"""`manage.py mcp`: the MCP face. Over stdio for one client, or with --http for many."""

import logging
import os
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from accounts.credentials import agent_for_key
from mcp_server import http, stdio

KEY = "COUNTERSIGN_KEY"


class Command(BaseCommand):
    help = f"Serve the tools over MCP. Over stdio the agent's key is taken from the environment variable {KEY}."
    requires_system_checks = ()  # standard output belongs to the protocol

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--http", action="store_true", help="streamable HTTP; every request brings its own key")
        parser.add_argument("--host", default="127.0.0.1", help="with --http (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8765, help="with --http (default: %(default)s)")
        parser.add_argument("--search", action="store_true", help="list a handful of tools and let clients search")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("mcp").setLevel(logging.WARNING)  # the SDK tells every request at INFO
        if options["http"]:
            self.stderr.write(f"MCP over HTTP at http://{options['host']}:{options['port']}{http.PATH}")
            http.serve(options["host"], options["port"], searching=options["search"])
        else:
            with suppress(KeyboardInterrupt):
                stdio.serve(valid_key(), searching=options["search"])


def valid_key() -> str:
    """The key in the environment. Being on this machine proves nothing: without a valid key nothing is served."""
    key = os.environ.get(KEY, "").strip()
    if not key:
        raise CommandError(f"{KEY} is not set. Make a key with `manage.py agent_key` and put it into {KEY}.")
    agent = agent_for_key(key, timezone.now())
    connections.close_all()  # the threads that serve open their own
    if agent is None:
        raise CommandError(
            f"The key in {KEY} is unknown or disabled, or its owner is no longer active."
            " Make one with `manage.py agent_key`."
        )
    return key
