"""Templates through the door: checked as Meta would, and kept as drafts."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from approvals.calls import call
from approvals.envelope import Envelope
from messaging.models import Template, TemplateTranslation, WhatsAppAccount
from tests.approvals.tea_room import at_once, refused
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
from tests.messaging.spring_templates import TEXT, drafted, keep_drafts_at_once, preview, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Actor:
    """Under a policy that keeps drafts at once, with one WhatsApp account."""
    WhatsAppAccountFactory(organisation=harbour_tea())
    keep_drafts_at_once()
    return tea_assistant()


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
