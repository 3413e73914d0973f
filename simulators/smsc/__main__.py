"""The command line of the pretend message centre."""

import argparse
import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import ValidationError
from starlette.applications import Starlette

import simulators.smsc as package
from simulators.common.agenda import Agenda
from simulators.common.chance import Chance
from simulators.common.journal import Journal
from simulators.common.serving import listen, serve
from simulators.smsc.control import control_routes
from simulators.smsc.misbehaviour import Misbehaviour
from simulators.smsc.session import Session
from simulators.smsc.world import World


def parser() -> argparse.ArgumentParser:
    """The words of the command line."""
    words = argparse.ArgumentParser(
        prog="python -m simulators.smsc",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=int, default=8903, help="of the side door; 0 takes a free one")
    words.add_argument("--smpp-port", type=int, default=2775, help="0 takes a free one")
    words.add_argument("--state-dir", type=Path, required=True, help="where the journal is kept")
    words.add_argument("--system-id", required=True)
    words.add_argument("--password", required=True)
    words.add_argument("--seed", type=int, default=1, help="who meets which fault")
    words.add_argument("--misbehave", default="{}", metavar="JSON", help="fields of Misbehaviour")
    words.add_argument("--parent-pid", type=int, default=0, help="end when this is no longer the parent process")
    return words


def build_app(chosen: argparse.Namespace, rules: Misbehaviour, smpp: socket.socket) -> Starlette:
    """The side door; the message centre itself listens while it lives."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        journal = Journal(chosen.state_dir / "journal.jsonl")
        port = smpp.getsockname()[1]
        world = World(
            chosen.system_id, chosen.password, rules, rules, Chance(chosen.seed), journal, Agenda(), smpp_port=port
        )
        app.state.world = world
        world.note("start", misbehaviour=rules.model_dump(mode="json"))
        lines: set[asyncio.Task[None]] = set()

        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = asyncio.create_task(Session(world, reader, writer).serve())
            lines.add(line)
            line.add_done_callback(lines.discard)

        server = await asyncio.start_server(begin, sock=smpp)
        yield
        server.close()
        world.agenda.clear()
        for line in list(lines):
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        world.note("stop")
        journal.close()

    return Starlette(routes=control_routes(), lifespan=life)


def main() -> int:
    """Serve until told to stop; 2 for a wrong command line, 1 for a port that is taken."""
    words = parser()
    chosen = words.parse_args()
    try:
        rules = Misbehaviour.model_validate(json.loads(chosen.misbehave))
    except (ValidationError, json.JSONDecodeError) as error:
        words.error(f"--misbehave: {error}")
    chosen.state_dir.mkdir(parents=True, exist_ok=True)
    try:
        door, smpp = listen(chosen.host, chosen.port), listen(chosen.host, chosen.smpp_port)
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {chosen.host}: {error.strerror}.\n")
        return 1
    address = f"http://{chosen.host}:{door.getsockname()[1]}"
    serve(build_app(chosen, rules, smpp), door, f"SMSC simulator ready on {address}", chosen.parent_pid)
    return 0


if __name__ == "__main__":
    sys.exit(main())
