"""Trying failed webhook items again, as a countersigned request: which ones, what each would do, what became of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.inbox.again import try_again
from messaging.inbox.inbound import intent_of
from messaging.inbox.items import InboundItem
from messaging.inbox.keeping import KEPT_FOR
from messaging.inbox.kinds import News, news_of
from messaging.inbox.own import own_events, own_failures
from messaging.inbox.retry_contract import MOST, Effect, Retried, RetriedItem, RetryAsk, RetryContract, RetryItem
from messaging.models import WebhookFailure
from messaging.stopwords import Intent
from messaging.whatsapp.webhooks import UserIdUpdateItem, UserPreferenceItem

# Keeping a message, or noting that one of ours arrived, decides nothing; the rest changes who or what may be sent.
_DECIDES_NOTHING: Final = ("message", "status", "nothing")
_NOES: Final = ("stop", "setting_stop")
_BY_INTENT: Final[dict[Intent, Effect]] = {
    Intent.NONE: "message",
    Intent.STOP: "stop",
    Intent.START: "start",
    Intent.UNCLEAR: "unclear",
}
_BY_NEWS: Final[dict[News, Effect]] = {News.STATUS: "status", News.TEMPLATE: "template", News.ACCOUNT: "account"}


def plan(call: Call, ask: RetryAsk) -> RetryContract:
    """The failures that are meant, oldest first. Raises Refused where one of those named cannot be tried."""
    failures = _named(call, ask) if ask.failure_ids else _all(call, ask)
    items = list(_as_items(call, failures, ask))
    if not items or {one.failure_id for one in items} < set(ask.failure_ids):
        raise Refused(_not_there())
    return RetryContract(items=items[:MOST])


def needs_a_person(contract: RetryContract) -> bool:
    """Several at once, and whatever changes more than the record of what was said and what arrived."""
    return len(contract.items) > 1 or any(one.does not in _DECIDES_NOTHING for one in contract.items)


def is_a_no(contract: RetryContract) -> bool:
    """A single customer's no waits for nobody."""
    return len(contract.items) == 1 and contract.items[0].does in _NOES


@dataclass(frozen=True, slots=True)
class StillFailed:
    """At least one of the items is still in quarantine."""

    def __call__(self, call: Call, contract: RetryContract) -> Iterator[Reason]:
        if not _quarantined(call).filter(key__in=[one.failure_id for one in contract.items]).exists():
            yield _not_there()


def begin(call: Call, contract: RetryContract) -> Retried:
    """The items follow after the commit, each in a transaction of its own: whoever holds the locks of many people and
    messages at once ends in a deadlock with a lane.
    """
    return Retried(items=[], outcomes={})


def apply_again(call: Call, contract: RetryContract, _begun: Retried) -> Retried:
    """Apply each item by itself, in the order of arrival."""
    items = []
    request_id = call.request.pk if call.request else None
    for one in contract.items:
        ending, error = try_again(one.failure_id, call.actor, call.now, request_id)
        items.append(RetriedItem(failure_id=one.failure_id, kind=one.kind, outcome=ending.value, error=error))
    return Retried(items=items, outcomes=dict(Counter(one.outcome for one in items)))


def _quarantined(call: Call) -> QuerySet[WebhookFailure]:
    return WebhookFailure.objects.filter(
        event__in=own_events(call.organisation).values("pk"), quarantined_at__isnull=False
    )


def _named(call: Call, ask: RetryAsk) -> Iterable[WebhookFailure]:
    return _quarantined(call).filter(key__in=ask.failure_ids).select_related("event").order_by("event", "item")


def _all(call: Call, ask: RetryAsk) -> Iterable[WebhookFailure]:
    failures = _quarantined(call)
    if ask.error:
        failures = failures.filter(error=ask.error)
    # What is of another kind, or of whoever shares the app, falls out below: look through some more.
    return failures.select_related("event").order_by("event", "item")[: MOST * 5]


def _as_items(call: Call, failures: Iterable[WebhookFailure], ask: RetryAsk) -> Iterator[RetryItem]:
    of_event: dict[int, dict[int, Any]] = {}
    for failure in failures:
        event = failure.event
        if event.pk not in of_event:
            of_event[event.pk] = {one.pk: item for one, item in own_failures(event, call.organisation)}
        if failure.pk not in of_event[event.pk]:
            continue
        item = of_event[event.pk][failure.pk]
        kind = news_of(item).word
        if ask.failure_ids or ask.kind in (None, kind):
            yield RetryItem(
                failure_id=failure.key, event=event.pk, place=failure.item, kind=kind, does=effect_of(item),
                error=failure.error, tries=failure.tries, received_at=event.received_at,
            )  # fmt: skip


def effect_of(item: Any) -> Effect:
    """What applying an item would do; `item` is None for an event that could not be read."""
    if item is None:
        return "whole_event"
    if isinstance(item, InboundItem):
        return _BY_INTENT[intent_of(item)]
    if isinstance(item, UserPreferenceItem):
        return "setting_stop" if item.value == "stop" else "setting_resume"
    if isinstance(item, UserIdUpdateItem):
        return "address"
    return _BY_NEWS.get(news_of(item), "nothing")


def _not_there() -> Reason:
    return Reason(
        "failure_not_found",
        _("There is no such failed item: it was applied since, or its event was dropped."),
        _("Use a failure_id of whatsapp.webhook_logs.list. Events without failures are dropped after %d days.")
        % KEPT_FOR.days,
        "failure_ids",
    )
