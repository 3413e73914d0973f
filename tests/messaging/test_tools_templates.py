"""Templates through the door: checked as Meta would, kept as drafts, submitted once somebody has countersigned."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import Envelope
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from audit.models import Entry
from messaging.models import Template, TemplateTranslation, WhatsAppAccount
from tests.approvals.tea_room import approved, at_once, codes_of, refused, request_of
from tests.factories import (
    NOON,
    PersonFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    WhatsAppAccountFactory,
    harbour_tea,
    other_tenant,
)
from tests.messaging.spring_tea import tea_assistant
from tests.messaging.whatsapp.pretend_graph import RESET, answer, pretend_graph

pytestmark = pytest.mark.django_db

TEXT = "Hello {{1}}, spring tea is in."
PENDING = answer(200, {"id": "594425479261596", "status": "PENDING", "category": "MARKETING"})


@pytest.fixture
def agent() -> Actor:
    """Under a policy that keeps drafts at once, with one WhatsApp account."""
    WhatsAppAccountFactory(organisation=harbour_tea())
    keep_drafts_at_once()
    return tea_assistant()


def keep_drafts_at_once() -> None:
    Policy.objects.create(
        organisation=harbour_tea(), name="Drafts", tools="whatsapp.template_draft.upsert", outcome="automatic"
    )


def ask(text: str = TEXT, languages: tuple[str, ...] = ("en",), **changed: Any) -> dict[str, Any]:
    translations = [{"language": one, "body": {"text": text, "examples": {"1": "Mei"}}} for one in languages]
    named = {"name": "spring_tea", "category": "marketing", "default_language": languages[0]}
    return {**named, "translations": translations, **changed}


def preview(actor: Actor, *args: Any, **changed: Any) -> Envelope[Any]:
    return call("whatsapp.template_submit.preview", ask(*args, **changed), actor, NOON)


def write(tool: str, preview_id: UUID | None, actor: Actor) -> Envelope[Any]:
    arguments = {"preview_id": str(preview_id), "idempotency_key": f"key-{uuid4()}", "reason": "Spring is here."}
    return call(f"whatsapp.{tool}", arguments, actor, NOON)


def drafted(actor: Actor, *args: Any, **changed: Any) -> UUID | None:
    made = preview(actor, *args, **changed).preview_id
    kept = write("template_draft.upsert", made, actor)
    assert kept.request is not None
    assert kept.request.state == "succeeded", kept.warnings
    return made


def submitted(actor: Actor) -> ActionRequest:
    """A drafted template whose submission Mei has approved."""
    return approved(request_of(write("template.submit", drafted(actor), actor)))


def statuses() -> dict[str, str]:
    return dict(TemplateTranslation.objects.order_by("language").values_list("language", "status"))


def test_a_template_is_previewed_and_kept_as_a_draft_word_for_word(agent: Actor) -> None:
    shown = preview(agent)
    assert [(found["code"], found["severity"]) for found in shown.data["findings"]] == [("no_opt_out", "risk")]
    kept = write("template_draft.upsert", shown.preview_id, agent)
    translation = TemplateTranslation.objects.get()
    assert kept.data["languages"] == {"en": "DRAFT"}
    assert (translation.definition, translation.digest) == (
        shown.data["texts"][0]["definition"], shown.data["texts"][0]["digest"],
    )  # fmt: skip
    assert Template.objects.get().version == 1


def test_what_meta_would_refuse_is_shown_and_never_kept(agent: Actor) -> None:
    shown = preview(agent, "{{1}}", name="Spring Tea!")
    errors = {found["code"] for found in shown.data["findings"] if found["severity"] == "error"}
    assert errors
    no = refused(lambda: write("template_draft.upsert", shown.preview_id, agent))
    assert set(no.codes) == errors
    assert all(reason.text and reason.fix for reason in no.reasons)
    assert Template.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"languages": ("en", "en")}, "language_twice", "translations"),
        ({"default_language": "fr"}, "default_language_missing", "default_language"),
        ({"category": "authentication"}, "invalid_argument", "category"),
        ({"translations": []}, "invalid_argument", "translations"),
    ],
)
def test_a_template_that_is_no_template_is_refused_by_its_field(
    agent: Actor, changed: dict[str, Any], code: str, field: str
) -> None:
    no = refused(lambda: preview(agent, **changed))
    assert [(reason.code, reason.field) for reason in no.reasons] == [(code, field)]


def test_an_edit_says_which_version_was_read(agent: Actor) -> None:
    drafted(agent)
    token = call("whatsapp.templates.list", {}, agent, NOON).data["templates"][0]["version_token"]
    no = refused(lambda: preview(agent, "Hello {{1}}, summer tea."))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("stale_version", "base_version_token")]
    drafted(agent, "Hello {{1}}, summer tea is in.", base_version_token=token)
    assert Template.objects.get().version == 2
    refused(lambda: preview(agent, base_version_token=token))


def test_a_draft_that_was_overtaken_since_its_preview_is_not_kept(agent: Actor) -> None:
    first, second = preview(agent).preview_id, preview(agent, "Hello {{1}}, green tea is in.").preview_id
    write("template_draft.upsert", first, agent)
    no = refused(lambda: write("template_draft.upsert", second, agent))
    assert no.codes == ["stale_version"]
    assert TemplateTranslation.objects.get().definition["body"]["text"] == TEXT


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_at_once_one_stands() -> None:
    WhatsAppAccountFactory(organisation=harbour_tea())
    keep_drafts_at_once()
    actor = tea_assistant()
    drafted(actor)
    token = call("whatsapp.templates.list", {}, actor, NOON).data["templates"][0]["version_token"]
    previews = [
        preview(actor, f"Hello {{{{1}}}}, {tea} tea is in.", base_version_token=token).preview_id
        for tea in ("green", "black", "white")
    ]
    outcomes = at_once(*[lambda one=one: write("template_draft.upsert", one, actor) for one in previews])
    kept = [
        each for each in outcomes if isinstance(each, Envelope) and each.request and each.request.state == "succeeded"
    ]
    assert len(kept) == 1
    assert Template.objects.get().version == 2


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


def test_templates_are_listed_by_status_language_and_category_in_their_own_organisation(agent: Actor) -> None:
    account = WhatsAppAccount.objects.get()
    spring = TemplateFactory(account=account, name="spring")
    TemplateTranslationFactory(template=spring, language="en")
    TemplateTranslationFactory(template=spring, language="zh_HK", status="REJECTED")
    TemplateTranslationFactory(
        template=TemplateFactory(account=account, name="order", category="utility"), status="PAUSED"
    )
    theirs = TemplateTranslationFactory(template=TemplateFactory(account__organisation=other_tenant(), name="theirs"))

    def names(**narrowed: Any) -> list[str]:
        rows = call("whatsapp.templates.list", narrowed, agent, NOON).data["templates"]
        return sorted(row["name"] for row in rows)

    assert names() == ["order", "spring"]
    assert (names(status="PAUSED"), names(language="zh_HK"), names(category="utility")) == (
        ["order"],
        ["spring"],
        ["order"],
    )
    assert names(status="DISABLED") == []
    one = call("whatsapp.template.get", {"template_id": str(spring.pk)}, agent, NOON).data
    assert (one["sendable"], one["languages"]) == (True, {"en": "APPROVED", "zh_HK": "REJECTED"})
    assert [part["variables"] for part in one["translations"]] == [["1"], ["1"]]
    foreign = refused(lambda: call("whatsapp.template.get", {"template_id": str(theirs.template_id)}, agent, NOON))
    unknown = refused(lambda: call("whatsapp.template.get", {"template_id": str(uuid4())}, agent, NOON))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]


def test_another_tenants_account_is_as_unknown_as_none(agent: Actor) -> None:
    theirs = WhatsAppAccountFactory(organisation=other_tenant())
    foreign = refused(lambda: preview(agent, account_id=str(theirs.pk)))
    unknown = refused(lambda: preview(agent, account_id=str(uuid4())))
    assert [reason.as_dict() for reason in foreign.reasons] == [reason.as_dict() for reason in unknown.reasons]
    stranger = tea_assistant(owner=PersonFactory(organisation=other_tenant(), role="marketer"))
    assert preview(stranger).data["account_id"] == str(theirs.pk)
