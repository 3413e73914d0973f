"""The command line of the pretend Stripe."""

import argparse
import os
import sys
from pathlib import Path

from pydantic import ValidationError

import simulators.payments as package
from simulators.common.agenda import Agenda
from simulators.common.chance import Chance
from simulators.common.journal import Journal
from simulators.common.serving import listen, serve
from simulators.payments.app import build_app
from simulators.payments.misbehaviour import Misbehaviour
from simulators.payments.world import Account, World


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    words = argparse.ArgumentParser(
        prog="python -m simulators.payments",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, default=8903, help="0 takes a free one")
    words.add_argument("--state-dir", type=Path, required=True, help="where the journal is kept")
    words.add_argument("--key", default="sk_test_simulated", help="the secret key that is let in")
    words.add_argument("--signing-secret", default="whsec_simulated", help="what events are signed with")
    words.add_argument("--webhook-url", default="", help="where events go; none: nowhere")
    words.add_argument("--seed", type=int, default=1, help="who meets which fault")
    words.add_argument("--misbehave", default="{}", metavar="JSON", help="fields of Misbehaviour")
    words.add_argument("--parent-pid", type=int, default=0, help="end when this is no longer the parent process")
    return words


def main() -> int:
    """Serve until told to stop; 2 for a wrong command line, 1 for a port that is taken."""
    words = parser()
    chosen = words.parse_args()
    try:
        misbehaviour = Misbehaviour.model_validate_json(chosen.misbehave)
    except ValidationError as error:
        words.error(str(error))
    chosen.state_dir.mkdir(parents=True, exist_ok=True)
    try:
        listener = listen(chosen.host, chosen.port)
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {chosen.host}:{chosen.port}: {error.strerror}.\n")
        return 1
    base_url = f"http://{chosen.host}:{listener.getsockname()[1]}"
    account = Account(chosen.key, chosen.signing_secret, chosen.webhook_url)

    def world() -> World:
        journal = Journal(chosen.state_dir / "journal.jsonl")
        return World(base_url, account, misbehaviour, Chance(chosen.seed), journal, Agenda())

    serve(build_app(world), listener, f"Payments' simulator ready on {base_url}", chosen.parent_pid)
    return 0


if __name__ == "__main__":
    outcome = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(outcome)  # a thread that still waits for a silent webhook must not keep the process alive
