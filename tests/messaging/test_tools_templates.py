"""Templates through the door: submitted once somebody has countersigned, and what Meta answers."""

import pytest
from pytest_django import Settings

from accounts.actor import Actor
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from audit.models import Entry
from messaging.models import Template, TemplateTranslation, WhatsAppAccount
from tests.approvals.tea_room import approved, codes_of, refused, request_of
from tests.factories import NOON, TemplateTranslationFactory, WhatsAppAccountFactory, harbour_tea
from tests.messaging.spring_tea import tea_assistant
from tests.messaging.spring_templates import TEXT, drafted, keep_drafts_at_once, preview, write
from tests.messaging.whatsapp.pretend_graph import RESET, answer, pretend_graph

pytestmark = pytest.mark.django_db


PENDING = answer(200, {"id": "594425479261596", "status": "PENDING", "category": "MARKETING"})


@pytest.fixture
def agent() -> Actor:
    """Under a policy that keeps drafts at once, with one WhatsApp account."""
    WhatsAppAccountFactory(organisation=harbour_tea())
    keep_drafts_at_once()
    return tea_assistant()


def submitted(actor: Actor) -> ActionRequest:
    """A drafted template whose submission Mei has approved."""
    return approved(request_of(write("template.submit", drafted(actor), actor)))


def statuses() -> dict[str, str]:
    return dict(TemplateTranslation.objects.order_by("language").values_list("language", "status"))


def test_nothing_is_submitted_without_a_person_and_without_a_draft(agent: Actor) -> None:
    Policy.objects.update(tools="*")
    made = preview(agent).preview_id
    no = refused(lambda: write("template.submit", made, agent))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("not_drafted", "preview_id")]
    write("template_draft.upsert", made, agent)
    answered = write("template.submit", made, agent)
    assert answered.request is not None
    assert answered.request.state == "pending"


def test_a_draft_edited_after_the_approval_is_not_submitted(agent: Actor, settings: Settings) -> None:
    request = submitted(agent)
    TemplateTranslation.objects.update(digest="0" * 64)
    with pretend_graph(PENDING) as graph:
        settings.GRAPH_BASE_URL = graph.url
        ended = carry_out(request.pk, NOON)
    assert (ended.state, codes_of(ended), graph.requests) == ("voided", ["template_changed"], [])


def test_what_was_previewed_is_what_reaches_meta(agent: Actor, settings: Settings) -> None:
    request = submitted(agent)
    with pretend_graph(PENDING) as graph:
        settings.GRAPH_BASE_URL = graph.url
        ended = carry_out(request.pk, NOON)
    assert ended.state == "succeeded"
    assert statuses() == {"en": "PENDING"}
    assert TemplateTranslation.objects.get().meta_id == "594425479261596"
    ((head, body),) = graph.requests
    assert f"/{WhatsAppAccount.objects.get().waba_id}/message_templates" in head
    assert TEXT.encode() in body
    assert Entry.objects.filter(action="template.submitted", request_id=request.pk).count() == 1


def test_an_answer_of_meta_that_was_lost_is_unsure_and_never_sent_again(agent: Actor, settings: Settings) -> None:
    request = submitted(agent)
    with pretend_graph(RESET) as graph:
        settings.GRAPH_BASE_URL = graph.url
        assert carry_out(request.pk, NOON).state == "unsure"
        assert carry_out(request.pk, NOON).state == "unsure"
    assert statuses() == {"en": "UNSURE"}
    assert len(graph.requests) == 1


def test_two_requests_for_the_same_texts_submit_them_once(agent: Actor, settings: Settings) -> None:
    made = drafted(agent)
    first, second = (approved(request_of(write("template.submit", made, agent))) for _ in range(2))
    with pretend_graph(PENDING) as graph:
        settings.GRAPH_BASE_URL = graph.url
        assert carry_out(first.pk, NOON).state == "succeeded"
        late = carry_out(second.pk, NOON)
    assert (late.state, codes_of(late)) == ("voided", ["wrong_state"])
    assert len(graph.requests) == 1


def test_a_text_that_another_request_is_submitting_is_not_submitted_along(agent: Actor, settings: Settings) -> None:
    request = submitted(agent)
    TemplateTranslationFactory(template=Template.objects.get(), language="zh_HK", status="SUBMITTING", meta_id="")
    with pretend_graph(PENDING) as graph:
        settings.GRAPH_BASE_URL = graph.url
        carry_out(request.pk, NOON)
    assert len(graph.requests) == 1
    assert statuses() == {"en": "PENDING", "zh_HK": "SUBMITTING"}
