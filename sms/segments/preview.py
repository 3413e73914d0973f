"""Making the contract of a segment: whom the rule means today, who is left out by which reason, and the cost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from pydantic import Field

from accounts.budgets import Spend
from approvals.contracts import Answer, Ask, Contract
from approvals.reasons import Reason
from approvals.registry import Call
from approvals.versions import token_of
from messaging.audiences.makeup import makeup_of
from messaging.finding import find_own
from messaging.models import Channel, Segment, Verdict
from messaging.segments import describe, parse
from messaging.segments.contract import SegmentName, SegmentPurpose, SendCategory
from messaging.segments.keeping import keep_segment, segment_name_taken
from sms.models import SenderId
from sms.segments.rates import Rates, rates_of


class SegmentPreviewAsk(Ask):
    name: SegmentName
    rule: Annotated[
        str,
        Field(
            max_length=2000,
            description="Who is meant, for example: tag:tea and attribute.order_status = paid and"
            " last_outbound > 30 days. Fields: tag, country, language, attribute.<name>, crm_id, created, last_inbound,"
            " last_outbound, imported_from, consent:<category>. Everybody is only meant by the word everyone.",
        ),
    ]
    purpose: SegmentPurpose = ""
    category: Annotated[SendCategory, Field(description="Count who may get texts of this category.")] = "marketing"
    sender_id: Annotated[
        UUID | None,
        Field(
            description="Count by the ways and prices of this sender ID, of sms_marketing.sender_ids.list."
            " Default: wherever your gateways deliver, at their highest price."
        ),
    ] = None
    parts: Annotated[int, Field(ge=1, le=10, description="Parts that a text to them will take.")] = 1


class CountryPart(Contract):
    """The people of one country who may be written to."""

    country: Annotated[str, Field(description="ISO 3166 code, by the phone number.")]
    people: Annotated[int, Field(description="How many.")]
    price: Annotated[Decimal, Field(description="What a part costs there, on the dearest way.")]
    cost: Annotated[Decimal, Field(description="people times parts times price.")]


class SegmentPreview(Contract):
    name: Annotated[str, Field(description="Its name.")]
    rule: Annotated[str, Field(description="The rule in its canonical spelling: this and nothing wider is kept.")]
    purpose: Annotated[str, Field(description="What it is for.")]
    means_everyone: Annotated[bool, Field(description="Whether the rule says everyone.")]
    category: Annotated[str, Field(description="For which texts the people were counted.")]
    sender_id: Annotated[UUID | None, Field(description="By whose ways and prices; null for any gateway's.")]
    targeted: Annotated[int, Field(description="People the rule means: included plus all exclusions.")]
    included: Annotated[int, Field(description="People who may be written to.")]
    excluded: Annotated[
        dict[str, int],
        Field(description="Left out, by the first reason that holds: suppressed, no_consent, capped, duplicate, ..."),
    ]
    countries: Annotated[list[CountryPart], Field(description="Those who may be written to, by country.")]
    parts: Annotated[int, Field(description="Parts that were reckoned for a text.")]
    currency: Annotated[str, Field(description="ISO 4217 code of all amounts.")]
    estimate: Annotated[Decimal, Field(description="Estimate of one text to all of them. Charges may differ.")]

    def spend(self) -> Spend:
        """Policies on large and costly segments look at this. A segment sends nothing, so budgets do not."""
        return Spend(people=self.included, money=self.estimate)

    def sentence(self) -> str:
        return _("Segment “%(name)s”: %(rule)s") % {"name": self.name, "rule": self.rule}


class SegmentMade(Answer):
    segment_id: Annotated[UUID, Field(description="The segment: campaigns name it.")]
    version_token: Annotated[str, Field(description="Its version.")]


@dataclass(frozen=True, slots=True)
class _Reach:
    """Who may be written to by country, and who is left out by reason; together everybody the rule means."""

    by_country: Counter[str]
    excluded: Counter[Verdict]

    @property
    def included(self) -> int:
        return self.by_country.total()

    @property
    def targeted(self) -> int:
        return self.included + self.excluded.total()


def preview_segment(call: Call, ask: SegmentPreviewAsk) -> SegmentPreview:
    """Count whom the rule means now. Raises Refused for a rule that cannot be used."""
    rule = parse(ask.rule)
    spelled = describe(rule)
    rates = _rates(call, ask.sender_id)
    reach = _reach(call, spelled, ask.category, rates)
    countries = [_country(country, people, ask.parts, rates) for country, people in sorted(reach.by_country.items())]
    return SegmentPreview(
        **ask.model_dump(exclude={"rule"}),
        rule=spelled,
        means_everyone=rule.is_everyone,
        targeted=reach.targeted,
        included=reach.included,
        excluded={verdict.name.lower(): people for verdict, people in sorted(reach.excluded.items())},
        countries=countries,
        currency=rates.currency,
        estimate=sum((part.cost for part in countries), Decimal(0)),
    )


def _rates(call: Call, sender_id: UUID | None) -> Rates:
    where = "sms_marketing.sender_ids.list"
    identity = find_own(SenderId, sender_id, call.organisation, "sender_id", where) if sender_id else None
    return rates_of(call.organisation, identity, call.now.date())


def _reach(call: Call, rule: str, category: str, rates: Rates) -> _Reach:
    by_country: Counter[str] = Counter()
    excluded: Counter[Verdict] = Counter()
    for group in makeup_of(rule, call.organisation, Channel.SMS, category, call.now):
        if group.verdict is not Verdict.INCLUDED:
            excluded[group.verdict] += group.people
        elif group.country not in rates.amounts:
            excluded[Verdict.NO_ROUTE] += group.people
        else:
            by_country[group.country] += group.people
    return _Reach(by_country, excluded)


def _country(country: str, people: int, parts: int, rates: Rates) -> CountryPart:
    price = rates.amounts[country]
    return CountryPart(country=country, people=people, price=price, cost=price * people * parts)


@dataclass(frozen=True, slots=True)
class NameFree:
    """No other segment has taken the name."""

    def __call__(self, call: Call, contract: SegmentPreview) -> Iterator[Reason]:
        yield from segment_name_taken(call.organisation, contract.name, None)


@dataclass(frozen=True, slots=True)
class NotWider:
    """The rule means and reaches no more people than were shown: whoever agreed to so many did not agree to more."""

    def __call__(self, call: Call, contract: SegmentPreview) -> Iterator[Reason]:
        own = SenderId.objects.filter(organisation=call.organisation)
        identity = own.filter(pk=contract.sender_id).first() if contract.sender_id else None
        if contract.sender_id is not None and identity is None:
            yield Reason("sender_id_not_found", gettext_lazy("The sender ID of the preview is gone."),
                         gettext_lazy("Make a new preview."), "segment_preview_id")  # fmt: skip
            return
        rates = rates_of(call.organisation, identity, call.now.date())
        now = _reach(call, contract.rule, contract.category, rates)
        if now.targeted > contract.targeted or now.included > contract.included:
            told = ngettext_lazy(
                "The rule reaches %(now)d person now; before: %(then)d.",
                "The rule reaches %(now)d people now; before: %(then)d.",
                "now",
            )
            yield Reason("segment_grew", told % {"now": now.included, "then": contract.included},
                         gettext_lazy("Make a new preview and look at it again."), "segment_preview_id")  # fmt: skip


def make_segment(call: Call, contract: SegmentPreview) -> SegmentMade:
    """Keep exactly the rule that was previewed. Opt-outs, consent and caps are asked anew whenever it is used."""
    segment = Segment(
        organisation=call.organisation, name=contract.name, rule=contract.rule, purpose=contract.purpose,
        is_everyone=contract.means_everyone, version=0, created_at=call.now,
    )  # fmt: skip
    keep_segment(call, segment)
    return SegmentMade(segment_id=segment.pk, version_token=token_of(segment))
