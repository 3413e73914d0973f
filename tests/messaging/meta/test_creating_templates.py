"""create_template: drafted and put before a person, submitted once, and asked again only told about."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts.actor import Actor
from approvals.execution import carry_out
from approvals.models import ActionRequest, Policy
from messaging.models import Template, TemplateTranslation, WhatsAppAccount
from tests.approvals.tea_room import approved, refused
from tests.factories import NOON, WhatsAppAccountFactory, harbour_tea, other_tenant
from tests.messaging.meta.asking import over_mcp, over_rest, sam, told
from tests.messaging.spring_tea import tea_assistant
from tests.messaging.spring_templates import keep_drafts_at_once
from tests.messaging.whatsapp.pretend_graph import answer, pretend_graph

pytestmark = pytest.mark.django_db

TEXT = "Hello {{1}}, your tea {{2}} has left."
KEYS = ["template_name", "locale", "category", "status", "meta_id", "note", "action_request_id"]


@pytest.fixture(autouse=True)
def _account() -> None:
    WhatsAppAccountFactory(organisation=harbour_tea())
    keep_drafts_at_once()


def created(actor: Actor | None = None, **changed: Any) -> Any:
    asked = {"name": "tea_left", "category": "UTILITY", "language": "en", "body_text": TEXT, **changed}
    return told("create_template", actor or sam(), **asked)


def requests() -> list[tuple[str, str]]:
    return list(ActionRequest.objects.order_by("created_at", "tool").values_list("tool", "state"))


def test_it_waits_for_a_person_beside_the_catalogues_keys() -> None:
    found = created()
    request = ActionRequest.objects.get(tool="whatsapp.template.submit")
    note = found.pop("note")
    assert found == {
        "template_name": "tea_left",
        "locale": "en",
        "category": "UTILITY",
        "status": "pending_approval",
        "meta_id": "",
        "action_request_id": str(request.pk),
    }
    assert note.startswith("Nothing has gone to Meta")
    assert request.state == "pending"
    assert TemplateTranslation.objects.get().status == "DRAFT"
    assert TemplateTranslation.objects.get().definition["body"] == {
        "text": TEXT, "examples": {"1": "Sample 1", "2": "Sample 2"},
    }  # fmt: skip


def test_asked_again_it_tells_where_it_stands_and_submits_nothing_twice(settings: Settings) -> None:
    first = created()
    assert created() == first
    assert len(requests()) == 2
    request = approved(ActionRequest.objects.get(pk=first["action_request_id"]))
    made = answer(200, {"id": "594425479261596", "status": "PENDING", "category": "UTILITY"})
    with pretend_graph(made) as graph:
        settings.GRAPH_BASE_URL = graph.url
        assert carry_out(request.pk, NOON).state == "succeeded"
    found = created()
    assert (found["status"], found["meta_id"]) == ("PENDING", "594425479261596")
    assert "action_request_id" not in found
    assert len(requests()) == 2


def test_where_a_draft_waits_for_a_person_too_it_is_submitted_when_asked_again() -> None:
    Policy.objects.all().delete()
    first = created()
    assert requests() == [("whatsapp.template_draft.upsert", "pending")]
    assert created() == first
    carry_out(approved(ActionRequest.objects.get(pk=first["action_request_id"])).pk, NOON)
    second = created()
    assert second["status"] == "pending_approval"
    assert [tool for tool, _state in requests()] == ["whatsapp.template.submit", "whatsapp.template_draft.upsert"]


@pytest.mark.parametrize("changed", [{"body_text": "Other words."}, {"language": "en_US"}, {"category": "MARKETING"}])
def test_a_name_that_is_taken_is_refused_rather_than_edited(changed: dict[str, Any]) -> None:
    created()
    no = refused(lambda: created(**changed))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("template_exists", "name")]
    assert Template.objects.get().version == 1


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"name": "Tea Left!"}, "name_format", "name"),
        ({"body_text": "{{1}}"}, None, "body_text"),
        ({"language": "xx-YY"}, "language_format", "language"),
        ({"body_text": "x" * 1025}, "invalid_argument", "body_text"),
        ({"name": "x" * 513}, "invalid_argument", "name"),
        ({"category": "OTP"}, "invalid_argument", "category"),
        ({"category": "AUTHENTICATION"}, "authentication_text_is_fixed", "category"),
    ],
)
def test_what_meta_would_refuse_is_refused_here_by_its_field(
    changed: dict[str, Any], code: str | None, field: str
) -> None:
    no = refused(lambda: created(**changed))
    assert field in {reason.field for reason in no.reasons}
    assert code is None or code in no.codes
    assert not Template.objects.exists()


def test_variables_may_have_names() -> None:
    created(body_text="Hello {{first_name}}, your tea has left.")
    definition = TemplateTranslation.objects.get().definition
    assert (definition["style"], definition["body"]["examples"]) == ("NAMED", {"first_name": "Sample 1"})


def test_an_organisation_with_several_accounts_or_none_says_which_elsewhere() -> None:
    WhatsAppAccountFactory(organisation=harbour_tea())
    assert refused(created).codes == ["account_not_found"]
    WhatsAppAccount.objects.all().delete()
    WhatsAppAccountFactory(organisation=other_tenant())
    no = refused(created)
    assert [(reason.code, reason.field) for reason in no.reasons] == [("account_not_found", "")]


def test_whoever_may_not_preview_templates_is_told_so() -> None:
    agent = tea_assistant(scopes=["meta:request"])
    assert refused(lambda: created(agent)).codes == ["scope_missing"]


def test_rest_and_mcp_answer_with_its_own_keys_alone() -> None:
    asked = {"name": "tea_left", "category": "utility", "language": "en", "body_text": TEXT}
    assert sorted(over_rest("create_template", **asked)) == sorted(KEYS)
    agent = tea_assistant(scopes=["meta:request", "whatsapp:preview", "whatsapp:request"])
    assert sorted(over_mcp("create_template", agent, **asked)) == sorted(KEYS)
    assert TemplateTranslation.objects.count() == 1
