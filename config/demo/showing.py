"""One showing of the demo, from migrations to the closing, and the desk left open afterwards."""

import logging
import time
from pathlib import Path

import requests
from django.core.management import call_command
from django.utils import timezone

from config.demo import closing, story_broadcast
from config.demo.agent_client import AgentClient, ToolRefused
from config.demo.desk_client import DeskClient, DeskRefused
from config.demo.house import House, open_house
from config.demo.make_contacts import CONTACTS
from config.demo.processes import ProcessTrouble
from config.demo.seeding import PASSWORD, PEOPLE, Cast, seed
from config.demo.stage import Stage, StoryBroke
from config.demo.telling import Telling
from simulators.process import SimulatorFailed

WISHES = ("once", "story", "contacts", "folder", "due_in", "per_second", "any_port")
TROUBLES = (
    StoryBroke,
    ToolRefused,
    DeskRefused,
    ProcessTrouble,
    SimulatorFailed,
    TimeoutError,
    requests.RequestException,
)
STORIES = {"broadcast": story_broadcast.play}


def show(
    *, once: bool, story: str, contacts: Path | None, folder: Path, due_in: float, per_second: int, any_port: bool
) -> bool:
    """Play a story. Returns whether its sums close; without `once` only after Ctrl-C."""
    tell, began = Telling(), time.monotonic()
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells every request
    tell.console.print()
    tell.say("[bold]Countersign[/bold]  [dim]nothing leaves without a countersignature[/dim]")
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tell.chapter("0  The house")
    call_command("migrate", verbosity=0)
    cast = seed(folder, per_second, timezone.now())
    tell.done(f"Database migrated; {cast.organisation} has {len(cast.people)} people, one agent, one WhatsApp number")
    with open_house(cast, folder, any_port=any_port) as house:
        logs = _short(folder / "logs")
        tell.done("Web, two workers, beat, MCP server and a pretend WhatsApp are up as processes", f"logs in {logs}")
        with AgentClient(house.mcp, cast.agent_key) as agent:
            officer = DeskClient(house.desk, "mei.chan", PASSWORD)
            officer.sign_in()
            tell.done(
                f"Sam Lee's agent is connected over MCP and sees {len(agent.tools())} tools; none of them approves"
            )
            stage = Stage(cast, house, agent, officer, tell, folder, contacts or CONTACTS, due_in)
            played = STORIES[story](stage)
            holds = closing.close(stage, played)
            waiting = "" if once else story_broadcast.ask_for_another(stage, played.contract)
        tell.say()
        verdict = "[bold green]The sums close.[/]" if holds else "[bold red]The sums do not close.[/]"
        tell.say(f"{verdict} [dim]{time.monotonic() - began:.0f} seconds in all.[/dim]")
        if not once:
            leave_open(tell, house, cast, waiting, _short(folder / "audit.jsonl"))
    return holds


def leave_open(tell: Telling, house: House, cast: Cast, waiting: str, export: Path) -> None:
    """Say where everything is and wait for Ctrl-C."""
    tell.chapter("The desk is open")
    tell.numbers(
        [
            ("[bold]Desk[/bold]", "", f"{house.desk}/desk/"),
            ("API", "", f"{house.desk}/api/docs"),
            ("MCP", "", f"{house.mcp}/mcp"),
        ]
    )
    names = ", ".join(f"{username} ({role.label})" for username, _, _, role in PEOPLE)
    tell.say(f"Sign in as {names}.")
    tell.say(f"Password of all: [bold]{PASSWORD}[/bold]   The agent's key: [bold]{cast.agent_key}[/bold]")
    tell.say()
    tell.say("Try next:")
    for wish in (
        f"The agent asks for a second tasting. Sign in as mei.chan and decide: {waiting}",
        "Open the first broadcast: its report, and what became of each person's message.",
        "Connect an MCP client with the key (README, “Connect an MCP client”) and ask it to plan a broadcast.",
        f"Change a letter in {export}, then: python audit/verify.py {export}",
        "Run make demo once more: the same people, everybody known already.",
    ):
        tell.say(f"  · {wish}")
    tell.say()
    tell.say("[dim]Ctrl-C stops everything. The data stays in .data; make clean removes it.[/dim]")
    try:
        while True:
            house.processes.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        tell.say("Stopping…")


def _short(path: Path) -> Path:
    """As seen from here, where that is shorter."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
