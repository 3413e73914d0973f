"""sync_template_status and sync_webhooks: Meta's own word, and nothing that it did not say."""

from typing import Any

import pytest
import responses
from pytest_django import Settings

from audit.models import Entry
from messaging.models import Sender, TemplateTranslation, WebhookFailure, WhatsAppAccount
from tests.approvals.tea_room import refused
from tests.factories import SenderFactory, TemplateFactory, TemplateTranslationFactory, harbour_tea, other_tenant
from tests.matrix.one_of_everything import failed_webhook
from tests.messaging.meta.asking import failures_are_applied_at_once, over_mcp, over_rest, told
from tests.messaging.spring_tea import tea_assistant

pytestmark = pytest.mark.django_db

GRAPH = "https://graph.facebook.com/v25.0"
BODY = "Hello {{1}}, spring tea is in. Reply STOP to opt out."


@pytest.fixture(autouse=True)
def _at_meta(settings: Settings) -> None:
    settings.GRAPH_BASE_URL = "https://graph.facebook.com"


@pytest.fixture
def sender() -> Sender:
    made: Sender = SenderFactory(account__organisation=harbour_tea(), account__access_token="EAAGtea")
    return made


def spring(sender: Sender, status: str = "PENDING", **fields: Any) -> TemplateTranslation:
    template = TemplateFactory(account=sender.account, name="spring")
    made: TemplateTranslation = TemplateTranslationFactory(template=template, status=status, meta_id="594", **fields)
    return made


def meta_says(account: WhatsAppAccount | None, *nodes: dict[str, Any]) -> responses.BaseResponse:
    assert account is not None
    return responses.get(f"{GRAPH}/{account.waba_id}/message_templates", json={"data": list(nodes)})


def node(status: str = "APPROVED", body: str = BODY, **facts: Any) -> dict[str, Any]:
    components = [{"type": "BODY", "text": body, "example": {"body_text": [["Mei"]]}}]
    return {"id": "594", "name": "spring", "language": "en", "status": status, "category": "MARKETING",
            "components": components, "rejected_reason": "NONE"} | facts  # fmt: skip


def synced(**asked: Any) -> Any:
    return told("sync_template_status", template_name="spring", **asked)


@responses.activate
def test_what_meta_has_approved_in_the_catalogues_own_shape(sender: Sender) -> None:
    text = spring(sender)
    asked = meta_says(sender.account, node())
    assert synced() == {"template_name": "spring", "locale": "en", "status": "APPROVED", "category": "marketing"}
    text.refresh_from_db()
    assert text.is_sendable
    assert "name=spring" in str(asked.calls[0].request.url)
    assert Entry.objects.filter(action="template.reviewed").count() == 1


@responses.activate
def test_a_rejection_comes_with_its_reason_and_what_to_do(sender: Sender) -> None:
    spring(sender)
    meta_says(sender.account, node("REJECTED", rejected_reason="TAG_CONTENT_MISMATCH"))
    found = synced()
    assert (found["status"], found["reason"]) == ("REJECTED", "TAG_CONTENT_MISMATCH")
    assert found["suggested_action"] == "Correct the text by the reason and submit it again."


@responses.activate
def test_another_category_and_score_are_taken_over_and_nothing_is_noted_when_nothing_moved(sender: Sender) -> None:
    text = spring(sender, "APPROVED")
    meta_says(sender.account, node(category="UTILITY", quality_score={"score": "RED"}))
    assert synced()["category"] == "utility"
    text.refresh_from_db()
    assert text.quality == "RED"
    noted = Entry.objects.filter(action="template.reviewed").count()
    synced()
    assert Entry.objects.filter(action="template.reviewed").count() == noted


@pytest.mark.parametrize(
    ("status", "rejection", "body"),
    [
        ("PENDING", "", "Hello {{1}}, autumn tea is in."),  # approved in other words than ours
        ("PAUSED", "edited at Meta", BODY),
        ("DRAFT", "", BODY),
    ],
)
@responses.activate
def test_it_grants_nothing(sender: Sender, status: str, rejection: str, body: str) -> None:
    text = spring(sender, status, rejection=rejection)
    meta_says(sender.account, node(body=body))
    assert synced()["status"] == status
    text.refresh_from_db()
    assert not text.is_sendable


