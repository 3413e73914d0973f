"""Harbour Tea as the demo seeds it: once, found again, and never on somebody else's database."""

from pathlib import Path

import pytest
from django.core.management import CommandError

from accounts.credentials import agent_for_key
from accounts.models import Agent, Organisation, Person
from approvals.defaults import DEFAULTS
from approvals.models import Policy
from config.demo.seeding import PASSWORD, seed
from messaging.models import MessagingRules, Price, Sender
from messaging.quiet_hours import quiet_until
from tests.factories import NOON, other_tenant

pytestmark = pytest.mark.django_db


def test_the_cast_can_play_its_parts(tmp_path: Path) -> None:
    cast = seed(tmp_path, 150, NOON)
    assert sorted((one.username, one.role) for one in cast.people.values()) == [
        ("ada.wong", "admin"),
        ("ivy.tam", "support"),
        ("ken.ho", "support"),
        ("mei.chan", "compliance"),
        ("sam.lee", "marketer"),
        ("vera.ng", "viewer"),
    ]
    assert cast.people["mei.chan"].check_password(PASSWORD)
    assert agent_for_key(cast.agent_key, NOON) == cast.agent
    assert cast.agent.owner.username == "sam.lee"
    assert (tmp_path / "agent.key").stat().st_mode & 0o777 == 0o600
    assert cast.sender.per_second == 150
    assert cast.account.access_token.startswith("EAA")


def test_it_plays_at_any_hour_and_on_any_day(tmp_path: Path) -> None:
    cast = seed(tmp_path, 150, NOON)
    rules = MessagingRules.objects.get(organisation=cast.organisation)
    assert all(quiet_until(rules, "Asia/Hong_Kong", NOON.replace(hour=hour)) is None for hour in range(24))
    assert Price.objects.filter(market="HK", category="marketing", effective_from__lte=NOON.date()).exists()


def test_a_second_seeding_finds_everything_and_keeps_the_agents_key(tmp_path: Path) -> None:
    first, second = seed(tmp_path, 150, NOON), seed(tmp_path, 150, NOON)
    assert (first.agent_key, first.account.app_secret) == (second.agent_key, second.account.app_secret)
    assert (Organisation.objects.count(), Person.objects.count(), Agent.objects.count()) == (1, 6, 1)
    assert (Sender.objects.count(), Policy.objects.count()) == (1, len(DEFAULTS))


def test_a_key_that_was_replaced_at_the_desk_gets_a_successor(tmp_path: Path) -> None:
    first = seed(tmp_path, 150, NOON)
    Agent.objects.update(key_hash="0" * 64)
    second = seed(tmp_path, 150, NOON)
    assert second.agent_key != first.agent_key
    assert (tmp_path / "agent.key").read_text().strip() == second.agent_key
    assert Agent.objects.count() == 1


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    other_tenant()
    with pytest.raises(CommandError, match="belongs to Peak Coffee"):
        seed(tmp_path, 150, NOON)
    assert not Person.objects.exists()
