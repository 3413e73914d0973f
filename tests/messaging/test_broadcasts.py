"""A broadcast through the door: previewed, drafted, scheduled, countersigned, and all that may stand in its way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils.dateparse import parse_datetime

from accounts.actor import Actor
from accounts.models import BudgetUse
from approvals import decisions
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest, Decision, Policy, Preview
from audit.models import Entry
from messaging.engine.sends import move_send
from messaging.engine.standing import reasons_against
from messaging.models import (
    Audience,
    Contact,
    Message,
    MessagingRules,
    Outbox,
    Send,
    Sender,
    SendState,
    TemplateTranslation,
    WhatsAppAccount,
)
from tests.approvals.tea_room import approved, at_desk, codes_of, refused, request_of, tamper
from tests.factories import (
    NOON,
    ConsentStateFactory,
    PersonFactory,
    SegmentFactory,
    SenderFactory,
    SuppressionFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    mei_chan,
    other_tenant,
)
from tests.messaging.spring_tea import SpringTea, drinker, set_prices, tea_assistant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> SpringTea:
    """Two people who want tea, and one who has stopped."""
    spring_tea = SpringTea()
    drinker("Ann")
    drinker("Bob")
    SuppressionFactory(contact=drinker("Cat"))
    Policy.objects.create(
        organisation=spring_tea.organisation,
        name="Drafts are kept at once",
        tools="whatsapp.broadcast.create",
        outcome=Policy.Outcome.AUTOMATIC,
    )
    return spring_tea


@pytest.fixture
def agent() -> Actor:
    return tea_assistant()


def preview(tea: SpringTea, actor: Actor, now: Any = NOON, **ask: Any) -> Envelope[Any]:
    return call("whatsapp.broadcast.preview", tea.ask(**ask), actor, now)


def write(tool: str, preview_id: Any, actor: Actor, now: Any = NOON, key: str = "") -> Envelope[Any]:
    arguments = {
        "preview_id": str(preview_id),
        "idempotency_key": key or f"key-{uuid4()}",
        "reason": "Spring tea is in.",
    }
    return call(f"whatsapp.broadcast.{tool}", arguments, actor, now)


def drafted(tea: SpringTea, actor: Actor, **ask: Any) -> UUID:
    """The preview of a broadcast that has been drafted."""
    made = preview(tea, actor, **ask).preview_id
    assert made is not None
    answer = write("create", made, actor)
    assert answer.request is not None
    assert answer.request.state == "succeeded", answer.warnings
    return made


def scheduled(tea: SpringTea, actor: Actor, **ask: Any) -> ActionRequest:
    """A drafted broadcast whose schedule waits for Mei."""
    return request_of(write("schedule", drafted(tea, actor, **ask), actor))


def send_of(request: ActionRequest) -> Send:
    return Send.objects.get(preview_id=request.preview_id)


def test_a_broadcast_goes_from_preview_to_schedule_and_sends_nothing_by_itself(tea: SpringTea, agent: Actor) -> None:
    shown = preview(tea, agent)
    assert (shown.data["targeted"], shown.data["included"], shown.data["excluded"]) == (3, 2, {"suppressed": 1})
    assert (shown.data["cost_high"], shown.data["cost_low"], shown.data["currency"]) == ("0.146400", "0.146400", "USD")
    assert shown.data["cost_ceiling"] == "0.146400"
    assert Send.objects.count() == 0

    created = write("create", shown.preview_id, agent)
    assert created.data["state"] == "draft"
    assert created.request is not None
    assert created.request.anything_sent == "Carried out. It sends no messages."

    waiting = write("schedule", shown.preview_id, agent)
    assert waiting.request is not None
    assert waiting.request.state == "pending"
    send = Send.objects.get()
    assert (send.state, send.request) == (SendState.DRAFT, None)

    done = carry_out(approved(request_of(waiting)).pk, NOON)
    send = Send.objects.get()
    assert done.state == "succeeded"
    assert (send.state, send.request_id, send.due_at) == (SendState.SCHEDULED, done.pk, NOON + timedelta(hours=2))
    assert (send.cost_ceiling, send.per_second, send.category) == (Decimal("0.146400"), 80, "marketing")
    assert send.not_after == send.due_at + timedelta(hours=24)
    assert list(reasons_against(send, NOON, ask_audience=True)) == []
    assert (Message.objects.count(), Outbox.objects.count()) == (0, 0)


def test_the_audit_tells_the_whole_way_of_a_broadcast(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent)
    carry_out(approved(request).pk, NOON)
    told = Entry.objects.filter(request_id=request.pk).order_by("pk").values_list("action", flat=True)
    assert list(told) == ["request.made", "request.approve", "request.start", "send.schedule", "request.succeed"]


def test_the_preview_holds_no_name_and_no_number(tea: SpringTea, agent: Actor) -> None:
    contract = str(Preview.objects.get(pk=preview(tea, agent).preview_id).contract)
    for contact in Contact.objects.all():
        assert contact.name not in contract
        assert str(contact.phone) not in contract


def test_a_draft_takes_nothing_from_the_days_budget_and_its_schedule_takes_it_once(
    tea: SpringTea, agent: Actor
) -> None:
    request = scheduled(tea, agent)
    assert (request.people, request.messages, request.money) == (2, 2, Decimal("0.146400"))
    assert list(BudgetUse.objects.values_list("people", "money")) == [(2, Decimal("0.146400"))]
    decisions.reject(request.pk, at_desk(mei_chan()), NOON, note="Not today.")
    assert list(BudgetUse.objects.values_list("people", "money")) == [(0, Decimal(0))]


def test_without_a_policy_even_a_draft_waits_for_a_person(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.all().delete()
    answer = write("create", preview(tea, agent).preview_id, agent)
    assert answer.request is not None
    assert answer.request.state == "pending"


def test_no_policy_schedules_without_a_person(tea: SpringTea, agent: Actor) -> None:
    Policy.objects.update(tools="*")
    assert scheduled(tea, agent).state == "pending"


def test_nothing_is_scheduled_that_was_not_drafted(tea: SpringTea, agent: Actor) -> None:
    no = refused(lambda: write("schedule", preview(tea, agent).preview_id, agent))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("not_drafted", "preview_id")]


def test_a_preview_is_drafted_once(tea: SpringTea, agent: Actor) -> None:
    made = drafted(tea, agent)
    assert refused(lambda: write("create", made, agent)).codes == ["already_drafted"]
    assert Send.objects.count() == 1


def test_a_broadcast_is_scheduled_once_though_two_people_asked_for_it(tea: SpringTea, agent: Actor) -> None:
    made = drafted(tea, agent)
    first, second = (request_of(write("schedule", made, agent)) for _ in range(2))
    approved(first)
    approved(second)
    assert carry_out(first.pk, NOON).state == "succeeded"
    late = carry_out(second.pk, NOON)
    assert (late.state, codes_of(late)) == ("voided", ["wrong_state"])
    assert send_of(first).request_id == first.pk
    assert refused(lambda: write("schedule", made, agent)).codes == ["wrong_state"]


def test_a_stopped_draft_is_not_scheduled(tea: SpringTea, agent: Actor) -> None:
    request = approved(scheduled(tea, agent))
    move_send(send_of(request), "stop", at_desk(mei_chan()), NOON)
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["wrong_state"])


def update(model: Any, **fields: Any) -> None:
    model.objects.update(**fields)


# What may happen to the world between two steps, and the reason that it gives.
DRIFT: dict[str, tuple[Callable[[SpringTea], Any], str]] = {
    "the template was paused": (lambda tea: update(TemplateTranslation, status="PAUSED"), "template_not_approved"),
    "the template was rejected": (lambda tea: update(TemplateTranslation, status="REJECTED"), "template_not_approved"),
    "the template was disabled": (lambda tea: update(TemplateTranslation, status="DISABLED"), "template_not_approved"),
    "the template was edited": (lambda tea: update(TemplateTranslation, digest="0" * 64), "template_changed"),
    "the sender turned red": (lambda tea: update(Sender, quality="RED"), "sender_quality_red"),
    "the sender was paused": (lambda tea: update(Sender, paused_at=NOON), "sender_not_ready"),
    "the sender was cut off": (lambda tea: update(Sender, status="DISCONNECTED"), "sender_not_ready"),
    "the account was restricted": (lambda tea: update(WhatsAppAccount, restricted_at=NOON), "account_restricted"),
    "a new price card begins": (lambda tea: set_prices(date(2026, 3, 2), HK="0.09"), "prices_changed"),
    "sending was stopped": (lambda tea: update(type(tea.organisation), sending_stopped_at=NOON), "sending_stopped"),
    "quiet hours were moved over it": (
        lambda tea: MessagingRules.objects.create(
            organisation=tea.organisation, quiet_from="13:00", quiet_until="15:00"
        ),
        "quiet_hours",
    ),
    "the audience was altered": (
        lambda tea: Audience.objects.get().members.filter(verdict=2).update(verdict=0),
        "audience_changed",
    ),
}


@contextmanager
def undone() -> Iterator[None]:
    """What happens in here has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("what", DRIFT)