@responses.activate
def test_a_submission_that_got_lost_is_found_by_its_name(sender: Sender) -> None:
    template = TemplateFactory(account=sender.account, name="spring")
    text = TemplateTranslationFactory(template=template, status="UNSURE", meta_id="")
    meta_says(sender.account, node("PENDING"))
    assert synced()["status"] == "PENDING"
    text.refresh_from_db()
    assert text.meta_id == "594"


@responses.activate
def test_what_meta_does_not_know_is_said_so(sender: Sender) -> None:
    spring(sender, "DRAFT")
    meta_says(sender.account)
    found = synced()
    assert (found["status"], found["suggested_action"]) == ("DRAFT", "Submit it first.")
    assert found["reason"].startswith("Meta knows no template of this name")


def test_about_a_draft_there_is_nothing_to_ask(sender: Sender) -> None:
    TemplateTranslationFactory(
        template=TemplateFactory(account=sender.account, name="spring"), status="DRAFT", meta_id=""
    )
    assert synced()["suggested_action"] == "Submit it first."


@responses.activate
def test_a_template_that_is_not_ours_and_a_meta_that_is_silent_are_refused(sender: Sender) -> None:
    theirs = TemplateFactory(account__organisation=other_tenant(), name="theirs")
    TemplateTranslationFactory(template=theirs)
    spring(sender)
    for asked in (
        {"template_name": "theirs"},
        {"template_name": "nobodys"},
        {"template_name": "spring", "locale": "fr"},
    ):
        no = refused(lambda these=asked: told("sync_template_status", **these))
        assert [(reason.code, reason.field) for reason in no.reasons] == [("template_not_found", "template_name")]
    error = {"error": {"code": 190, "message": "no"}}
    responses.get(f"{GRAPH}/{sender.account.waba_id}/message_templates", status=401, json=error)
    assert refused(synced).codes == ["meta_silent"]
    WhatsAppAccount.objects.update(access_token="")
    assert refused(synced).codes == ["not_connected"]


@responses.activate
def test_all_templates_and_failed_reports_are_caught_up_with_at_once(sender: Sender) -> None:
    failures_are_applied_at_once()
    spring(sender)
    meta_says(sender.account, node())
    failed_webhook(sender)
    failed_webhook(sender)
    assert told("sync_webhooks") == {"template_synced": True, "messages_reconciled": 2}
    assert TemplateTranslation.objects.get().status == "APPROVED"
    assert not WebhookFailure.objects.exists()
    assert told("sync_webhooks") == {"template_synced": True, "messages_reconciled": 0}


@responses.activate
def test_another_tenants_failures_stay_as_they_are(sender: Sender) -> None:
    failures_are_applied_at_once()
    meta_says(sender.account)
    failed_webhook(SenderFactory(account__organisation=other_tenant()))
    assert told("sync_webhooks") == {"template_synced": True, "messages_reconciled": 0}
    assert WebhookFailure.objects.count() == 1


@responses.activate
def test_where_a_person_decides_it_asks_once_and_says_so(sender: Sender) -> None:
    meta_says(sender.account)
    failed_webhook(sender)
    failed_webhook(sender)
    first = told("sync_webhooks")
    assert (first["messages_reconciled"], first["status"]) == (0, "pending_approval")
    assert told("sync_webhooks") == first


def test_without_a_connected_account_what_arrived_is_applied_all_the_same(sender: Sender) -> None:
    failures_are_applied_at_once()
    failed_webhook(sender)
    WhatsAppAccount.objects.update(access_token="")
    assert told("sync_webhooks") == {"template_synced": False, "messages_reconciled": 1}


@responses.activate
def test_rest_and_mcp_answer_with_their_own_keys_alone(sender: Sender) -> None:
    spring(sender)
    meta_says(sender.account, node())
    assert list(over_rest("sync_webhooks")) == ["template_synced", "messages_reconciled"]
    agent = tea_assistant(scopes=["meta:request", "whatsapp:request"], toolset="meta")
    found = over_mcp("sync_template_status", agent, template_name="spring")
    assert list(found) == ["template_name", "locale", "status", "category"]
