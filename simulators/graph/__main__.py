"""The command line of the pretend Graph API."""

import argparse
import json
import os
import sys
from pathlib import Path

from pydantic import ValidationError

import simulators.graph as package
from simulators.common.agenda import Agenda
from simulators.common.chance import Chance
from simulators.common.journal import Journal
from simulators.common.serving import listen, serve
from simulators.graph.account import APP_ID, Account, numbers_of
from simulators.graph.app import build_app
from simulators.graph.mailer import Mailer
from simulators.graph.media_store import MediaStore
from simulators.graph.misbehaviour import Misbehaviour
from simulators.graph.people import People
from simulators.graph.template_shelf import TemplateShelf
from simulators.graph.world import World


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    words = argparse.ArgumentParser(
        prog="python -m simulators.graph",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, default=8901, help="0 takes a free one")
    words.add_argument("--state-dir", type=Path, required=True, help="where journal and templates are kept")
    words.add_argument("--webhook-url", required=True)
    words.add_argument("--app-secret", required=True)
    words.add_argument("--verify-token", required=True)
    words.add_argument("--token", required=True, help="the access token calls must carry")
    words.add_argument("--waba-id", required=True)
    words.add_argument("--app-id", default=APP_ID)
    words.add_argument(
        "--phone-number-id", action="append", required=True, metavar="ID[=NUMBER]", help="may be given several times"
    )
    words.add_argument("--seed", type=int, default=1, help="who meets which fault")
    words.add_argument("--misbehave", default="{}", metavar="JSON", help="fields of Misbehaviour")
    words.add_argument("--parent-pid", type=int, default=0, help="end when this is no longer the parent process")
    return words


def phone_numbers(given: list[str]) -> dict[str, str]:
    """Number by id; without one we make it up: +852 5801 0001 and so on."""
    numbers = {}
    for at, words in enumerate(given, 1):
        key, _, number = words.partition("=")
        numbers[key] = number or f"+852 5801 {at:04d}"
    return numbers


def build_world(chosen: argparse.Namespace, misbehaviour: Misbehaviour, base_url: str) -> World:
    """The world of this start; templates of an earlier one are found in the state directory."""
    account = Account(
        chosen.webhook_url,
        chosen.app_secret,
        chosen.verify_token,
        chosen.token,
        chosen.waba_id,
        phone_numbers(chosen.phone_number_id),
        chosen.app_id,
    )
    chance, agenda, journal = Chance(chosen.seed), Agenda(), Journal(chosen.state_dir / "journal.jsonl")
    world: World
    mailer = Mailer(account, agenda, journal, lambda: world.misbehaviour)
    shelf = TemplateShelf(chosen.state_dir / "templates.json")
    people, numbers = People(chance), numbers_of(account)
    world = World(
        account,
        misbehaviour,
        misbehaviour,
        chance,
        journal,
        agenda,
        mailer,
        people,
        numbers,
        shelf,
        MediaStore(),
        base_url,
    )
    return world


def main() -> int:
    """Serve until told to stop; 2 for a wrong command line, 1 for a port that is taken."""
    words = parser()
    chosen = words.parse_args()
    try:
        misbehaviour = Misbehaviour.model_validate(json.loads(chosen.misbehave))
    except (ValidationError, json.JSONDecodeError) as error:
        words.error(f"--misbehave: {error}")
    chosen.state_dir.mkdir(parents=True, exist_ok=True)
    try:
        listener = listen(chosen.host, chosen.port)
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {chosen.host}:{chosen.port}: {error.strerror}.\n")
        return 1
    base_url = f"http://{chosen.host}:{listener.getsockname()[1]}"
    app = build_app(lambda: build_world(chosen, misbehaviour, base_url))
    serve(app, listener, f"Graph API simulator ready on {base_url}", chosen.parent_pid)
    return 0


if __name__ == "__main__":
    outcome = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(outcome)  # a thread that still waits for a silent webhook must not keep the process alive
