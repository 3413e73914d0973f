"""`manage.py agent_key`: make an agent and print its key, which nobody can read again."""

from argparse import ArgumentParser
from decimal import Decimal
from fnmatch import filter as matching
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.credentials import create_agent
from accounts.models import Agent, Organisation, Person
from accounts.roles import AGENT_SCOPES, SCOPES_OF_ROLE, Role
from approvals.toolsets import toolsets
from audit.record import record


class Command(BaseCommand):
    help = "Make an agent and print its key once, alone on standard output."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="how people will know it, e.g. “Campaign assistant”")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--owner", required=True, metavar="USERNAME", help="the person who answers for it")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            metavar="SCOPE",
            help=f"repeat it, or use a pattern like 'whatsapp:*'. There are: {', '.join(sorted(AGENT_SCOPES))}",
        )
        parser.add_argument("--toolset", default="", help=f"a smaller surface: {', '.join(toolsets())}")
        parser.add_argument("--people-per-day", type=int)
        parser.add_argument("--messages-per-day", type=int)
        parser.add_argument("--unapproved-people", type=int, help="to so many a day it may say the same by itself")
        parser.add_argument("--money-per-day", type=Decimal, help="in the organisation's currency")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation, owner = _found(options["organisation"], options["owner"])
        scopes = _scopes(options["scope"])
        if options["toolset"] and options["toolset"] not in toolsets():
            raise CommandError(f"--toolset: there is no {options['toolset']!r}. Use one of: {', '.join(toolsets())}")
        limits = {
            name: options[name]
            for name in ("people_per_day", "messages_per_day", "money_per_day", "unapproved_people")
            if options[name] is not None
        }
        agent, key = _made(organisation, owner, options["name"], scopes=scopes, toolset=options["toolset"], **limits)
        self._explain(agent)
        self.stdout.write(key)

    def _explain(self, agent: Agent) -> None:
        """To standard error, so that `KEY=$(manage.py agent_key ...)` takes the key alone."""
        self.stderr.write(f"Agent {agent.name!r} of {agent.owner.username} may: {', '.join(agent.scopes)}.")
        asleep = sorted(set(agent.scopes) - SCOPES_OF_ROLE[Role(agent.owner.role)])
        if asleep:
            role = Role(agent.owner.role).label
            self.stderr.write(f"Without effect, as the owner's role ({role}) has not got them: {', '.join(asleep)}.")
        self.stderr.write("Keep the key now; it is stored as a hash and cannot be shown again.")


def _found(slug: str, username: str) -> tuple[Organisation, Person]:
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"--organisation: there is no {slug!r}. There are: {known}")
    owner = organisation.people.filter(username=username, is_active=True).first()
    if owner is None:
        raise CommandError(f"--owner: {organisation.name} has no active person {username!r}")
    return organisation, owner


def _scopes(asked: list[str]) -> list[str]:
    """The scopes that the patterns stand for."""
    found: set[str] = set()
    for pattern in asked:
        fits = matching(sorted(AGENT_SCOPES), pattern)
        if not fits:
            raise CommandError(f"--scope: an agent has no {pattern!r}. There are: {', '.join(sorted(AGENT_SCOPES))}")
        found.update(fits)
    return sorted(found)


def _made(organisation: Organisation, owner: Person, name: str, **fields: Any) -> tuple[Agent, str]:
    try:
        with transaction.atomic():
            agent, key = create_agent(organisation, owner, name, **fields)
            by = Actor.system(organisation, "command line")
            record("agent.made", agent, by, now=timezone.now(), owner=str(owner.pk), scopes=agent.scopes)
    except ValidationError as error:
        raise CommandError("; ".join(error.messages)) from None
    return agent, key
