"""An account as the pretend Meta shows it, checked from its secrets to its webhooks."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from messaging.models import Sender, WhatsAppAccount
from messaging.whatsapp.client import Address, CloudApi, Credentials
from messaging.whatsapp.connecting.checking import check
from messaging.whatsapp.connecting.finding import Finding
from messaging.wire import new_session
from simulators.process import GraphSimulator
from tests.factories import NOON, SenderFactory, WhatsAppAccountFactory
from tests.webhooks import SECRET, arrived

pytestmark = pytest.mark.django_db

TOKEN, WABA, NUMBER, ADDRESS = "EAAGtokenOfHarbourTea", "100200300400", "555001", "http://127.0.0.1:9/webhook"


@pytest.fixture(scope="module")
def one_graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphSimulator]:
    folder = tmp_path_factory.mktemp("graph")
    with GraphSimulator(
        folder, ADDRESS, token=TOKEN, app_secret=SECRET, waba_id=WABA, phone_number_ids=(NUMBER,)
    ) as simulator:
        yield simulator


@pytest.fixture
def graph(one_graph: GraphSimulator) -> GraphSimulator:
    one_graph.reset()
    return one_graph


@pytest.fixture
def account(graph: GraphSimulator) -> WhatsAppAccount:
    made = WhatsAppAccountFactory(waba_id=WABA, app_id="880011223344", access_token=TOKEN)
    arrived(SenderFactory(account=made, provider_ref=NUMBER), b"{}")
    return made


def right(url: str) -> tuple[int, bytes]:
    """Our own address, in order: it repeats the challenge."""
    assert url.startswith(f"{ADDRESS}?hub.mode=subscribe&hub.verify_token=verify-harbour-tea&hub.challenge=")
    return 200, url.rpartition("=")[2].encode()


def found(graph: GraphSimulator, account: WhatsAppAccount) -> list[Finding]:
    def api() -> CloudApi:
        return CloudApi(Credentials(account.access_token, account.app_secret), Address(graph.base_url), new_session())

    return list(check(account, api, ADDRESS, NOON, right))


def told(graph: GraphSimulator, account: WhatsAppAccount, *levels: str) -> list[str]:
    return [f"{one.step}: {one.text}" for one in found(graph, account) if one.level.value in levels]


def test_an_account_in_order_has_nothing_to_mend(graph: GraphSimulator, account: WhatsAppAccount) -> None:
    assert told(graph, account, "mend") == []
    assert told(graph, account, "look") == ["payment: Meta names no trouble with payment."]
    well = told(graph, account, "ok")
    assert well[:5] == [
        "secrets: Access token, app secret and verify token are there.",
        "token: Meta takes it.",
        "expiry: The token does not expire.",
        "scopes: whatsapp_business_messaging is given.",
        "scopes: whatsapp_business_management is given.",
    ]
    assert "subscription: The app gets the account's webhooks." in well
    assert f"webhook: {ADDRESS} answers the handshake." in well


def test_a_token_that_meta_does_not_take_ends_the_questions_to_meta(
    graph: GraphSimulator, account: WhatsAppAccount
) -> None:
    account.access_token = "EAAGtokenOfSomebodyElse"
    account.app_secret = ""
    secret, refused = told(graph, account, "mend")
    assert secret == "secrets: There is no app secret."
    assert refused.startswith("token: Meta refused: ")
    assert refused.endswith("(190).")
    assert not any(one.step in ("account", "numbers", "subscription", "payment") for one in found(graph, account))


def test_trouble_with_payment_is_told_once_and_by_itself(graph: GraphSimulator, account: WhatsAppAccount) -> None:
    unpaid = {"error_code": 131042, "error_description": "Payment method missing", "possible_solution": "Pay"}
    entity = {"entity_type": "BUSINESS", "id": "1", "can_send_message": "BLOCKED", "errors": [unpaid]}
    graph.change_number(NUMBER, health_status={"can_send_message": "BLOCKED", "entities": [entity, entity]})
    (line,) = told(graph, account, "mend")
    assert line.startswith("payment: ")
    assert "BUSINESS is BLOCKED, 131042 Payment method missing." in line
    assert told(graph, account, "look") == []


def test_a_number_of_ours_that_meta_does_not_know_is_to_be_mended(
    graph: GraphSimulator, account: WhatsAppAccount
) -> None:
    Sender.objects.update(provider_ref="555009", display_name="Harbour Tea")
    lines = told(graph, account, "mend")
    assert "numbers: Meta knows no number 555009 on this account (Harbour Tea)." in lines
    assert any(line.startswith("health: Meta refused: ") for line in lines)


def test_a_number_that_is_not_connected_is_to_be_mended(graph: GraphSimulator, account: WhatsAppAccount) -> None:
    graph.change_number(NUMBER, status="FLAGGED", quality_rating="RED")
    assert [line.rpartition(" ")[2] for line in told(graph, account, "mend")] == ["FLAGGED."]
    assert any(line.startswith("numbers: The quality of ") for line in told(graph, account, "look"))


def test_nothing_is_changed_at_meta(graph: GraphSimulator, account: WhatsAppAccount) -> None:
    before = len(list(graph.journal()))
    found(graph, account)
    asked = [str(row) for row in list(graph.journal())[before:]]
    assert any("'method': 'GET'" in row for row in asked)
    assert not any("'method': 'POST'" in row or "'method': 'DELETE'" in row for row in asked)


def test_webhooks_that_never_came_are_worth_a_look(graph: GraphSimulator, account: WhatsAppAccount) -> None:
    arrived(SenderFactory(account=WhatsAppAccountFactory()), b"{}")
    account.pk = WhatsAppAccountFactory().pk
    assert any(line.startswith("arrivals: No webhook of this account") for line in told(graph, account, "look"))


def test_a_restricted_account_is_told_of_without_asking_meta(graph: GraphSimulator, account: WhatsAppAccount) -> None:
    account.restricted_at, account.restriction = NOON - timedelta(days=1), "DISABLED_UPDATE"
    assert "account: Meta restricted the account at 2026-03-01 04:00 UTC (DISABLED_UPDATE)." in told(
        graph, account, "mend"
    )
