"""whatsapp.webhook_logs.list and whatsapp.webhook.retry."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import F, Min, QuerySet
from django.utils.translation import gettext as _
from pydantic import Field

from accounts.roles import CONFIGURATION
from approvals.contracts import Answer, Moment
from approvals.floors import When
from approvals.masking import Personal
from approvals.registry import Call, Kind, tool
from messaging.inbox import retrying
from messaging.inbox.events import event_of
from messaging.inbox.keeping import KEPT_FOR
from messaging.inbox.kinds import News, news_of
from messaging.inbox.masked_bodies import readable
from messaging.inbox.own import is_unshared, own_events, own_failures, own_items
from messaging.inbox.retry_contract import Kind as NewsKind
from messaging.inbox.retry_contract import Retried, RetryContract
from messaging.inbox.retrying import StillFailed
from messaging.models import WebhookEvent, WebhookFailure, WhatsAppAccount
from messaging.paging import PageAnswer, PageAsk, page

LONGEST_PAYLOAD = 8_000  # letters of one payload; the rest is cut

StateName = Literal["waiting", "applied", "partly", "unreadable"]


class WebhookLogsAsk(PageAsk):
    kind: Annotated[
        NewsKind | None,
        Field(
            description="Only events with news of this kind: inbound (customers' messages), status (what became of"
            " ours), template (reviews, quality, categories), account (accounts and numbers), person (people's own"
            " settings and addresses), other. What still waits has no kind yet."
        ),
    ] = None
    state: Annotated[
        StateName | None, Field(description="Only events in this state; partly: something in them failed for good.")
    ] = None
    error: Annotated[str, Field(max_length=300, description="Only events with a failure of this error.")] = ""
    since: Annotated[Moment | None, Field(description="Only what arrived at this time or later.")] = None
    until: Annotated[Moment | None, Field(description="Only what arrived before this time.")] = None
    payloads: Annotated[bool, Field(description="Also show what was sent, masked.")] = False


class FailedItem(Answer):
    failure_id: Annotated[UUID, Field(description="Pass it to whatsapp.webhook.retry.")]
    place: Annotated[int, Field(description="Its place in the event, from 0.")]
    kind: Annotated[str, Field(description="What it speaks of.")]
    error: Annotated[str, Field(description="The type of the error; never the customer's words.")]
    tries: Annotated[int, Field(description="How often it was tried.")]
    quarantined_at: Annotated[datetime | None, Field(description="When it was given up; null while it is tried.")]
    can_be_retried: Annotated[bool, Field(description="Whether whatsapp.webhook.retry takes it.")]


class WebhookRow(Answer):
    event: Annotated[int, Field(description="Its number in the log.")]
    received_at: Annotated[datetime, Field(description="When it arrived.")]
    state: Annotated[str, Field(description="waiting, applied, partly or unreadable.")]
    kinds: Annotated[dict[str, int], Field(description="How many items of each kind it brings.")]
    applied_at: Annotated[datetime | None, Field(description="When it was applied.")]
    tries: Annotated[int, Field(description="How often it was tried as a whole.")]
    size: Annotated[int, Field(description="Its length in bytes.")]
    failures: Annotated[list[FailedItem], Field(description="What of it could not be applied.")]
    kept_until: Annotated[
        datetime | None, Field(description="When its body is dropped; null while it waits or something in it failed.")
    ]
    payload: Annotated[
        str,
        Personal("text", unless=CONFIGURATION),
        Field(description="What was sent, as JSON without people's words, numbers and names; empty unless asked for."),
    ]


class WebhookLogsPage(PageAnswer):
    events: Annotated[list[WebhookRow], Field(description="Newest first. A page may hold fewer than asked for.")]
    oldest_kept_at: Annotated[datetime | None, Field(description="Nothing older is kept; null where there is nothing.")]
    boundaries: Annotated[str, Field(description="How long bodies are kept and what can still be retried, in words.")]


@tool(
    "whatsapp.webhook_logs.list",
    kind=Kind.READ,
    scope="whatsapp:read",
    reads_first=("whatsapp.config.get",),
    safety="Payloads are shown without people's words, numbers, names and secrets, and only to whoever may see the"
    " configuration.",
)
def list_webhook_logs(call: Call, ask: WebhookLogsAsk) -> WebhookLogsPage:
    """List what Meta has told us: messages, delivery reports, template reviews, account news, what failed and how long
    it is kept.
    """
    events = own_events(call.organisation)
    oldest = events.aggregate(oldest=Min("received_at"))["oldest"]
    rows, cursor = page(_narrowed(events, ask), ask, by="received_at")
    return WebhookLogsPage(
        events=list(_rows(call, rows, ask)), next_cursor=cursor, oldest_kept_at=oldest, boundaries=_boundaries()
    )


def _narrowed(events: QuerySet[WebhookEvent], ask: WebhookLogsAsk) -> QuerySet[WebhookEvent]:
    if ask.kind:
        bit = News[ask.kind.upper()].value
        events = events.annotate(asked=F("news").bitand(bit)).filter(asked=bit)
    if ask.state:
        events = events.filter(state=WebhookEvent.State[ask.state.upper()])
    if ask.error:
        events = events.filter(pk__in=WebhookFailure.objects.filter(error=ask.error).values("event"))
    if ask.since:
        events = events.filter(received_at__gte=ask.since)
    return events.filter(received_at__lt=ask.until) if ask.until else events


def _rows(call: Call, events: list[WebhookEvent], ask: WebhookLogsAsk) -> Iterator[WebhookRow]:
    """What of these is the organisation's own: an app that is shared brings others' entries in the same body."""
    accounts = set(WhatsAppAccount.objects.filter(organisation=call.organisation).values_list("waba_id", flat=True))
    for event in events:
        kinds = Counter(news_of(one.item).word for one in own_items(event, call.organisation))
        failures = [_failed(one, item) for one, item in own_failures(event, call.organisation)]
        if not kinds and not is_unshared(event_of(event), call.organisation):
            continue
        if (ask.kind and ask.kind not in kinds) or (ask.error and ask.error not in {one.error for one in failures}):
            continue
        payload = readable(bytes(event.body), accounts)[:LONGEST_PAYLOAD] if ask.payloads else ""
        yield _row(event, kinds, failures, payload)


def _row(event: WebhookEvent, kinds: Counter[str], failures: list[FailedItem], payload: str) -> WebhookRow:
    stays = event.state == WebhookEvent.State.WAITING or failures
    return WebhookRow(
        event=event.pk,
        received_at=event.received_at,
        state=WebhookEvent.State(event.state).name.lower(),
        kinds=dict(kinds),
        applied_at=event.applied_at,
        tries=event.tries,
        size=len(event.body),
        failures=failures,
        kept_until=None if stays else event.received_at + KEPT_FOR,
        payload=payload,
    )


def _failed(failure: WebhookFailure, item: object) -> FailedItem:
    return FailedItem(
        failure_id=failure.key,
        place=failure.item,
        kind=news_of(item).word,
        error=failure.error,
        tries=failure.tries,
        quarantined_at=failure.quarantined_at,
        can_be_retried=failure.quarantined_at is not None,
    )


def _boundaries() -> str:
    return _(
        "Bodies are dropped %(days)d days after they arrived; with them goes the way to apply them again. Those that"
        " wait, or with something in them that failed, stay until it is applied. Only items that failed three times can"
        " be retried: what was applied is never applied again, what cannot be read at all stays unread."
    ) % {"days": KEPT_FOR / timedelta(days=1)}


@tool(
    "whatsapp.webhook.retry",
    kind=Kind.WRITE,
    scope="whatsapp:request",
    reads_first=("whatsapp.webhook_logs.list",),
    plan=retrying.plan,
    approval=When(retrying.needs_a_person, never=retrying.is_a_no),
    guards=(StillFailed(),),
    outside=retrying.apply_again,
    spends=False,
    safety="Applies only what failed, never again what a customer's act has done already, and sends nothing.",
)
def retry_webhook(call: Call, contract: RetryContract) -> Retried:
    """Apply webhook items again that failed: messages, delivery reports, template reviews, account news.

    A person decides about several at once and about what changes who or what may be sent; a customer's no waits for
    nobody.
    """
    return retrying.begin(call, contract)
