"""`manage.py agent_key`: an agent with its key, shown once."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.credentials import agent_for_key
from accounts.models import Agent
from audit.models import Entry
from tests.factories import PersonFactory, other_tenant, sam_lee

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    """What stands on standard output and on standard error."""
    out, told = StringIO(), StringIO()
    call_command("agent_key", *arguments, stdout=out, stderr=told)
    return out.getvalue(), told.getvalue()


def test_the_key_stands_alone_on_standard_output_and_opens_the_door() -> None:
    sam_lee()
    out, told = run(
        "Tea assistant", "--organisation=harbour-tea", "--owner=sam.lee", "--scope=whatsapp:*", "--toolset=read-only",
        "--people-per-day=500", "--money-per-day=12.50",
    )  # fmt: skip
    agent = agent_for_key(out.removesuffix("\n"), timezone.now())
    assert agent is not None
    assert (agent.name, agent.owner.username, agent.toolset) == ("Tea assistant", "sam.lee", "read-only")
    assert agent.scopes == ["whatsapp:preview", "whatsapp:read", "whatsapp:request", "whatsapp:serve"]
    assert (agent.people_per_day, agent.messages_per_day, str(agent.money_per_day)) == (500, 10_000, "12.50")
    assert out.strip() not in told
    assert agent.key_hash not in out + told
    entry = Entry.objects.get(action="agent.made")
    assert (entry.subject_id, entry.facts["scopes"]) == (str(agent.pk), agent.scopes)


def test_scopes_that_the_owners_role_lacks_are_pointed_out() -> None:
    sam_lee()
    _out, told = run("A", "--organisation=harbour-tea", "--owner=sam.lee", "--scope=sms:read", "--scope=pii:read")
    assert "Without effect, as the owner's role (Marketer) has not got them: pii:read." in told


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"--organisation": "nowhere"}, "--organisation: there is no 'nowhere'. There are: harbour-tea, peak-coffee"),
        ({"--owner": "li.po"}, "--owner: Harbour Tea has no active person 'li.po'"),
        ({"--scope": "requests:decide"}, "--scope: an agent has no 'requests:decide'."),
        ({"--toolset": "kitchen"}, "--toolset: there is no 'kitchen'. Use one of:"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(changed: dict[str, str], text: str) -> None:
    sam_lee()
    PersonFactory(organisation=other_tenant(), username="li.po")
    right = {"--organisation": "harbour-tea", "--owner": "sam.lee", "--scope": "whatsapp:read"}
    with pytest.raises(CommandError) as error:
        run("A", *(f"{name}={value}" for name, value in {**right, **changed}.items()))
    assert str(error.value).startswith(text)
    assert not Agent.objects.exists()
