"""What customers see behind a number, asked of Meta and kept for a while: it changes rarely, and calls are counted."""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from approvals.reasons import Reason, Refused
from messaging.carriers import carrier
from messaging.models import Sender
from messaging.whatsapp.answers import BusinessProfile, PhoneNumber
from messaging.whatsapp.client import CloudApi, GraphError

# Seconds. Meta allows 200 management calls an hour for an account (business-use-case limit).
KEPT_FOR = 600


class ReadProfile(BaseModel):
    """A profile as Meta told it at `read_at`."""

    profile: BusinessProfile
    verified_name: str
    name_status: str
    official: bool
    read_at: datetime


def profile_of(sender: Sender, now: datetime) -> ReadProfile:
    """The number's profile. Outside of any transaction. Raises Refused when Meta does not tell."""
    kept: Any = cache.get(_key(sender))
    if kept is not None:
        return ReadProfile.model_validate_json(kept)
    if sender.account is None or not sender.account.access_token:
        raise Refused(Reason("not_connected", _("The account of this number has no access token."),
                             _("Ask an administrator to connect the account."), "sender_id"))  # fmt: skip
    api: CloudApi = carrier("whatsapp").api(sender.account)  # type: ignore[attr-defined]
    try:
        told = api.get_business_profile(sender.phone_number_id), api.get_phone_number(sender.phone_number_id)
    except GraphError as error:
        raise Refused(Reason("meta_silent", _("Meta did not tell the profile: %s.") % error.title,
                             error.do or _("Try again in a few minutes."), "sender_id")) from error  # fmt: skip
    read = _read(*told, now)
    keep(sender, read)
    return read


def keep(sender: Sender, read: ReadProfile) -> None:
    """Answer from this for a while."""
    cache.set(_key(sender), read.model_dump_json(), KEPT_FOR)


def _read(profile: BusinessProfile, number: PhoneNumber, now: datetime) -> ReadProfile:
    return ReadProfile(
        profile=profile,
        verified_name=number.verified_name,
        name_status=number.name_status,
        official=number.is_official_business_account,
        read_at=now,
    )


def _key(sender: Sender) -> str:
    return f"whatsapp-profile:{sender.pk}"
