"""Harbour Tea: the organisation, the people, the agent and the number that the demo plays with. Found again if kept."""

import os
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from accounts.actor import Actor
from accounts.credentials import agent_for_key, create_agent, issue_key
from accounts.models import Agent, Organisation, Person
from accounts.roles import AGENT_SCOPES, Role
from approvals.defaults import default_policies
from audit.record import record
from messaging.models import MessagingRules, Price, Sender, WhatsAppAccount
from messaging.pricing.loading import load_rate_card
from messaging.pricing.rate_cards import SHIPPED_CARD, read_rate_card

SLUG = "harbour-tea"
PASSWORD = "steeped-4-minutes"
PHONE_NUMBER_ID, WABA_ID, NUMBER = "555001", "100200300400", "+85258010001"
AGENT_NAME = "Tea assistant"
PEOPLE = (
    ("mei.chan", "Mei", "Chan", Role.COMPLIANCE),
    ("sam.lee", "Sam", "Lee", Role.MARKETER),
    ("ada.wong", "Ada", "Wong", Role.ADMIN),
    ("ken.ho", "Ken", "Ho", Role.SUPPORT),
    ("ivy.tam", "Ivy", "Tam", Role.SUPPORT),
    ("vera.ng", "Vera", "Ng", Role.VIEWER),
)
# What the demo's organisation allows itself: it must play at any hour, and a second time on the same day.
RULES: dict[str, Any] = {"quiet_from": time(0), "quiet_until": time(0), "marketing_cap": 50}
BUDGET = {"people_per_day": 200_000, "messages_per_day": 200_000, "money_per_day": Decimal(20_000)}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and everything the stories need."""

    organisation: Organisation
    people: dict[str, Person]
    agent: Agent
    agent_key: str
    account: WhatsAppAccount
    sender: Sender


def seed(folder: Path, per_second: int, now: datetime) -> Cast:
    """Make or find the cast. `folder` keeps the agent's key; `per_second` is what the number may carry.

    Raises CommandError on a database that holds other organisations: the demo's passwords are known to everybody.
    """
    if others := Organisation.objects.exclude(slug=SLUG).values_list("name", flat=True).first():
        raise CommandError(f"This database belongs to {others}. Give the demo a database of its own (DATABASE_URL).")
    with transaction.atomic():
        organisation, _ = Organisation.objects.get_or_create(slug=SLUG, defaults={"name": "Harbour Tea"})
        people = {username: _person(organisation, username, *facts) for username, *facts in PEOPLE}
        MessagingRules.objects.update_or_create(organisation=organisation, defaults=RULES)
        default_policies(organisation)
        _prices(now.date())
        account = _account(organisation)
        agent, key = find_agent(people["sam.lee"], folder / "agent.key", now)
    return Cast(organisation, people, agent, key, account, _sender(organisation, account, per_second))


def _person(organisation: Organisation, username: str, first: str, last: str, role: str) -> Person:
    names = {"first_name": first, "last_name": last, "email": f"{username}@harbour-tea.example"}
    person, _ = Person.objects.update_or_create(
        username=username,
        defaults={**names, "organisation": organisation, "role": role, "is_staff": True, "is_active": True},
    )
    if not person.check_password(PASSWORD):
        person.set_password(PASSWORD)
        person.save(update_fields=("password",))
    return person


def _prices(today: date) -> None:
    """The shipped card. On a machine whose clock runs before it, the same prices count from today on."""
    if Price.objects.filter(effective_from__lte=today).exists():
        return
    rates = [replace(rate, effective_from=min(today, rate.effective_from)) for rate in read_rate_card(SHIPPED_CARD)]
    load_rate_card(rates, f"{SHIPPED_CARD.name}, dated for the demo")


def _account(organisation: Organisation) -> WhatsAppAccount:
    """The account at the simulator; its secrets are drawn once and kept, as real ones are."""
    account, _ = WhatsAppAccount.objects.get_or_create(
        waba_id=WABA_ID,
        defaults={
            "organisation": organisation,
            "name": "Harbour Tea (simulated)",
            "access_token": f"EAA{secrets.token_hex(24)}",
            "app_secret": secrets.token_hex(16),
            "verify_token": secrets.token_urlsafe(16),
        },
    )
    return WhatsAppAccount.objects.get(pk=account.pk)


def _sender(organisation: Organisation, account: WhatsAppAccount, per_second: int) -> Sender:
    """The number, healthy again: a story may have left it paused."""
    sender, _ = Sender.objects.update_or_create(
        carrier="whatsapp",
        provider_ref=PHONE_NUMBER_ID,
        defaults={
            "organisation": organisation,
            "account": account,
            "number": NUMBER,
            "display_name": "Harbour Tea",
            "status": "CONNECTED",
            "quality": Sender.Quality.GREEN,
            "tier": "TIER_100K",
            "per_second": per_second,
            "paused_at": None,
            "pause_reason": "",
        },
    )
    return sender


def find_agent(
    owner: Person, kept: Path, now: datetime, *, name: str = AGENT_NAME, scopes: frozenset[str] = AGENT_SCOPES
) -> tuple[Agent, str]:
    """Somebody's agent and its key: the one kept on this machine while it works, so that connected clients go on."""
    key = kept.read_text().strip() if kept.exists() else ""
    agent = agent_for_key(key, now) if key else None
    if agent is None or agent.organisation_id != owner.organisation_id:
        agent, key = _agent_with_new_key(owner, name, scopes, now)
        _keep(kept, key)
    return agent, key


def _agent_with_new_key(owner: Person, name: str, scopes: frozenset[str], now: datetime) -> tuple[Agent, str]:
    where = owner.organisation
    assert where is not None
    agent = Agent.objects.filter(organisation=where, name=name).first()
    if agent is None:
        agent, key = create_agent(where, owner, name, scopes=sorted(scopes), **BUDGET)
    else:
        key, agent.key_prefix, agent.key_hash = issue_key()
        agent.disabled_at = None
        agent.save(update_fields=("key_prefix", "key_hash", "disabled_at"))
    by = Actor.system(where, "demo")
    record("agent.made", agent, by, now=now, owner=str(owner.pk), scopes=agent.scopes)
    return agent, key


def _keep(path: Path, key: str) -> None:
    """Readable to us alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key + "\n")
