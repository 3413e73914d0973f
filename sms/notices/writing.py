"""From a wish to notify somebody to rows that wait for the mail server: who may be told, and the little they learn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from accounts.budgets import Spend
from accounts.models import Organisation, Person
from accounts.roles import DECIDE, SCOPES_OF_ROLE, Role
from approvals.contracts import Answer, Ask, Contract
from approvals.numerals import number
from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from audit.facts import masked
from audit.record import record
from messaging.finding import find_own
from sms.campaigns.report import report_of
from sms.models import Campaign, ReviewNotice

OWNERS = "sms_marketing.owners.list"
# More people than this are not told without a person having looked at it.
MANY = 5
# What somebody must be allowed, to be the right person for a topic.
_NEEDED = {ReviewNotice.Topic.REVIEW: DECIDE, ReviewNotice.Topic.SENDING: DECIDE}


class NoticeAsk(Ask):
    topic: Annotated[
        Literal["review", "sending", "cost", "opt_outs", "failures", "return"],
        Field(description="What they should look at; review and sending go to people who decide."),
    ]
    owner_ids: Annotated[
        list[UUID], Field(min_length=1, max_length=20, description="Whom to tell: ids of sms_marketing.owners.list.")
    ]
    campaign_id: Annotated[
        UUID | None, Field(description="Which campaign it is about: an id of sms_marketing.campaigns.list.")
    ] = None
    summary: Annotated[
        str, Field(min_length=10, max_length=500, description="What it is about, without anybody's personal data.")
    ]


class NoticeContract(Contract):
    topic: Annotated[str, Field(description="What they should look at.")]
    owner_ids: Annotated[list[UUID], Field(description="Who gets a mail: people of this organisation.")]
    campaign_id: Annotated[UUID | None, Field(description="Which campaign it is about.")]
    subject: Annotated[str, Field(description="The mail's subject.")]
    body: Annotated[str, Field(description="The mail's text, byte for byte.")]

    def spend(self) -> Spend:
        """Policies on many people look at this."""
        return Spend(people=len(self.owner_ids))

    def sentence(self) -> str:
        people = len(self.owner_ids)
        words = ngettext("Mail to %(people)s person: %(subject)s", "Mail to %(people)s people: %(subject)s", people)
        return words % {"people": number(people), "subject": self.subject}


class Notified(Answer):
    people: Annotated[int, Field(description="How many mails wait for the mail server.")]


@dataclass(frozen=True, slots=True)
class StillTheRightPeople:
    """Everybody is still in the organisation, active, and allowed what the topic needs."""

    def __call__(self, call: Call, contract: NoticeContract) -> Iterator[Reason]:
        found = _people(call.organisation, contract.owner_ids)
        if any(problem_with(person, contract.topic) for person in found) or len(found) != len(contract.owner_ids):
            yield Reason("wrong_recipient", _("Somebody is not the right person for this any more."),
                         _("Read the owners again."), "owner_ids")  # fmt: skip


def is_to_many(contract: NoticeContract) -> bool:
    return len(contract.owner_ids) > MANY


def scope_for(topic: str) -> str:
    return _NEEDED.get(ReviewNotice.Topic(topic), "sms:request")


def problem_with(person: Person, topic: str) -> str:
    """Why this person is not told about that; empty when they may be."""
    if not person.is_active:
        return "inactive"
    if scope_for(topic) not in SCOPES_OF_ROLE[Role(person.role)]:
        return "not_their_business"
    return "" if person.email else "no_address"


def plan(call: Call, ask: NoticeAsk) -> NoticeContract:
    """The mail as it would go out. Raises Refused for somebody who has nothing to do with it, and for personal data."""
    keys = list(dict.fromkeys(ask.owner_ids))
    found = {person.pk: person for person in _people(call.organisation, keys)}
    if len(found) != len(keys):
        raise Refused(Reason("person_not_found", _("There is no such person in your organisation."),
                             _("Use an id of %s.") % OWNERS, "owner_ids"))  # fmt: skip
    refuse_if_any(_reasons(ask, [found[key] for key in keys]))
    campaign = None
    if ask.campaign_id is not None:
        campaign = find_own(Campaign, ask.campaign_id, call.organisation, "campaign_id", "sms_marketing.campaigns.list")
    with translation.override(_language_of(call.organisation)):
        subject, body = _words(call.organisation, ask, campaign)
    return NoticeContract(
        topic=ask.topic, owner_ids=keys, campaign_id=ask.campaign_id, subject=subject[:300], body=body
    )


def _people(organisation: Organisation, keys: Sequence[UUID]) -> list[Person]:
    return list(Person.objects.filter(organisation=organisation, pk__in=keys))


def _reasons(ask: NoticeAsk, people: Sequence[Person]) -> Iterator[Reason]:
    if any(problem_with(person, ask.topic) for person in people):
        yield Reason("wrong_recipient", _("Somebody named has no right to this, no address, or is not active."),
                     _("Choose owners who may_notify for this topic."), "owner_ids")  # fmt: skip
    if masked(ask.summary) != ask.summary:
        yield Reason("personal_data", _("The summary holds what looks like a phone number, an address or a key."),
                     _("Say how many and which campaign; people look the rest up at the desk."), "summary")  # fmt: skip


def _language_of(organisation: Organisation) -> str:
    """The organisation's language, if we speak it."""
    try:
        return translation.get_supported_language_variant(organisation.locale.replace("_", "-").lower())
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def _words(organisation: Organisation, ask: NoticeAsk, campaign: Campaign | None) -> tuple[str, str]:
    """Subject and text: the summary, numbers of the campaign, and where to look. Nobody's number, nobody's name."""
    topic = str(ReviewNotice.Topic(ask.topic).label)
    name = masked(campaign.name) if campaign is not None else ""
    lines = [ask.summary, ""]
    if campaign is not None:
        lines += [gettext("Campaign: %s") % name, *_numbers(campaign), ""]
    lines += [f"{settings.PUBLIC_URL.rstrip('/')}{reverse('admin:index')}", organisation.name]
    subject = " · ".join(filter(None, (topic, name)))
    return " ".join(subject.split()), "\n".join(lines)


def _numbers(campaign: Campaign) -> list[str]:
    if campaign.send is None:
        return []
    told = report_of(campaign.send)
    return [
        gettext("People: %(targeted)d. Delivered: %(delivered)d. Failed: %(failed)d. Left out: %(excluded)d.")
        % {
            "targeted": told.numbers.targeted, "delivered": told.confirmed.delivered, "failed": told.confirmed.failed,
            "excluded": told.confirmed.excluded,
        }
    ]  # fmt: skip


def write(call: Call, contract: NoticeContract) -> Notified:
    """Keep a row for each mail; they go out after the commit, by `sms.notices.mailing`."""
    assert call.request is not None
    people = _people(call.organisation, contract.owner_ids)
    ReviewNotice.objects.bulk_create(
        ReviewNotice(
            organisation=call.organisation, request=call.request, recipient=person, topic=contract.topic,
            subject=contract.subject, body=contract.body, created_at=call.now,
        )
        for person in people
    )  # fmt: skip
    record("sms.notices_written", call.request, call.actor, now=call.now, request_id=call.request.pk,
           people=len(people), topic=contract.topic)  # fmt: skip
    return Notified(people=len(people))
