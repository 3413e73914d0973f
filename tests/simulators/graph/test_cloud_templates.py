"""The product's client against the pretend Graph API: templates, ready-made texts, the marketing endpoint."""

import pytest

from messaging.carriers import Retry, SendFailed
from messaging.whatsapp.client import CloudApi
from messaging.whatsapp.cloud.creative import CreativeOptOut
from messaging.whatsapp.cloud.library import CodeTemplates, LibraryChoice, LibrarySearch
from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, Business
from tests.simulators.graph.cloud import NUMBER, last_request, refused

OFFER = {
    "messaging_product": "whatsapp",
    "to": IDA,
    "type": "template",
    "template": {"name": "spring", "language": {"code": "en"}},
}
NINE = 9


def test_a_ready_made_text_needs_no_review(api: CloudApi, simulator: GraphSimulator) -> None:
    found = list(api.search_library(LibrarySearch(topic="ORDER_MANAGEMENT", search="on its way")))
    assert [(text.name, text.body_param_types) for text in found] == [("delivery_update_1", ["TEXT", "TEXT"])]
    assert len(list(api.search_library())) == 2

    choice = LibraryChoice(
        name="our_delivery", language="en", category="UTILITY", library_template_name="delivery_update_1"
    )
    made = api.create_from_library(simulator.waba_id, choice)

    assert made.status == "APPROVED"
    with refused(100):
        api.create_from_library(simulator.waba_id, choice.model_copy(update={"library_template_name": "delivery_0"}))


def test_codes_are_prepared_in_many_languages_at_once(api: CloudApi, simulator: GraphSimulator) -> None:
    otp = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}
    parts = [{"type": "BODY", "add_security_recommendation": True}, {"type": "BUTTONS", "buttons": [otp]}]
    wanted = CodeTemplates(name="door_code", languages=["en", "de"], components=parts)

    first = api.upsert_code_templates(simulator.waba_id, wanted)
    again = api.upsert_code_templates(simulator.waba_id, wanted)

    assert [made.id for made in first] == [made.id for made in again]
    assert sorted(found.language for found in api.list_templates(simulator.waba_id, name="door_code")) == ["de", "en"]
    assert [(text.language, text.body) for text in api.preview_codes(simulator.waba_id, ["en"])] == [
        ("en", "*{{1}}* is your verification code.")
    ]


def test_two_templates_are_compared(api: CloudApi, business: Business) -> None:
    one, other = (
        business.approved("one"),
        business.approved("other", components=[{"type": "BODY", "text": "Hello you."}]),
    )

    found = api.compare_templates(one, other, 1790000000, 1790000000 + 7 * 86400)

    assert [row.metric for row in found] == ["BLOCK_RATE", "MESSAGE_SENDS", "TOP_BLOCK_REASON"]
    with pytest.raises(ValueError, match="7, 30, 60 or 90 days"):
        api.compare_templates(one, other, 1790000000, 1790000000 + 8 * 86400)


def test_templates_are_filtered_unpaused_and_not_by_what_meta_has_no_filter_for(
    api: CloudApi, simulator: GraphSimulator, business: Business
) -> None:
    template = business.approved()
    simulator.pause_template(template)
    assert [found.id for found in api.list_templates(simulator.waba_id, status="PAUSED", language="en")] == [template]
    api.unpause_template(template)
    assert api.get_template(template).status == "APPROVED"
    with pytest.raises(ValueError, match="cannot be filtered by colour"):
        api.list_templates(simulator.waba_id, colour="green")


def test_a_marketing_message_can_be_changed_by_nobody(
    api: CloudApi, simulator: GraphSimulator, business: Business
) -> None:
    body = [{"type": "BODY", "text": "The spring tea is here."}]
    business.approved("spring", category="MARKETING", components=body)
    api.send_marketing_message(NUMBER, OFFER, CreativeOptOut(simulator.waba_id))
    assert len(last_request(simulator)["creative"]) == NINE  # nobody has told Meta yet

    unchanged = api.opt_out_of_creative_changes(simulator.waba_id)
    accepted = api.send_marketing_message(NUMBER, OFFER, unchanged)

    line = last_request(simulator)
    assert accepted.provider_id.startswith("wamid.")
    assert line["creative"] == []
    assert line["path"] == "/555001/marketing_messages"


def test_a_template_of_ours_refuses_every_change_by_itself(api: CloudApi, simulator: GraphSimulator) -> None:
    parts = [{"type": "BODY", "text": "The spring tea is here."}]
    asked = {"name": "spring", "language": "en", "category": "MARKETING", "components": parts}
    api.create_template(simulator.waba_id, asked)
    simulator.wait_until_quiet()

    api.send_marketing_message(NUMBER, OFFER, CreativeOptOut(simulator.waba_id), "STRICT")

    assert last_request(simulator)["creative"] == []


def test_the_marketing_endpoint_takes_marketing_only(
    api: CloudApi, simulator: GraphSimulator, business: Business
) -> None:
    proof = CreativeOptOut(simulator.waba_id)
    business.approved("spring")
    with pytest.raises(SendFailed) as not_marketing:
        api.send_marketing_message(NUMBER, OFFER, proof)
    with pytest.raises(SendFailed) as not_a_template:
        api.send_marketing_message(NUMBER, {**OFFER, "type": "text", "text": {"body": "Hi"}}, proof)

    assert (not_marketing.value.code, not_marketing.value.retry) == ("134100", Retry.PERMANENT)
    assert (not_a_template.value.code, not_a_template.value.retry) == ("payload_refused", Retry.PERMANENT)
