"""The ways that texts can take now: the open gateways with their adapters, as the threads that send need them.

Sending threads ask no database. Whoever prepares a batch calls `refresh`; what was read then holds for a few seconds.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from messaging.engine.pacing import Limit
from sms.gateways.gateway import Account, Gateway, gateway
from sms.models import SmsGateway

LASTS_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """One open gateway. `tag` stands before its ids, so that two gateways may use the same."""

    account: Account
    adapter: Gateway
    tag: str
    limit: Limit


class Ways:
    """What was read last, shared by the threads of a process."""

    def __init__(self) -> None:
        self._read_at: dict[UUID, float] = {}
        self._ways: Mapping[UUID, Way] = MappingProxyType({})
        self._lock = threading.Lock()

    def refresh(self, organisation_id: UUID) -> None:
        """Read the organisation's gateways unless that was done lately."""
        with self._lock:
            if time.monotonic() - self._read_at.get(organisation_id, float("-inf")) < LASTS_SECONDS:
                return
            theirs = SmsGateway.objects.filter(organisation_id=organisation_id)
            kept = dict(self._ways)
            for row in theirs:
                kept.pop(row.pk, None)
                if row.paused_at is None:
                    kept[row.pk] = way_of(row)
            self._ways = MappingProxyType(kept)
            self._read_at[organisation_id] = time.monotonic()

    def get(self, gateway_id: UUID) -> Way | None:
        """The way of this gateway; None when it is paused or gone."""
        return self._ways.get(gateway_id)


def way_of(row: SmsGateway) -> Way:
    """A gateway's row as its adapter takes it. Raises ValueError when configuration or secrets do not fit."""
    return Way(account_of(row), gateway(row.kind), tag_of(row.pk), Limit(f"gateway:{row.pk}", row.per_second))


def account_of(row: SmsGateway) -> Account:
    adapter = gateway(row.kind)
    address = reverse("sms_callback", kwargs={"key": str(row.callback_key), "kind": "receipt"})
    return Account(
        row.pk,
        adapter.configuration.model_validate(row.configuration),
        adapter.secrets.model_validate(json.loads(row.secrets or "{}")),
        f"{settings.PUBLIC_URL.rstrip('/')}{address.removesuffix('/receipt')}",
    )


def tag_of(gateway_id: UUID) -> str:
    return gateway_id.hex[:12]


WAYS = Ways()
