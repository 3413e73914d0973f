"""An agent's key: `cs_<prefix>_<secret>`, shown once, kept as a SHA-256 hash (the secret has 256 random bits)."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Agent, Organisation, Person

_SHAPE = re.compile(r"cs_([0-9a-f]{1,16})_[\w-]{1,200}", re.ASCII)
_USE_IS_NOTED_EVERY = timedelta(minutes=5)


def issue_key() -> tuple[str, str, str]:
    """A new key as (the key itself, its prefix, its hash). Only the last two may be stored."""
    prefix = secrets.token_hex(5)
    key = f"cs_{prefix}_{secrets.token_urlsafe(32)}"
    return key, prefix, _digest(key)


def create_agent(organisation: Organisation, owner: Person, name: str, **fields: Any) -> tuple[Agent, str]:
    """A new agent and its key, which nobody can read again."""
    key, prefix, digest = issue_key()
    agent = Agent(organisation=organisation, owner=owner, name=name, key_prefix=prefix, key_hash=digest, **fields)
    agent.full_clean(exclude=("key_prefix", "key_hash"))
    agent.save()
    return agent, key


def agent_for_key(key: str, now: datetime) -> Agent | None:
    """The enabled agent of a key whose owner is still active, or None: unknown, wrong and disabled answer alike."""
    shape = _SHAPE.fullmatch(key)
    if shape is None:
        return None
    agent = Agent.objects.select_related("organisation", "owner").filter(key_prefix=shape[1]).first()
    if agent is None or not secrets.compare_digest(agent.key_hash, _digest(key)):
        return None
    if agent.disabled_at or not agent.owner.is_active:
        return None
    if agent.last_used_at is None or agent.last_used_at < now - _USE_IS_NOTED_EVERY:
        Agent.objects.filter(pk=agent.pk).update(last_used_at=now)
    return agent


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
