"""Making the contract of a code: the approved text, the person, the way there and its price. The code comes later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused, refuse_if_any
from approvals.registry import Call
from messaging.audiences.digest import digest_of as digest_of_audience
from messaging.contacts.identities import find_or_make
from messaging.finding import find_own
from messaging.gate import gate_parameters, verdict_sql
from messaging.guards import AudienceFrozen, InTime, OrganisationMaySend, SenderHealthy
from messaging.models import Audience, AudienceMember, Category, Channel, Contact, Sender, Verdict
from messaging.phones import BadPhone, Phone, normalise
from sms.campaigns.contract import RoutePart
from sms.campaigns.guards import RoutesOpen, SenderIdVerified
from sms.models import OtpTemplate, SenderIdState, SmsGateway
from sms.otp.codes import address_keys, number_key, prefix_of
from sms.otp.contract import OtpAsk, OtpContract
from sms.otp.limits import WithinLimits, against_number
from sms.otp.wording import SAMPLE, digest_of, is_approved
from sms.quotas import WithinQuota
from sms.routing import Route, routes_of
from sms.text import measure
from sms.text.filling import fill

_VERDICT = f"SELECT {verdict_sql('c')} FROM messaging_contact c WHERE c.id = %(contact)s"  # noqa: S608 - of our own constants


@dataclass(frozen=True, slots=True)
class TextApproved:
    """The text is still the one that somebody approved."""

    def __call__(self, call: Call, contract: OtpContract) -> Iterator[Reason]:
        template = OtpTemplate.objects.filter(pk=contract.template_id, organisation=call.organisation).first()
        if template is None or not is_approved(template) or template.approved_digest != contract.template_digest:
            yield _not_approved()


OTP_GUARDS = (
    OrganisationMaySend(),
    TextApproved(),
    SenderIdVerified(),
    SenderHealthy(),
    AudienceFrozen(),
    RoutesOpen(),
    InTime(),
    WithinLimits(),
    WithinQuota(),
)


def plan_code(call: Call, ask: OtpAsk) -> OtpContract:
    """Freeze everything about a code but the code. Raises Refused with every reason against it."""
    template = find_own(
        OtpTemplate, ask.otp_template_id, call.organisation, "otp_template_id", "sms_marketing.otp_templates.list"
    )
    phone = _phone(call, ask)
    counted_by = _counted_by(call, ask, phone)
    sender, route = _way(call, template, phone)
    language = ask.language if template.texts.get(ask.language) else template.default_language
    text = template.texts[language]
    parts = measure(fill(text, SAMPLE)).parts
    price = route.amount * parts
    contact = find_or_make(call.organisation, {"phone": phone.e164}, call.now, country=phone.region)[0]
    audience = _frozen(call, contact, phone, price)
    return OtpContract(
        template_id=template.pk,
        template_name=template.name,
        template_digest=digest_of(template),
        purpose=template.purpose,
        language=language,
        text=text,
        transaction=ask.transaction,
        lifetime_seconds=template.lifetime_seconds,
        contact_id=contact.key,
        **counted_by,
        audience_id=audience.pk,
        audience_digest=audience.digest,
        included=audience.included,
        category=Category.AUTHENTICATION,
        most_parts=parts,
        sender_id=sender.pk,
        sender_name=template.identity.value,
        routes=[_route_part(call, route, parts, price)],
        due_at=call.now,
        not_after=call.now + timedelta(seconds=template.lifetime_seconds),
        per_second=sender.per_second,
        currency=route.currency,
        cost_ceiling=price,
    )


def _phone(call: Call, ask: OtpAsk) -> Phone:
    try:
        phone = normalise(ask.phone, call.organisation.default_country)
    except BadPhone as bad:
        raise Refused(Reason(bad.code, bad.text, bad.fix, "phone")) from None
    refuse_if_any(against_number(phone, call.organisation))
    return phone


def _counted_by(call: Call, ask: OtpAsk, phone: Phone) -> dict[str, str]:
    """What the limits count by: the number and its range, the address and its network."""
    try:
        address, network = address_keys(call.organisation.pk, ask.client_address)
    except ValueError:
        raise Refused(Reason("client_address_not_valid", _("This is no internet address."),
                             _("Pass an IPv4 or IPv6 address."), "client_address")) from None  # fmt: skip
    return {
        "number_key": number_key(call.organisation.pk, phone.e164),
        "prefix": prefix_of(phone.e164),
        "address_key": address,
        "network_key": network,
    }


def _way(call: Call, template: OtpTemplate, phone: Phone) -> tuple[Sender, Route]:
    """The sender and the ways to the number's country. Refuses what is not approved, verified or reachable."""
    if not is_approved(template):
        raise Refused(_not_approved())
    identity = template.identity
    if identity.state != SenderIdState.VERIFIED or identity.sender is None:
        raise Refused(Reason("sender_not_verified", _("The sender ID %s is not verified.") % identity.value,
                             _("Choose one that is."), "otp_template_id"))  # fmt: skip
    route = routes_of(identity, call.now.date()).get(phone.region)
    if route is None:
        raise Refused(Reason("no_route", _("No gateway carries texts of this sender to that country."),
                             _("Ask an administrator."), "phone"))  # fmt: skip
    return identity.sender, route


def _frozen(call: Call, contact: Contact, phone: Phone, price: Decimal) -> Audience:
    """The one person as an audience, if the gate has nothing against it."""
    facts = gate_parameters(call.organisation, Channel.SMS, Category.AUTHENTICATION, call.now)
    with connection.cursor() as cursor:
        cursor.execute(_VERDICT, {**facts, "contact": contact.pk})
        verdict = Verdict(cursor.fetchone()[0])
    if verdict is not Verdict.INCLUDED or contact.phone != phone.e164:
        why = (verdict or Verdict.INVALID).label
        raise Refused(Reason("not_written_to", _("Nothing is sent to this person: %s.") % why,
                             _("Offer another way to sign in."), "phone"))  # fmt: skip
    audience = Audience.objects.create(
        organisation=call.organisation, targeted=1, included=1, digest="", created_at=call.now
    )
    AudienceMember.objects.create(
        audience=audience, contact=contact, verdict=Verdict.INCLUDED, address=phone.e164, address_kind="phone",
        market=phone.region, price=price,
    )  # fmt: skip
    audience.digest = digest_of_audience(audience)
    audience.save(update_fields=["digest"])
    return audience


def _route_part(call: Call, route: Route, parts: int, price: Decimal) -> RoutePart:
    names = dict(SmsGateway.objects.filter(organisation=call.organisation).values_list("pk", "name"))
    return RoutePart(
        country=route.country,
        gateway_ids=list(route.gateway_ids),
        gateways=[names[key] for key in route.gateway_ids],
        price=route.amount,
        people=1,
        parts=parts,
        cost=price,
    )


def _not_approved() -> Reason:
    return Reason("text_not_approved", _("Nobody has approved this text as it is."),
                  _("Ask somebody else than its author to approve it at the desk."), "otp_template_id")  # fmt: skip