def test_what_moves_beneath_a_broadcast_is_seen_at_every_step(tea: SpringTea, agent: Actor, what: str) -> None:
    happens, code = DRIFT[what]

    made = preview(tea, agent).preview_id
    with undone():  # after the preview: it is not drafted
        happens(tea)
        assert refused(lambda: write("create", made, agent)).codes == [code]
        assert (Send.objects.count(), ActionRequest.objects.count()) == (0, 0)

    write("create", made, agent)
    with undone():  # after the draft: it is not asked for
        happens(tea)
        assert refused(lambda: write("schedule", made, agent)).codes == [code]

    request = request_of(write("schedule", made, agent))
    with undone():  # while it waits: it is not approved
        happens(tea)
        assert refused(lambda: approved(request)).codes == [code]

    approved(request)
    with undone():  # after the approval: it is voided
        happens(tea)
        ended = carry_out(request.pk, NOON)
        assert (ended.state, codes_of(ended)) == ("voided", [code])
        assert send_of(request).state == SendState.DRAFT

    assert carry_out(request.pk, NOON).state == "succeeded"
    assert list(reasons_against(send_of(request), NOON, ask_audience=True)) == []
    happens(tea)  # after the schedule: it is not released
    assert {reason.code for reason in reasons_against(send_of(request), NOON, ask_audience=True)} == {code}


