"""The command line of the pretend Stripe."""

import argparse
import os
import sys
from pathlib import Path

from pydantic import ValidationError

import simulators.payments as package
from simulators.common.agenda import Agenda
from simulators.common.journal import Journal
from simulators.common.posting import PostOffice
from simulators.common.serving import listen, serve
from simulators.payments.app import build_app
from simulators.payments.misbehaviour import Misbehaviour
from simulators.payments.world import World


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    words = argparse.ArgumentParser(
        prog="python -m simulators.payments",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, default=8904, help="0 takes a free one")
    words.add_argument("--state-dir", type=Path, required=True, help="where the journal is kept")
    words.add_argument("--webhook-url", default="", help="where events are told; may be set later")
    words.add_argument("--key", required=True, help="the secret key that calls must carry")
    words.add_argument("--signing-secret", required=True)
    words.add_argument("--misbehave", default="{}", metavar="JSON", help="fields of Misbehaviour")
    words.add_argument("--parent-pid", type=int, default=0, help="end when this is no longer the parent process")
    return words


def build_world(chosen: argparse.Namespace, rules: Misbehaviour, base_url: str) -> World:
    """The world of this start."""
    agenda, journal = Agenda(), Journal(chosen.state_dir / "journal.jsonl")
    post = PostOffice(agenda, journal, lambda: world.misbehaviour)
    world = World(chosen.key, chosen.signing_secret, chosen.webhook_url, rules, rules, journal, agenda, post, base_url)
    return world


def main() -> int:
    """Serve until told to stop; 2 for a wrong command line, 1 for a port that is taken."""
    words = parser()
    chosen = words.parse_args()
    try:
        rules = Misbehaviour.model_validate_json(chosen.misbehave)
    except ValidationError as error:
        words.error(f"--misbehave: {error}")
    chosen.state_dir.mkdir(parents=True, exist_ok=True)
    try:
        listener = listen(chosen.host, chosen.port)
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {chosen.host}:{chosen.port}: {error.strerror}.\n")
        return 1
    base_url = f"http://{chosen.host}:{listener.getsockname()[1]}"
    app = build_app(lambda: build_world(chosen, rules, base_url))
    serve(app, listener, f"Payment provider's simulator ready on {base_url}", chosen.parent_pid)
    return 0


if __name__ == "__main__":
    outcome = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(outcome)  # a thread that still waits for a silent webhook must not keep the process alive
