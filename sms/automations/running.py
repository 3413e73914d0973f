"""Running automations: what waits is sorted out under the automation's lock and goes through the one door."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from accounts.actor import Actor
from accounts.tenancy import confined_to
from approvals.calls import call
from approvals.models import ActionRequest, State
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from audit.record import record
from messaging.models import Send
from sms.automations.contract import RunContract
from sms.automations.days import day_began
from sms.balances.holding import is_used_up
from sms.campaigns.life import make_send
from sms.models import Automation, AutomationRun
from sms.routing import routes_of

TOOL = "sms_marketing.automations.run"
AT_ONCE = 500
# After this long nobody wants to read that their order was paid. (?)
STALE = timedelta(hours=24)

Outcome = AutomationRun.Outcome


def run_waiting(now: datetime) -> int:
    """Run every enabled automation that something waits for. How many events became part of a send."""
    waiting = AutomationRun.objects.filter(outcome=Outcome.WAITING, automation__state=Automation.State.ENABLED)
    found = waiting.values_list("automation", "organisation").order_by("automation").distinct()
    return sum(_run(automation, organisation, now) for automation, organisation in list(found))


def _run(automation_id: UUID, organisation_id: UUID, now: datetime) -> int:
    with confined_to(organisation_id), transaction.atomic():
        # Whoever runs it at the same moment waits here, and then finds nothing waiting.
        automation = (
            Automation.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=automation_id, organisation=organisation_id)
        )
        if automation.state != Automation.State.ENABLED or _has_no_money(automation, now):
            return 0
        chosen = _sort_out(automation, now)
        if not chosen:
            return 0
        against = _through_the_door(automation, chosen, now)
        if against and all(reason.code == "nobody_to_write_to" for reason in against):
            _settle(chosen, Outcome.LEFT_OUT, now)
        elif against:
            pause(automation, " ".join(str(reason) for reason in against), now)
        return 0 if against else len(chosen)


def _has_no_money(automation: Automation, now: datetime) -> bool:
    """Whether no gateway of its could pay: then its events wait, until they are stale, and nobody has to resume it."""
    routes = routes_of(automation.campaign.identity, now.date())
    return is_used_up({key for route in routes.values() for key in route.gateway_ids}, now)


def _sort_out(automation: Automation, now: datetime) -> list[int]:
    """The runs that go now, one a person; the others are told why not."""
    runs = automation.runs.filter(outcome=Outcome.WAITING).select_related("event").order_by("pk")[:AT_ONCE]
    recent = now - timedelta(hours=automation.per_contact_hours)
    lately: set[int | None] = set(
        automation.runs.filter(outcome=Outcome.SENT, at__gt=recent, at__lte=now).values_list("contact_id", flat=True)
    )
    left = automation.daily_cap - automation.runs.filter(
        outcome=Outcome.SENT, at__gte=day_began(automation.organisation, now)
    ).count()  # fmt: skip
    chosen: list[int] = []
    others: dict[AutomationRun.Outcome, list[int]] = {}
    for run in runs:
        against = _why_not(run, lately, left - len(chosen), now)
        if against is None:
            chosen.append(run.pk)
            lately.add(run.contact_id)
        else:
            others.setdefault(against, []).append(run.pk)
    for why, keys in others.items():
        _settle(keys, why, now)
    return chosen


def _why_not(run: AutomationRun, lately: set[int | None], left: int, now: datetime) -> Outcome | None:
    if run.contact_id is None:
        return Outcome.NOBODY
    if run.event.occurred_at < now - STALE:
        return Outcome.TOO_LATE
    if run.contact_id in lately:
        return Outcome.REPEATED
    return Outcome.OVER_CAP if left <= 0 else None


def _through_the_door(automation: Automation, chosen: list[int], now: datetime) -> tuple[Reason, ...]:
    """Ask for the run as Countersign itself. The reasons why it was not carried out; none when it was."""
    system = Actor.system(automation.organisation, "automations")
    actor = replace(system, scopes=frozenset({"sms:request"}))
    wish = {
        "automation_id": str(automation.pk),
        "run_ids": chosen,
        "idempotency_key": f"{automation.pk}-{automation.version}-{chosen[0]}-{chosen[-1]}",
        "reason": automation.name,
    }
    try:
        answer = call(TOOL, wish, actor, now)
    except Refused as no:
        return no.reasons
    assert answer.request is not None
    request = ActionRequest.objects.get(pk=answer.request.action_request_id)
    if request.state == State.SUCCEEDED:
        return ()
    told = (Reason(one["code"], one["text"], one["fix"]) for one in request.reasons)
    return tuple(told) or (Reason("not_carried_out", request.get_state_display(), ""),)


def send_run(call: Call, contract: RunContract) -> Send:
    """The send of a run; its events are settled in the same transaction."""
    send = make_send(call, contract, Send.Kind.AUTOMATION)
    _settle(contract.run_ids, Outcome.SENT, call.now, send)
    return send


def pause(automation: Automation, why: str, now: datetime) -> None:
    """Stop it until somebody looks: what it stands on has moved."""
    automation.state, automation.pause_reason = Automation.State.PAUSED, why[:300]
    automation.version += 1
    automation.updated_at = now
    automation.save(update_fields=("state", "pause_reason", "version", "updated_at"))
    actor = Actor.system(automation.organisation, "automations")
    record("sms.automation_paused", automation, actor, now=now, reason=why[:300])


def outcomes_since(automations: Sequence[Automation], since: datetime) -> dict[UUID, Counter[str]]:
    """Automation -> its events by what became of them."""
    runs = AutomationRun.objects.filter(automation__in=automations, at__gte=since)
    found: dict[UUID, Counter[str]] = {automation.pk: Counter() for automation in automations}
    for automation, outcome, events in runs.values_list("automation", "outcome").annotate(Count("pk")):
        found[automation][outcome] = events
    return found


def _settle(runs: Iterable[int], outcome: Outcome, now: datetime, send: Send | None = None) -> None:
    waiting = AutomationRun.objects.filter(pk__in=list(runs), outcome=Outcome.WAITING)
    waiting.update(outcome=outcome, send=send, at=now)