def test_a_utility_template_that_meta_turned_into_marketing_is_not_sent_as_utility(agent: Actor) -> None:
    tea = SpringTea()
    set_prices(category="utility")
    update(TemplateTranslation, reviewed_category="utility")
    update(type(tea.template), category="utility")
    ann = drinker("Ann")
    ConsentStateFactory(contact=ann, category="utility")
    shown = preview(tea, agent)
    assert (shown.data["category"], shown.data["included"]) == ("utility", 1)
    update(TemplateTranslation, reviewed_category="marketing")
    assert refused(lambda: write("create", shown.preview_id, agent)).codes == ["template_recategorised"]


def test_one_language_that_meta_calls_marketing_makes_the_whole_broadcast_marketing(
    tea: SpringTea, agent: Actor
) -> None:
    chinese = tea.translate("zh_HK")
    update(TemplateTranslation, reviewed_category="utility")
    TemplateTranslation.objects.filter(pk=chinese.pk).update(reviewed_category="marketing")
    assert preview(tea, agent).data["category"] == "marketing"


def test_a_language_that_is_not_approved_is_not_sent_and_its_readers_read_the_default(
    tea: SpringTea, agent: Actor
) -> None:
    TemplateTranslationFactory(template=tea.template, language="zh_HK", status="REJECTED")
    drinker("Ming", language="zh_HK")
    parts = preview(tea, agent).data["translations"]
    assert [(part["language"], part["people"]) for part in parts] == [("en", 3)]


