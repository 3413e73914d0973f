"""The proof of the app's secret against something that checks it: every call carries it, and a wrong one is refused."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from messaging.whatsapp.carrier import WhatsAppCarrier
from messaging.whatsapp.client import Address, CloudApi, GraphError
from simulators.process import GraphSimulator

TOKEN, SECRET, NUMBER = "EAAGtokenOfHarbourTea", "secret-of-harbour-tea", "555001"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphSimulator]:
    folder = tmp_path_factory.mktemp("graph")
    with GraphSimulator(
        folder, "http://127.0.0.1:9/", token=TOKEN, app_secret=SECRET, phone_number_ids=(NUMBER,)
    ) as simulator:
        yield simulator


def account_with(graph: GraphSimulator, secret: str) -> CloudApi:
    """The calls of an account with this secret, as the product makes them."""
    carrier = WhatsAppCarrier(lambda: Address(graph.base_url, "v25.0"), lambda: [secret])
    return carrier.api(SimpleNamespace(access_token=TOKEN, app_secret=secret))


def test_the_right_proof_is_taken_and_was_sent(graph: GraphSimulator) -> None:
    assert account_with(graph, SECRET).get_phone_number(NUMBER).id == NUMBER
    assert '"appsecret_proof": "***"' in json.dumps(list(graph.journal()))


def test_a_wrong_secret_opens_nothing(graph: GraphSimulator) -> None:
    with pytest.raises(GraphError) as refused:
        account_with(graph, "secret-of-somebody-else").get_phone_number(NUMBER)
    assert refused.value.code == 100
