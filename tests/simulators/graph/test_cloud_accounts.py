"""The product's client against the pretend Graph API: the account, its webhooks, figures and flows."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from messaging.whatsapp.client import Address, CloudApi, Credentials
from messaging.whatsapp.cloud.analytics import MessageFigures, PriceFigures, TemplateFigures
from messaging.whatsapp.cloud.flows import FlowChange, NewFlow
from simulators.graph.account import APP_ID
from simulators.process import GraphSimulator
from tests.simulators.graph.business import Business
from tests.simulators.graph.cloud import NUMBER, refused

FORM = {"version": "7.1", "screens": [{"id": "ASK", "terminal": True, "layout": {"type": "SingleColumnLayout"}}]}


def test_a_flow_is_written_checked_published_and_deprecated(api: CloudApi, simulator: GraphSimulator) -> None:
    flow = api.create_flow(simulator.waba_id, NewFlow(name="Book a table", categories=["APPOINTMENT_BOOKING"]))
    assert [fault.message for fault in api.write_flow(flow, {"version": "7.1", "screens": []})] == [
        "screens is a list with at least one screen"
    ]
    with refused(139002):
        api.publish_flow(flow)
    assert api.write_flow(flow, FORM) == []
    api.change_flow(flow, FlowChange(name="Book two tables"))
    with refused(139003):
        api.deprecate_flow(flow)
    api.publish_flow(flow)
    for change in (lambda: api.write_flow(flow, FORM), lambda: api.change_flow(flow, FlowChange(name="Three"))):
        with refused(139001):
            change()
    with refused(139004):
        api.delete_flow(flow)

    told = api.get_flow(flow)
    assert (told.name, told.status, told.validation_errors, told.json_version) == (
        "Book two tables", "PUBLISHED", [], "7.1",
    )  # fmt: skip
    api.deprecate_flow(flow)
    assert [(one.id, one.status) for one in api.list_flows(simulator.waba_id)] == [(flow, "DEPRECATED")]
    assert [asset.name for asset in api.list_flow_assets(flow)] == ["flow.json"]


def test_a_draft_of_a_flow_goes_again(api: CloudApi, simulator: GraphSimulator) -> None:
    first = api.create_flow(simulator.waba_id, NewFlow(name="Survey", categories=["SURVEY"]))
    with refused(100):
        api.create_flow(simulator.waba_id, NewFlow(name="Survey", categories=["SURVEY"]))
    api.delete_flow(first)
    assert list(api.list_flows(simulator.waba_id)) == []


def test_the_key_of_the_flows_is_set(api: CloudApi) -> None:
    assert api.flow_key_status(NUMBER) == ""
    with pytest.raises(ValueError, match="PEM"):
        api.set_flow_key(NUMBER, "ssh-rsa AAAA")
    api.set_flow_key(NUMBER, "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n")
    assert api.flow_key_status(NUMBER) == "VALID"


def test_figures_are_asked_for_by_dotted_fields(api: CloudApi, simulator: GraphSimulator, business: Business) -> None:
    template = business.approved()
    business.template()
    end = datetime.now(UTC)
    period = {"start": end - timedelta(days=7), "end": end}

    assert [point.sent for point in api.message_figures(simulator.waba_id, MessageFigures(**period))] == [1]
    prices = PriceFigures(**period, dimensions=["COUNTRY", "PRICING_TYPE"])
    assert [
        (point.country, point.pricing_type, point.volume) for point in api.price_figures(simulator.waba_id, prices)
    ] == [("HK", "REGULAR", 1)]
    wanted = TemplateFigures(**period, template_ids=[template])
    with refused(200007):
        api.template_figures(simulator.waba_id, wanted)
    api.switch_on_insights(simulator.waba_id)
    assert [point.template_id for point in api.template_figures(simulator.waba_id, wanted)] == [template]
    assert api.get_account(simulator.waba_id).is_enabled_for_insights is True


def test_webhooks_go_where_they_are_told_to(api: CloudApi, simulator: GraphSimulator) -> None:
    url, word = simulator.webhook_url, simulator.verify_token

    api.subscribe_fields(APP_ID, url, word, ["messages", "account_update"])
    api.override_callback(NUMBER, url, word)

    told = api.get_callbacks(NUMBER)
    assert (told.phone_number, told.whatsapp_business_account, told.application) == (url, "", url)
    api.override_callback(NUMBER)
    assert api.get_callbacks(NUMBER).phone_number == ""
    for wrong in ("wrong", word):
        with refused(100):
            api.subscribe_fields(APP_ID, url, wrong, ["gossip"] if wrong == word else ["messages"])
    with refused(100):
        api.override_callback(NUMBER, url, "wrong")


def test_the_account_tells_whether_our_app_hears_of_it(api: CloudApi, simulator: GraphSimulator) -> None:
    assert [app.whatsapp_business_api_data["id"] for app in api.list_subscribed_apps(simulator.waba_id)] == [APP_ID]
    api.unsubscribe_app(simulator.waba_id)
    assert list(api.list_subscribed_apps(simulator.waba_id)) == []
    api.subscribe_app(simulator.waba_id)
    account = api.get_account(simulator.waba_id)
    assert (account.currency, account.country, account.business_verification_status) == ("USD", "HK", "verified")
    assert account.health_status is not None
    assert account.health_status["can_send_message"] == "AVAILABLE"


@pytest.mark.parametrize(
    "url", ["", "ftp://tea.example.test", "http://tea.example.test/", "https://t.test/" + "x" * 200]
)
def test_a_callback_is_a_short_address_with_tls(api: CloudApi, url: str) -> None:
    with pytest.raises(ValueError, match="https address of at most 200"):
        api.subscribe_fields(APP_ID, url, "word", ["messages"])


def test_the_app_speaks_with_its_own_token_only_where_there_is_a_secret(
    simulator: GraphSimulator, session: requests.Session
) -> None:
    without = CloudApi(Credentials(simulator.token), Address(simulator.base_url), session)
    with pytest.raises(ValueError, match="app secret"):
        without.subscribe_fields(APP_ID, simulator.webhook_url, "word", ["messages"])