def test_the_gate_names_every_reason_at_once(tea: SpringTea, agent: Actor) -> None:
    made = preview(tea, agent).preview_id
    for what in ("the template was paused", "the sender turned red", "sending was stopped", "a new price card begins"):
        DRIFT[what][0](tea)
    assert refused(lambda: write("create", made, agent)).codes == [
        "sending_stopped", "template_not_approved", "sender_quality_red", "prices_changed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("due_at", "quiet"),
    [
        ("2026-03-02T20:59:00+08:00", False),
        ("2026-03-02T21:00:00+08:00", True),
        ("2026-03-03T08:59:00+08:00", True),
        ("2026-03-03T09:00:00+08:00", False),
        ("2026-03-02T14:00:00+00:00", True),
    ],
)
def test_marketing_does_not_begin_in_quiet_hours(tea: SpringTea, agent: Actor, due_at: str, quiet: bool) -> None:
    shown = preview(tea, agent, due_at=due_at)
    assert any(warning.startswith("quiet_hours:") for warning in shown.warnings) is quiet
    if quiet:
        no = refused(lambda: write("create", shown.preview_id, agent))
        assert [(reason.code, reason.field) for reason in no.reasons] == [("quiet_hours", "due_at")]


def test_a_broadcast_whose_last_moment_is_over_is_not_scheduled(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent, not_after="2026-03-02T15:00:00+08:00")
    three = NOON + timedelta(hours=3)
    assert refused(lambda: approved(request, now=three)).codes == ["too_late"]
    assert approved(request, now=three - timedelta(seconds=1)).state == "approved"
    ended = carry_out(request.pk, three)
    assert (ended.state, codes_of(ended)) == ("voided", ["too_late"])


def test_a_broadcast_to_nobody_is_not_drafted(tea: SpringTea, agent: Actor) -> None:
    for contact in Contact.objects.all():
        SuppressionFactory(contact=contact, reason="blocked")
    shown = preview(tea, agent)
    assert shown.data["included"] == 0
    assert refused(lambda: write("create", shown.preview_id, agent)).codes == ["nobody_to_write_to"]


@pytest.mark.parametrize(
    ("ask", "code", "field"),
    [
        ({"not_after": "2026-03-02T14:00:00+08:00"}, "ends_before_it_begins", "not_after"),
        ({"due_at": "2026-06-01T12:00:00+08:00"}, "too_far_ahead", "due_at"),
        ({"variables": []}, "variables_do_not_match", "variables"),
        ({"variables": [{"name": "2", "source": "name"}]}, "variables_do_not_match", "variables"),
        ({"due_at": "2026-03-02T14:00:00"}, "invalid_argument", "due_at"),
        ({"per_second": 0}, "invalid_argument", "per_second"),
        ({"cost_ceiling": "-1"}, "invalid_argument", "cost_ceiling"),
        ({"cost_ceiling": "NaN"}, "invalid_argument", "cost_ceiling"),
        ({"limit": 10}, "invalid_argument", "limit"),
    ],
)
def test_a_preview_that_cannot_be_made_says_which_field_is_wrong(
    tea: SpringTea, agent: Actor, ask: dict[str, Any], code: str, field: str
) -> None:
    no = refused(lambda: preview(tea, agent, **ask))
    assert [(reason.code, reason.field) for reason in no.reasons] == [(code, field)]
    assert (Preview.objects.count(), Audience.objects.count()) == (0, 0)


def test_a_template_without_an_approved_language_makes_no_preview(tea: SpringTea, agent: Actor) -> None:
    update(TemplateTranslation, status="PENDING")
    assert refused(lambda: preview(tea, agent)).codes == ["template_not_approved"]


def test_template_and_sender_belong_to_one_account(tea: SpringTea, agent: Actor) -> None:
    stranger = SenderFactory(account__organisation=tea.organisation)
    no = refused(lambda: preview(tea, agent, sender_id=str(stranger.pk)))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("wrong_account", "sender_id")]


@pytest.mark.parametrize("field", ["segment_id", "template_id", "sender_id"])
def test_another_tenants_row_is_as_unknown_as_none(tea: SpringTea, agent: Actor, field: str) -> None:
    theirs = {
        "segment_id": lambda: SegmentFactory(organisation=other_tenant()),
        "template_id": lambda: TemplateFactory(account__organisation=other_tenant()),
        "sender_id": lambda: SenderFactory(account__organisation=other_tenant()),
    }[field]()
    foreign = refused(lambda: preview(tea, agent, **{field: str(theirs.pk)}))
    unknown = refused(lambda: preview(tea, agent, **{field: str(uuid4())}))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]
    assert foreign.reasons[0].field == field


