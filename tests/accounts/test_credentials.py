"""An agent's key: shown once, kept as a hash, and good for nothing once the agent or its owner is gone."""

from datetime import timedelta

import pytest

from accounts.credentials import agent_for_key, create_agent, issue_key
from accounts.models import Agent
from tests.factories import NOON, harbour_tea, sam_lee

pytestmark = pytest.mark.django_db


def made() -> tuple[Agent, str]:
    return create_agent(harbour_tea(), sam_lee(), "Tea assistant", scopes=["whatsapp:read"])


def test_a_key_finds_its_agent_and_is_kept_nowhere() -> None:
    agent, key = made()
    assert agent_for_key(key, NOON) == agent
    row = Agent.objects.values().get()
    secret = key.split("_", 2)[2]
    assert secret not in str(row)
    assert len(row["key_hash"]) == 64


def test_two_keys_are_never_alike() -> None:
    assert len({issue_key()[0] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "spoil", [lambda key: key[:-1], lambda key: key + "x", lambda key: key.upper(), lambda key: ""]
)
def test_a_key_that_is_not_quite_right_finds_nobody(spoil: object) -> None:
    _agent, key = made()
    assert callable(spoil)
    assert agent_for_key(spoil(key), NOON) is None


def test_the_prefix_of_one_and_the_secret_of_another_find_nobody() -> None:
    (_one, first), (_two, second) = made(), made()
    mixed = "_".join([*first.split("_", 2)[:2], second.split("_", 2)[2]])
    assert agent_for_key(mixed, NOON) is None


def test_a_disabled_agent_and_one_whose_owner_has_left_are_unknown() -> None:
    agent, key = made()
    Agent.objects.update(disabled_at=NOON)
    assert agent_for_key(key, NOON) is None
    Agent.objects.update(disabled_at=None)
    assert agent_for_key(key, NOON) == agent
    sam = sam_lee()
    sam.is_active = False
    sam.save()
    assert agent_for_key(key, NOON) is None


def test_its_use_is_noted_every_five_minutes_and_not_every_call() -> None:
    _agent, key = made()
    for minutes, noted in ((0, 0), (4, 0), (6, 6)):
        agent_for_key(key, NOON + timedelta(minutes=minutes))
        assert Agent.objects.get().last_used_at == NOON + timedelta(minutes=noted)
