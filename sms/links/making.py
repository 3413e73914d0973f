"""From an address to a short link: judged, frozen as a contract, made once that is approved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as now_gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason, refuse_if_any
from approvals.registry import Call
from audit.record import record
from messaging.audiences.people import size_of
from messaging.finding import find_own
from messaging.models import Category, Channel, Segment
from sms.links.codes import CAMPAIGN, PERSON, campaign_code
from sms.links.contract import LinkAsk, LinkContract, LinkMade
from sms.links.destinations import digest_of, domain_of, judge, sensitive_words
from sms.links.utm import looks_personal, parameters_in, with_parameters
from sms.models import LinkDomain, LinkRules, ShortLink

SOONEST = timedelta(hours=1)  # a link that is over before anybody can open it is a typing error


def shared_base() -> str:
    """What short links of organisations without a short domain of their own stand on."""
    return str(settings.SHORT_LINK_BASE_URL).rstrip("/")


def base_of(organisation: Organisation, host: str = "") -> str | None:
    """What this organisation's short links stand on: the named host, its first one, or the shared one. None where the
    named one is not its own.
    """
    own = LinkDomain.objects.filter(
        organisation=organisation, purpose=LinkDomain.Purpose.SHORT, blocked_at=None
    ).order_by("host")
    found = own.filter(host=host).first() if host else own.first()
    if found is not None:
        return f"https://{found.host}"
    return shared_base() if host in ("", urlsplit(shared_base()).netloc) else None


def preview_link(call: Call, ask: LinkAsk) -> LinkContract:
    """The link as it would be made. Raises Refused with every reason against it."""
    base = base_of(call.organisation, ask.short_host)
    destination, reasons = judge(ask.destination, call.organisation)
    refuse_if_any([*reasons, *_reasons(call, ask, base)])
    assert destination is not None
    assert base is not None
    wanted = ask.utm.parameters() if ask.utm else {}
    address = with_parameters(destination.address, wanted)
    kept = parameters_in(destination.address)
    shape = f"{base}/{'8' * (PERSON if ask.per_person else CAMPAIGN)}"
    return LinkContract(
        name=ask.name,
        destination=address,
        destination_digest=digest_of(address),
        destination_host=destination.host,
        domain_id=destination.domain.pk,
        utm_added={name: value for name, value in wanted.items() if name not in kept},
        utm_kept=kept,
        base_url=base,
        shape=shape,
        characters=len(shape),
        per_person=ask.per_person,
        tracked=ask.tracked,
        expires_at=ask.expires_at,
        sensitive=sensitive_words(address, call.organisation),
        risks=list(_risks(base, destination.host)),
        segment_id=ask.segment_id,
        people=_people(call, ask),
    )


def _reasons(call: Call, ask: LinkAsk, base: str | None) -> Iterator[Reason]:
    if base is None:
        yield Reason("short_host_unknown", _("Your organisation has no short domain %s.") % ask.short_host,
                     _("Leave short_host empty, or name one of your own."), "short_host")  # fmt: skip
    if ask.utm is not None and any(looks_personal(value) for value in ask.utm.parameters().values()):
        yield Reason("personal_data", _("A campaign parameter looks like a phone number."),
                     _("Name the campaign, never a person."), "utm")  # fmt: skip
    rules = LinkRules.objects.filter(organisation=call.organisation).first() or LinkRules()
    if ask.expires_at < call.now + SOONEST:
        yield Reason("expires_too_soon", _("The link would be over before anybody can open it."),
                     _("Choose a later expires_at."), "expires_at")  # fmt: skip
    if ask.expires_at > call.now + timedelta(days=rules.longest_days):
        yield Reason("expires_too_late", _("A short link lives %d days at most.") % rules.longest_days,
                     _("Choose an earlier expires_at."), "expires_at")  # fmt: skip
    if ask.tracked and not rules.tracked:
        yield Reason("tracking_not_allowed", _("Your organisation does not count clicks."),
                     _("Pass tracked=false."), "tracked")  # fmt: skip


def _risks(base: str, host: str) -> Iterator[str]:
    if base == shared_base():
        yield now_gettext("Several organisations share this short domain: one that misuses it harms all of them.")
    if "xn--" in host:
        yield now_gettext("The host is not in Latin letters; some networks take such addresses for forgeries.")


def _people(call: Call, ask: LinkAsk) -> int:
    if ask.segment_id is None:
        return 0
    segment = find_own(Segment, ask.segment_id, call.organisation, "segment_id", "sms_marketing.audiences.list")
    return size_of(segment.rule, call.organisation, Channel.SMS, Category.MARKETING, call.now).targeted


@dataclass(frozen=True, slots=True)
class DestinationAllowed:
    """The host is still allowed, the short domain still the organisation's, and the link not over before it begins."""

    def __call__(self, call: Call, contract: LinkContract) -> Iterator[Reason]:
        domain = domain_of(contract.destination_host, call.organisation)
        if domain is None or domain.blocked_at is not None or domain.pk != contract.domain_id:
            yield Reason("domain_not_allowed", _("Links may not lead to %s any more.") % contract.destination_host,
                         _("Make a new preview, or ask an administrator."), "short_link_preview_id")  # fmt: skip
        if base_of(call.organisation, urlsplit(contract.base_url).netloc) != contract.base_url:
            yield Reason("short_host_unknown", _("The short domain is not your organisation's any more."),
                         _("Make a new preview."), "short_link_preview_id")  # fmt: skip
        if contract.expires_at <= call.now:
            yield Reason("expires_too_soon", _("The link would be over already."), _("Make a new preview."),
                         "short_link_preview_id")  # fmt: skip


def is_sensitive(contract: LinkContract) -> bool:
    return bool(contract.sensitive)


def make_link(call: Call, contract: LinkContract) -> LinkMade:
    assert call.request is not None
    link = ShortLink.objects.create(
        organisation=call.organisation,
        name=contract.name,
        destination=contract.destination,
        digest=contract.destination_digest,
        domain_id=contract.domain_id,
        base_url=contract.base_url,
        utm={**contract.utm_kept, **contract.utm_added},
        per_person=contract.per_person,
        tracked=contract.tracked,
        expires_at=contract.expires_at,
        owner=call.request.owner,
        request=call.request,
        created_at=call.now,
    )
    record("sms.link_made", link, call.actor, now=call.now, request_id=call.request.pk, host=contract.destination_host)
    url = "" if link.per_person else f"{link.base_url}/{campaign_code(link, call.now)}"
    return LinkMade(short_link_id=link.pk, url=url, shape=contract.shape, expires_at=link.expires_at)