def test_the_ceiling_and_the_pace_are_the_callers_but_never_above_the_senders(tea: SpringTea, agent: Actor) -> None:
    slow = preview(tea, agent, cost_ceiling="0.05", per_second=10).data
    assert (slow["cost_ceiling"], slow["per_second"]) == ("0.05", 10)
    assert preview(tea, agent, per_second=1000).data["per_second"] == 80


def test_a_broadcast_ends_about_when_its_pace_lets_it(tea: SpringTea, agent: Actor) -> None:
    shown = preview(tea, agent, per_second=1).data
    assert parse_datetime(shown["finishes_about"]) == NOON + timedelta(hours=2, seconds=2)


def test_a_contract_altered_after_the_approval_schedules_nothing(tea: SpringTea, agent: Actor) -> None:
    request = approved(scheduled(tea, agent))
    tamper("UPDATE approvals_preview SET contract = jsonb_set(contract, '{cost_ceiling}', '\"9999\"') WHERE id = %s",
           request.preview_id)  # fmt: skip
    ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended)) == ("voided", ["seal_broken"])


def test_an_opt_out_after_the_preview_does_not_break_the_frozen_audience(tea: SpringTea, agent: Actor) -> None:
    """Who leaves is left out at the moment of sending; what was countersigned stays what it was."""
    request = approved(scheduled(tea, agent))
    SuppressionFactory(contact=Contact.objects.get(name="Ann"))
    drinker("Too late")
    assert carry_out(request.pk, NOON).state == "succeeded"
    assert send_of(request).audience.targeted == 3


def listed(actor: Actor, **ask: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call("whatsapp.broadcasts.list", ask, actor, NOON).data["broadcasts"]
    return rows


def test_the_list_tells_where_each_broadcast_stands_with_numbers_that_add_up(tea: SpringTea, agent: Actor) -> None:
    drafted(tea, agent, name="Only drafted")
    carry_out(approved(scheduled(tea, agent, name="To be sent")).pk, NOON)
    rows = listed(agent)
    assert {row["name"]: row["state"] for row in rows} == {"To be sent": "scheduled", "Only drafted": "draft"}
    for row in rows:
        assert (row["targeted"], row["included"]) == (3, 2)
        assert sum(row["outcomes"].values()) == 3
        assert row["outcomes"]["excluded_suppressed"] == 1
    assert [row["name"] for row in listed(agent, state="draft")] == ["Only drafted"]


def test_another_tenants_broadcasts_are_not_listed(tea: SpringTea, agent: Actor) -> None:
    drafted(tea, agent)
    stranger = tea_assistant(owner=PersonFactory(organisation=other_tenant(), role="marketer"))
    assert listed(stranger) == []


def forged(send: Send, request: ActionRequest) -> list[str]:
    """Why a send does not leave that somebody has scheduled by hand, under this request."""
    Send.objects.filter(pk=send.pk).update(state=SendState.SCHEDULED, request=request)
    return [reason.code for reason in reasons_against(Send.objects.get(pk=send.pk), NOON, ask_audience=True)]


def test_the_request_that_kept_the_draft_is_no_countersignature_for_sending_it(tea: SpringTea, agent: Actor) -> None:
    made = drafted(tea, agent)
    kept = ActionRequest.objects.get(preview_id=made)
    assert kept.state == "succeeded"
    assert forged(Send.objects.get(), kept) == ["not_countersigned"]


def test_a_request_that_was_moved_to_its_end_by_hand_under_a_rules_name_lets_nothing_leave(
    tea: SpringTea, agent: Actor
) -> None:
    request = scheduled(tea, agent)
    Decision.objects.create(request=request, rule="policy: x", verdict="approve", seal=request.seal, at=NOON)
    for state in ("approved", "executing", "succeeded"):
        ActionRequest.objects.filter(pk=request.pk).update(state=state)
    assert forged(send_of(request), ActionRequest.objects.get(pk=request.pk)) == ["seal_broken"]


def test_a_request_that_waits_lets_nothing_leave(tea: SpringTea, agent: Actor) -> None:
    request = scheduled(tea, agent)
    assert forged(send_of(request), request) == ["not_countersigned"]
    assert forged(send_of(request), approved(request)) == ["not_countersigned"]
