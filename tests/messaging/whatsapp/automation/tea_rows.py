"""Rows of automation as they lie there, where it does not matter how they were approved."""

from accounts.models import Organisation
from approvals.canonical import seal_of
from approvals.models import ActionRequest
from messaging.models import AutoReply, Flow, FlowVersion, KeywordRule
from messaging.whatsapp.automation.definition import FlowDefinition
from tests.factories import NOON
from tests.messaging.whatsapp.automation.tea_flows import menu_of_harbour_tea


def flow_of(organisation: Organisation, name: str = "Menu") -> Flow:
    return Flow.objects.create(
        organisation=organisation, name=name, state=Flow.State.ACTIVE, created_at=NOON, updated_at=NOON
    )


def live(flow: Flow, request: ActionRequest) -> Flow:
    """The flow with the menu of Harbour Tea as its first version."""
    definition = FlowDefinition.model_validate(menu_of_harbour_tea()).model_dump(mode="json")
    flow.live = FlowVersion.objects.create(
        organisation=flow.organisation, flow=flow, number=1, definition=definition, digest=seal_of(definition),
        request=request, made_at=NOON,
    )  # fmt: skip
    flow.save()
    return flow


def away_of(organisation: Organisation) -> AutoReply:
    return AutoReply.objects.create(
        organisation=organisation, name="Away", reply_text="We answer tomorrow.", created_at=NOON, updated_at=NOON
    )


def rule_of(flow: Flow, phrase: str = "refund") -> KeywordRule:
    return KeywordRule.objects.create(
        organisation=flow.organisation, name=phrase, phrases=[phrase], flow=flow, enabled=True, created_at=NOON,
        updated_at=NOON,
    )  # fmt: skip
