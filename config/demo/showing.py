"""One showing of the demo, from migrations to the closing, and the desk left open afterwards."""

import logging
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import requests
from django.core.management import call_command
from django.utils import timezone

from config.demo import closing, inbox_closing, sms_closing, story_broadcast, story_inbox, story_sms
from config.demo.agent_client import AgentClient, ToolRefused
from config.demo.desk_client import DeskClient, DeskRefused
from config.demo.house import SMS_MISBEHAVIOUR, open_house
from config.demo.inbox_seeding import seed_inbox
from config.demo.make_contacts import CONTACTS
from config.demo.processes import ProcessTrouble
from config.demo.seeding import PASSWORD, PEOPLE, Cast, seed
from config.demo.sms_seeding import accounts_at_simulator, seed_sms, simulator_folder
from config.demo.stage import Stage, StoryBroke
from config.demo.telling import Telling
from simulators.process import SimulatorFailed, SmsSimulator

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


def play_broadcast(stage: Stage, stack: ExitStack) -> tuple[bool, str]:
    """Play and close the WhatsApp story. Whether the sums close, and the page of what waits afterwards."""
    played = story_broadcast.play(stage)
    holds = closing.close(stage, played)
    return holds, "" if stage.is_only_once else story_broadcast.ask_for_another(stage, played.contract)


def play_campaign(stage: Stage, stack: ExitStack) -> tuple[bool, str]:
    """Play and close the SMS story; its gateways are up for that long."""
    folder = simulator_folder(stage.folder)
    simulator = stack.enter_context(
        SmsSimulator(folder, accounts=accounts_at_simulator(), misbehaviour=SMS_MISBEHAVIOUR)
    )
    cast = seed_sms(stage.cast, simulator.base_url, timezone.now())
    stage.tell.done(f"Two pretend gateways carry {cast.identity.value}", f"{cast.first.kind}, then {cast.second.kind}")
    return sms_closing.close_sms(stage, story_sms.play_sms(stage, cast, simulator)), ""


def play_conversations(stage: Stage, stack: ExitStack) -> tuple[bool, str]:
    """Play and close the story of the inbox."""
    cast = seed_inbox(stage.cast, stage.house, stage.folder, timezone.now())
    counter = replace(stage, agent=stack.enter_context(AgentClient(stage.house.mcp, cast.agent_key)))
    played = story_inbox.play_inbox(stage, counter, cast)
    return inbox_closing.close_inbox(stage, played.began, played.journal_from), ""


def play_all(stage: Stage, stack: ExitStack) -> tuple[bool, str]:
    """One story after the other, in the same house."""
    written, waiting = play_broadcast(stage, stack)
    texted, _nothing = play_campaign(stage, stack)
    answered, _nothing = play_conversations(stage, stack)
    return written and texted and answered, waiting


STORIES = {"all": play_all, "broadcast": play_broadcast, "sms": play_campaign, "inbox": play_conversations}


def show(
    *, once: bool, story: str, contacts: Path | None, folder: Path, due_in: float, per_second: int, any_port: bool
) -> bool:
    """Play a story. Returns whether its sums close; without `once` only after Ctrl-C."""
    tell, began, folder = Telling(), time.monotonic(), folder.resolve()
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells every request
    cast = prepare(tell, folder, per_second)
    with ExitStack() as stack:
        with tell.busy("Starting the processes"):
            house = stack.enter_context(open_house(cast, folder, any_port=any_port))
        logs = _short(folder / "logs")
        tell.done("Web, two workers, beat, MCP server and a pretend WhatsApp are up as processes", f"logs in {logs}")
        agent = stack.enter_context(AgentClient(house.mcp, cast.agent_key))
        officer = DeskClient(house.desk, "mei.chan", PASSWORD)
        officer.sign_in()
        tools = len(agent.tools())
        tell.done(f"Sam Lee's agent is connected over MCP and sees {tools} tools; none of them approves")
        stage = Stage(cast, house, agent, officer, tell, folder, contacts or CONTACTS, due_in, once)
        holds, waiting = STORIES[story](stage, stack)
        verdict = "[bold green]The sums close.[/]" if holds else "[bold red]The sums do not close.[/]"
        tell.say()
        tell.say(f"{verdict} [dim]{time.monotonic() - began:.0f} seconds in all.[/dim]")
        if not once:
            leave_open(stage, waiting)
    return holds


def prepare(tell: Telling, folder: Path, per_second: int) -> Cast:
    """The database as it must be, with everybody in it."""
    tell.console.print()
    tell.say("[bold]Countersign[/bold]  [dim]nothing leaves without a countersignature[/dim]")
    tell.chapter("0  The house")
    folder.mkdir(parents=True, exist_ok=True)
    with tell.busy("Bringing the database up to date"):
        call_command("migrate", verbosity=0)
        cast = seed(folder, per_second, timezone.now())
    tell.done(f"Database migrated; {cast.organisation} has {len(cast.people)} people, one agent, one WhatsApp number")
    return cast


def leave_open(stage: Stage, waiting: str) -> None:
    """Say where everything is and wait for Ctrl-C. `waiting` is the page of a request that waits for a decision."""
    tell, house, export = stage.tell, stage.house, _short(stage.folder / "audit.jsonl")
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
    tell.say(f"Password of all: [bold]{PASSWORD}[/bold]   The agent's key: [bold]{stage.cast.agent_key}[/bold]")
    tell.say()
    tell.say("Try next:")
    second = [f"The agent asks for a second tasting. Sign in as mei.chan and decide: {waiting}"] if waiting else []
    for wish in (
        *second,
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
