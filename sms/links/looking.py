"""Looking daily at where links in use end, outside of any transaction. Off unless SHORT_LINK_LOOKS is on."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Organisation
from sms.links.destinations import digest_of, domain_of
from sms.links.landing import BadLanding, IsAllowed, landing_of
from sms.models import ShortLink

EVERY = timedelta(days=1)
AT_ONCE = 50  # links in one ring of the bell; the next finds the others

Land = Callable[[str, IsAllowed], str]


def look_at_landings(now: datetime, land: Land = landing_of) -> int:
    """Look at the links whose last look is a day old, and write down what is wrong. How many were looked at.

    The first look says what page was approved; a later one that ends elsewhere is a problem, which stops the campaigns
    that name the link until somebody makes a new one. A page that was away and is back is none.
    """
    live = Q(revoked_at=None, expires_at__gt=now) & (Q(looked_at=None) | Q(looked_at__lte=now - EVERY))
    links = list(ShortLink.objects.select_related("organisation").filter(live).order_by("looked_at", "pk")[:AT_ONCE])
    for link in links:
        facts = _facts(link, land)
        ShortLink.objects.filter(pk=link.pk).update(looked_at=now, **facts)
    return len(links)


def _facts(link: ShortLink, land: Land) -> dict[str, str]:
    try:
        digest = digest_of(land(link.destination, _allowed_to(link.organisation)))
    except BadLanding as bad:
        return {"landing_problem": bad.code[:40]}
    if link.landing_digest and digest != link.landing_digest:
        return {"landing_problem": "ends_elsewhere"}
    return {"landing_problem": "", "landing_digest": digest}


def _allowed_to(organisation: Organisation) -> IsAllowed:
    def is_allowed(host: str) -> bool:
        domain = domain_of(host, organisation)
        return domain is not None and domain.blocked_at is None

    return is_allowed
