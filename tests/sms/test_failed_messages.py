"""Failed texts once more: only those that may, only by a second person's agreement, never to who got it after all."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor, Face
from approvals.execution import carry_out
from approvals.models import ActionRequest
from messaging.consent.optouts import Stop, opt_out
from messaging.engine.release import release_due
from messaging.engine.take import take
from messaging.invariants import broken_invariants
from messaging.models import Attempt, Message, Replacement, Send, Status, SuppressionReason, Verdict
from sms.models import GatewayPrice, SubmittedPart
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, AgentFactory, PersonFactory, other_tenant
from tests.sms.tea_texts import TeaTexts, drinker, failed_text, texter, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(tea: TeaTexts) -> Message:
    """Ann's text; Bo's and Cy's failed with hers."""
    ann = drinker("Ann")
    drinker("Bo")
    drinker("Cy")
    return failed_text(tea, ann)


def of(name: str) -> Any:
    return Message.objects.filter(contact__name=name, send__kind="campaign")


def previewed(message: Message, actor: Actor) -> Any:
    return use("failed_messages.retry_preview", actor, batch_id=str(message.send_id))


def wished(message: Message, actor: Actor) -> ActionRequest:
    handle = str(previewed(message, actor).preview_id)
    wish = {"retry_preview_id": handle, "idempotency_key": uuid4().hex, "reason": "Their phones were off."}
    answer = use("failed_messages.resend", actor, **wish)
    assert answer.request is not None
    return ActionRequest.objects.get(pk=answer.request.action_request_id)


def resent(message: Message) -> Send:
    request = carry_out(approved(wished(message, texter())).pk, NOON)
    assert request.state == "succeeded", request.reasons
    return Send.objects.get(kind="retry")


def handed_over(send: Send) -> dict[str, str]:
    release_due(NOON)
    take(send.sender, 5, NOON + timedelta(minutes=1))
    return {
        message.contact.name: Verdict(message.verdict).name if message.verdict else Status(message.status).name
        for message in Message.objects.filter(send=send).select_related("contact")
    }


def test_a_preview_says_who_may_get_it_again_and_why_the_others_may_not(ann: Message) -> None:
    of("Bo").update(error_code="30005")
    of("Cy").update(status=Status.UNSURE)
    told = previewed(ann, texter()).data
    assert (told["considered"], len(told["replaces"]), told["included"]) == (3, 1, 1)
    assert told["not_resent"] == {"outcome_unknown": 1, "recipient_bad": 1}
    assert Decimal(told["cost_high"]) == Decimal("0.50")


def test_who_has_opted_out_since_is_left_out_of_the_preview(ann: Message) -> None:
    stop = Stop(SuppressionReason.STOP, "test", NOON)
    opt_out([ann.contact_id], stop, Actor.system(ann.organisation, "test"), NOON)
    told = previewed(ann, texter()).data
    assert (told["targeted"], told["included"], told["excluded"]) == (3, 2, {"suppressed": 1})


def test_a_phone_that_was_off_is_given_four_hours(ann: Message) -> None:
    of("Ann").update(failed_at=NOON - timedelta(hours=4) + timedelta(minutes=1))
    assert previewed(ann, texter()).data["not_resent"] == {"too_soon": 1}


def test_who_read_a_part_has_got_it(ann: Message, tea: TeaTexts) -> None:
    attempt = Attempt.objects.get(message=ann)
    SubmittedPart.objects.create(gateway=tea.first, reference=attempt.pk, part=1, parts=2, progress="delivered",
                                 submitted_at=NOON)  # fmt: skip
    assert previewed(ann, texter()).data["not_resent"] == {"arrived_in_part": 1}


def test_the_same_words_cost_what_they_cost_today(ann: Message) -> None:
    GatewayPrice.objects.filter(country="HK").update(amount=Decimal("0.60"))
    told = previewed(ann, texter()).data
    assert (Decimal(told["cost_high"]), Decimal(told["routes"][0]["price"])) == (Decimal("1.80"), Decimal("0.60"))


def test_failed_texts_go_once_more_when_a_second_person_agrees_and_only_then(ann: Message) -> None:
    request = wished(ann, texter())
    assert (request.state, request.people, Send.objects.count()) == ("pending", 3, 1)
    assert carry_out(approved(request).pk, NOON).state == "succeeded"
    again = Send.objects.get(kind="retry")
    assert handed_over(again) == {"Ann": "SENDING", "Bo": "SENDING", "Cy": "SENDING"}
    assert Replacement.objects.filter(send=again).count() == 3
    broken = {str(one).partition(":")[0] for one in broken_invariants(NOON + timedelta(minutes=1))}
    assert not {name for name in broken if "sent_again" in name or "resends" in name or "nobody" in name}


def test_whose_text_arrived_after_all_is_left_out_at_the_last_moment(ann: Message) -> None:
    again = resent(ann)
    of("Ann").update(status=Status.DELIVERED)
    of("Bo").update(status=Status.UNSURE)
    assert handed_over(again) == {"Ann": "CHANGED", "Bo": "CHANGED", "Cy": "SENDING"}


def test_who_opts_out_after_the_approval_gets_nothing(ann: Message) -> None:
    again = resent(ann)
    stop = Stop(SuppressionReason.STOP, "test", NOON)
    opt_out([ann.contact_id], stop, Actor.system(ann.organisation, "test"), NOON)
    assert handed_over(again)["Ann"] == "SUPPRESSED"


def test_two_requests_for_the_same_texts_send_them_once(ann: Message) -> None:
    one, two = wished(ann, texter()), wished(ann, texter())
    assert carry_out(approved(one).pk, NOON).state == "succeeded"
    assert "sent_again" in refused(lambda: approved(two)).codes
    assert refused(lambda: previewed(ann, texter())).codes == ["nothing_to_resend"]


def test_marketing_is_tried_again_once_and_not_a_third_time(ann: Message) -> None:
    again = resent(ann)
    Send.objects.filter(pk=again.pk).update(state="completed")
    asked = lambda: use("failed_messages.retry_preview", texter(), batch_id=str(again.pk))  # noqa: E731
    assert refused(asked).codes == ["tried_enough"]


def test_nothing_is_resent_of_a_send_that_still_goes_on(ann: Message) -> None:
    Send.objects.update(state="paused")
    assert refused(lambda: previewed(ann, texter())).codes == ["send_not_ended"]


def test_a_preview_lasts_half_an_hour_and_belongs_to_its_maker(ann: Message) -> None:
    mine = texter()
    wish = {
        "retry_preview_id": str(previewed(ann, mine).preview_id),
        "idempotency_key": "once-more-1",
        "reason": "Off.",
    }
    colleague = texter(name="another agent")
    no = refused(lambda: use("failed_messages.resend", colleague, **wish))
    assert (no.codes, no.reasons[0].field) == (["preview_not_found"], "retry_preview_id")
    late = NOON + timedelta(minutes=30)
    assert refused(lambda: use("failed_messages.resend", mine, late, **wish)).codes == ["preview_expired"]


def test_another_organisations_batch_is_unknown(ann: Message) -> None:
    owner = PersonFactory(username="stranger", organisation=other_tenant(), role="admin")
    stranger = Actor.of_agent(AgentFactory(owner=owner), Face.MCP)
    assert refused(lambda: previewed(ann, stranger)).codes == ["send_not_found"]
