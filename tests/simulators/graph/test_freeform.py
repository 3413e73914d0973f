"""Free-form messages: what each kind may hold, and that they need an open window."""

from typing import Any

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, MING, Business, code_of, details_of
from tests.simulators.graph.listener import Listener

LINK = {"link": "https://example.test/a.jpg"}
YES = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
NO = {"type": "reply", "reply": {"id": "no", "title": "No"}}
BODY = {"text": "Which one?"}


def interactive(kind: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": kind, "body": BODY, "action": action, **more}


def listed(count: int) -> dict[str, Any]:
    rows = [{"id": f"r{at}", "title": f"Row {at}"} for at in range(count)]
    return interactive("list", {"button": "Choose", "sections": [{"title": "A", "rows": rows}]})


def carousel(count: int) -> dict[str, Any]:
    open_it = {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://example.test/"}}
    cards = [
        {"card_index": at, "type": "cta_url", "header": {"type": "image", "image": LINK}, "action": open_it}
        for at in range(count)
    ]
    return interactive("carousel", {"cards": cards})


@pytest.fixture
def ida_wrote(simulator: GraphSimulator) -> None:
    simulator.inbound(IDA)


@pytest.mark.usefixtures("ida_wrote")
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"body": "x" * 4096, "preview_url": True}),
        ("image", {**LINK, "caption": "x" * 1024}),
        ("audio", {**LINK, "voice": True}),
        ("document", {**LINK, "filename": "plan.pdf"}),
        ("sticker", LINK),
        ("location", {"latitude": 22.3, "longitude": 114.2, "name": "Hong Kong"}),
        ("contacts", [{"name": {"formatted_name": "Ming"}, "phones": [{"phone": "+85298765432"}]}]),
        ("reaction", {"message_id": "wamid.X", "emoji": ""}),
        ("interactive", interactive("button", {"buttons": [YES, NO]}, footer={"text": "f"})),
        ("interactive", listed(10)),
        ("interactive", carousel(2)),
        ("interactive", interactive("location_request_message", {"name": "send_location"})),
    ],
)
def test_a_sound_message_is_accepted(business: Business, kind: str, content: Any) -> None:
    answer = business.send(IDA, type=kind, **{kind: content})

    assert "error" not in answer
    assert "message_status" not in answer["messages"][0]


@pytest.mark.usefixtures("ida_wrote")
@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"body": "x" * 4097}, 100),
        ("text", {"body": ""}, 100),
        ("text", {}, 131008),
        ("text", {"body": "hi", "bodi": "hi"}, 100),
        ("image", {}, 131009),
        ("image", {**LINK, "id": "1"}, 131009),
        ("image", {"link": "ftp://example.test/a.jpg"}, 131009),
        ("image", {**LINK, "caption": "x" * 1025}, 100),
        ("audio", {**LINK, "caption": "no"}, 100),
        ("location", {"latitude": 91, "longitude": 0}, 131009),
        ("contacts", [{"name": {}}], 131008),
        ("interactive", interactive("button", {"buttons": []}), 131009),
        ("interactive", interactive("button", {"buttons": [YES, YES]}), 131009),
        ("interactive", interactive("dance", {}), 131009),
        ("interactive", listed(11), 131009),
        ("interactive", carousel(1), 131009),
        ("interactive", carousel(11), 131009),
    ],
)
def test_a_broken_message_is_refused(business: Business, kind: str, content: Any, code: int) -> None:
    assert code_of(business.send(IDA, type=kind, **{kind: content})) == code


@pytest.mark.usefixtures("ida_wrote")
def test_the_refusal_names_the_field_and_the_limit(business: Business) -> None:
    answer = business.text(IDA, "x" * 4097)

    assert details_of(answer) == "Param text['body'] must be at most 4096 characters long."


def test_without_an_open_window_free_form_is_refused(business: Business) -> None:
    answer = business.text(IDA)

    assert code_of(answer) == 131047


def test_a_message_of_theirs_opens_the_window_of_that_number_for_that_person(
    business: Business, simulator: GraphSimulator
) -> None:
    simulator.inbound(IDA, phone_number_id="555001")

    assert code_of(business.text(IDA)) == 0
    assert code_of(business.text(IDA, sender="555002")) == 131047
    assert code_of(business.text(MING)) == 131047


def test_the_window_closes_after_24_hours(business: Business, simulator: GraphSimulator) -> None:
    now = next(iter(simulator.journal("reset")))["at"]
    simulator.inbound(IDA, at=now - 24 * 3600 - 60)
    assert code_of(business.text(IDA)) == 131047

    simulator.inbound(MING, at=now - 23 * 3600)
    assert code_of(business.text(MING)) == 0


def test_the_closed_window_can_be_told_by_webhook_instead(
    business: Business, simulator: GraphSimulator, listener: Listener
) -> None:
    simulator.misbehave(window_refusal="webhook")

    answer = business.text(IDA)
    simulator.wait_until_quiet()

    assert "messages" in answer
    assert listener.statuses() == ["failed"]
    assert listener.items("statuses")[0]["errors"][0]["code"] == 131047


@pytest.mark.usefixtures("ida_wrote")
def test_only_sent_comes_back_for_a_reaction(business: Business, simulator: GraphSimulator, listener: Listener) -> None:
    business.send(IDA, type="reaction", reaction={"message_id": "wamid.X", "emoji": "👍"})
    simulator.wait_until_quiet()

    assert listener.statuses() == ["sent"]
