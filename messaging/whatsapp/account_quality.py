"""How an account stands with Meta, asked of Meta and kept for a moment: calls are counted, and agents ask often."""

import re
from datetime import datetime
from typing import Any, Final

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from accounts.models import Organisation
from approvals.reasons import Reason, Refused
from messaging.carriers import carrier
from messaging.models import WhatsAppAccount
from messaging.whatsapp.answers import PhoneNumber
from messaging.whatsapp.client import CloudApi, GraphError

KEPT_FOR: Final = 60  # seconds

# From the worst to the best; an account is as good as its worst number. What Meta calls unknown says nothing.
RATINGS: Final = ("RED", "YELLOW", "GREEN")
_TIER = re.compile(r"TIER_(\d+)(K?)")


class AccountQuality(BaseModel):
    """`rating` is RED, YELLOW, GREEN or UNKNOWN; `tier` Meta's word for the messaging limit, empty where unknown."""

    waba_id: str
    name: str
    rating: str
    tier: str
    read_at: datetime

    @property
    def limit(self) -> str:
        """People in a moving 24 hours, for the whole portfolio: a number in digits, unlimited, or unknown."""
        if self.tier == "TIER_UNLIMITED":
            return "unlimited"
        said = _TIER.fullmatch(self.tier)
        return str(int(said[1]) * (1000 if said[2] else 1)) if said else "unknown"


def quality_of(organisation: Organisation, now: datetime) -> AccountQuality:
    """How the organisation stands: its worst account, where it has several. Outside of any transaction.

    Raises Refused where it has none, one is not connected, or Meta does not tell.
    """
    accounts = WhatsAppAccount.objects.filter(organisation=organisation).order_by("name", "pk")
    found = [_of_account(account, now) for account in accounts]
    if not found:
        raise Refused(_not_connected())
    return min(found, key=lambda one: _rank(one.rating))


def keep(account: WhatsAppAccount, quality: AccountQuality) -> None:
    """Answer from this for a moment."""
    cache.set(_key(account), quality.model_dump_json(), KEPT_FOR)


def _of_account(account: WhatsAppAccount, now: datetime) -> AccountQuality:
    kept: Any = cache.get(_key(account))
    if kept is not None:
        return AccountQuality.model_validate_json(kept)
    if not account.access_token:
        raise Refused(_not_connected())
    api: CloudApi = carrier("whatsapp").api(account)  # type: ignore[attr-defined]
    try:
        numbers = list(api.list_phone_numbers(account.waba_id))
    except GraphError as error:
        raise Refused(
            Reason(
                "meta_silent",
                _("Meta did not tell how the account stands: %s.") % error.title,
                error.do or _("Try again in a few minutes."),
            )
        ) from error
    quality = _read(account, numbers, now)
    keep(account, quality)
    return quality


def _read(account: WhatsAppAccount, numbers: list[PhoneNumber], now: datetime) -> AccountQuality:
    told = sorted((number.quality_rating.upper() for number in numbers), key=_rank)
    tier = next((number.whatsapp_business_manager_messaging_limit for number in numbers
                 if number.whatsapp_business_manager_messaging_limit), "")  # fmt: skip
    rating = told[0] if told and told[0] in RATINGS else "UNKNOWN"
    return AccountQuality(waba_id=account.waba_id, name=account.name, rating=rating, tier=tier, read_at=now)


def _rank(rating: str) -> int:
    return RATINGS.index(rating) if rating in RATINGS else len(RATINGS)


def _key(account: WhatsAppAccount) -> str:
    return f"whatsapp-quality:{account.pk}"


def _not_connected() -> Reason:
    return Reason(
        "not_connected",
        _("There is no WhatsApp account with an access token."),
        _("Ask an administrator to connect the account."),
    )
