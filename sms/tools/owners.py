"""sms_marketing.owners.list and sms_marketing.review_notification.send."""

from typing import Annotated
from uuid import UUID

from django.db import transaction
from pydantic import Field

from accounts.models import Agent, Person
from accounts.roles import DECIDE, PERSONAL_DATA, SCOPES_OF_ROLE, Role
from approvals.contracts import Answer
from approvals.floors import When
from approvals.masking import Personal
from approvals.registry import Call, Kind, registry, tool
from messaging.paging import PageAnswer, PageAsk, page
from sms.models import ReviewNotice
from sms.notices import writing
from sms.notices.tasks import mail
from sms.notices.writing import NoticeContract, Notified, StillTheRightPeople, is_to_many, problem_with


class OwnersAsk(PageAsk):
    role: Annotated[Role | None, Field(description="Only people of this role.")] = None


class OwnerRow(Answer):
    owner_id: Annotated[UUID, Field(description="The person's id.")]
    name: Annotated[str, Personal("name"), Field(description="What they are called.")]
    role: Annotated[str, Field(description="admin, compliance, marketer, support or viewer.")]
    may_ask: Annotated[list[str], Field(description="Writes of SMS that they may ask for.")]
    decides: Annotated[bool, Field(description="Whether they decide requests, of others and never their own.")]
    sees_personal_data: Annotated[bool, Field(description="Whether they see phone numbers.")]
    may_notify: Annotated[list[str], Field(description="Topics of review_notification.send that they may be told of.")]
    agents: Annotated[list[str], Field(description="Their agents that are not disabled.")]


class OwnersPage(PageAnswer):
    owners: Annotated[list[OwnerRow], Field(description="The newest first.")]


@tool(
    "sms_marketing.owners.list",
    kind=Kind.READ,
    scope="sms:read",
    reads_first=("sms_marketing.config.get",),
    safety="Whoever lacks a right here is not given the task: sending, resending, codes and sender IDs go to who may.",
)
def list_owners(call: Call, ask: OwnersAsk) -> OwnersPage:
    """List the active people of the organisation with their role, what they may ask for, decide and be told of."""
    people = Person.objects.filter(organisation=call.organisation, is_active=True)
    if ask.role is not None:
        people = people.filter(role=ask.role)
    rows, cursor = page(people, ask, by="date_joined")
    agents: dict[UUID, list[str]] = {}
    for owner, name in (
        Agent.objects.filter(owner__in=rows, disabled_at=None).order_by("name").values_list("owner", "name")
    ):
        agents.setdefault(owner, []).append(name)
    return OwnersPage(owners=[_owner(person, agents.get(person.pk, [])) for person in rows], next_cursor=cursor)


def _owner(person: Person, agents: list[str]) -> OwnerRow:
    scopes = SCOPES_OF_ROLE[Role(person.role)]
    writes = [one for one in registry if one.family == "sms_marketing" and one.kind is Kind.WRITE]
    return OwnerRow(
        owner_id=person.pk,
        name=str(person),
        role=person.role,
        may_ask=[one.name for one in writes if one.scope in scopes],
        decides=DECIDE in scopes,
        sees_personal_data=PERSONAL_DATA in scopes,
        may_notify=[topic for topic in ReviewNotice.Topic.values if not problem_with(person, topic)],
        agents=agents,
    )


@tool(
    "sms_marketing.review_notification.send",
    kind=Kind.WRITE,
    scope="sms:request",
    reads_first=("sms_marketing.owners.list", "sms_marketing.campaigns.get", "sms_marketing.campaign_reports.get"),
    plan=writing.plan,
    approval=When(is_to_many),
    guards=(StillTheRightPeople(),),
    spends=False,
    safety="Only people of the organisation with the right to it; a summary and sums, never phone numbers or lists.",
)
def send_review_notification(call: Call, contract: NoticeContract) -> Notified:
    """Mail owners that something wants review: a campaign, a send, costs, opt-outs, failures or its return."""
    answer = writing.write(call, contract)
    transaction.on_commit(mail.delay, robust=True)
    return answer
