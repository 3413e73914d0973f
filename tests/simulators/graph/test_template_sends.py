"""Template messages: each must fit its template, and the template must be sendable."""

from typing import Any

import pytest

from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, Business, code_of, details_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def text(word: object, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": word, **more}


def body(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "body", "parameters": list(parameters)}


def send(business: Business, *components: dict[str, Any], name: str = "order_left", to: str = IDA) -> dict[str, Any]:
    content = {"name": name, "language": {"code": "en"}, "components": list(components)}
    return business.send(to, type="template", template=content)


@pytest.fixture
def order_left(business: Business) -> str:
    return business.approved()


@pytest.fixture
def rich(business: Business) -> str:
    """A template with everything: named parameters, a header with a variable, a URL with one, quick reply, coupon."""
    named = {"body_text_named_params": [{"param_name": "first_name", "example": "Ida"}]}
    header = {"header_text_named_params": [{"param_name": "shop", "example": "Ming's"}]}
    buttons = [
        {"type": "QUICK_REPLY", "text": "Stop"},
        {"type": "URL", "text": "Look", "url": "https://example.test/{{1}}", "example": ["https://example.test/a"]},
        {"type": "COPY_CODE", "example": "SAVE20"},
    ]
    return business.approved(
        "rich",
        category="MARKETING",
        parameter_format="NAMED",
        components=[
            {"type": "HEADER", "format": "TEXT", "text": "News from {{shop}} today", "example": header},
            {"type": "BODY", "text": "Hello {{first_name}}, we have news for you.", "example": named},
            {"type": "FOOTER", "text": "Reply STOP to leave"},
            {"type": "BUTTONS", "buttons": buttons},
        ],
    )


HEADER = {"type": "header", "parameters": [text("Ming's", parameter_name="shop")]}
NAMED_BODY = body(text("Ida", parameter_name="first_name"))
URL = {"type": "button", "sub_type": "url", "index": "1", "parameters": [text("t/8f2")]}
COUPON = {
    "type": "button",
    "sub_type": "copy_code",
    "index": 2,
    "parameters": [{"type": "coupon_code", "coupon_code": "SAVE20"}],
}


@pytest.mark.usefixtures("order_left")
@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([body(text("Ida"))], 132000),
        ([body(text("Ida"), text("1"), text("2"))], 132000),
        ([], 132000),
        ([body(text("Ida"), text(""))], 100),
        ([body(text("Ida"), text(None))], 100),
        ([body(text("Ida"), text(1001))], 100),
        ([body(text("Ida"), {"type": "image", "image": {"id": "1"}})], 132012),
        ([body(text("Ida"), text("a\nb"))], 132018),
        ([body(text("Ida"), text("a\tb"))], 132018),
        ([body(text("Ida"), text("a     b"))], 132018),
        ([body(text("Ida"), text("x" * 1000))], 132005),
        ([body(text("Ida"), text("1")), {"type": "header", "parameters": [text("x")]}], 132000),
        ([body(text("Ida"), text("1")), {"type": "footer", "parameters": []}], 100),
        ([body(text("Ida"), text("1")), URL], 132018),
        ([body(text("Ida"), text("1")), body()], 132018),
    ],
)
def test_what_does_not_fit_is_refused(business: Business, components: list[dict[str, Any]], code: int) -> None:
    assert code_of(send(business, *components)) == code


@pytest.mark.usefixtures("order_left")
def test_the_count_mismatch_is_told_in_metas_words(business: Business) -> None:
    answer = send(business, body(text("Ida")))

    assert (
        details_of(answer) == "body: number of localizable_params (1) does not match the expected number of params (2)"
    )


@pytest.mark.usefixtures("order_left")
def test_currency_and_date_fall_back_to_words(business: Business, simulator: GraphSimulator) -> None:
    price = {"type": "currency", "currency": {"fallback_value": "HK$100", "code": "HKD", "amount_1000": 100000}}

    answer = send(business, body(text("Ida"), price))

    assert "messages" in answer
    line = list(simulator.journal("request"))[-1]
    assert line["reads"] == "Hello Ida, your order HK$100 has left our house today."


@pytest.mark.usefixtures("rich")
def test_a_rich_template_is_accepted_with_everything_it_needs(business: Business) -> None:
    stop = {
        "type": "button",
        "sub_type": "quick_reply",
        "index": 0,
        "parameters": [{"type": "payload", "payload": "S"}],
    }

    assert "messages" in send(business, HEADER, NAMED_BODY, URL, COUPON, stop, name="rich")
    assert "messages" in send(business, HEADER, NAMED_BODY, URL, COUPON, name="rich")


@pytest.mark.usefixtures("rich")
@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([NAMED_BODY, URL, COUPON], 132000),
        ([HEADER, body(text("Ida")), URL, COUPON], 100),
        ([HEADER, body(text("Ida", parameter_name="last_name")), URL, COUPON], 100),
        ([HEADER, NAMED_BODY, COUPON], 131008),
        ([HEADER, NAMED_BODY, URL], 131008),
        ([HEADER, NAMED_BODY, URL, COUPON, {**URL, "index": 3}], 132018),
        ([HEADER, NAMED_BODY, URL, URL, COUPON], 132018),
        ([HEADER, NAMED_BODY, {**URL, "index": 0}, COUPON], 132012),
        ([HEADER, NAMED_BODY, {**URL, "parameters": [text("a b")]}, COUPON], 132018),
        ([HEADER, NAMED_BODY, {**URL, "parameters": []}, COUPON], 132000),
        ([HEADER, NAMED_BODY, {**URL, "index": "x"}, COUPON], 131009),
    ],
)
def test_parts_of_a_rich_template_that_do_not_fit_are_refused(
    business: Business, components: list[dict[str, Any]], code: int
) -> None:
    assert code_of(send(business, *components, name="rich")) == code


def test_a_media_header_needs_that_kind_of_media(business: Business) -> None:
    business.approved("with_picture", components=[picture_header(business), {"type": "BODY", "text": "Look at this."}])
    image = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://example.test/a.png"}}]}
    video = {"type": "header", "parameters": [{"type": "video", "video": {"link": "https://example.test/a.mp4"}}]}

    assert "messages" in send(business, image, name="with_picture")
    assert (
        details_of(send(business, video, name="with_picture"))
        == "header: Format mismatch, expected IMAGE, received VIDEO"
    )
    assert code_of(send(business, name="with_picture")) == 132012
    empty = {"type": "header", "parameters": [{"type": "image", "image": {}}]}
    assert code_of(send(business, empty, name="with_picture")) == 131008


def picture_header(business: Business) -> dict[str, Any]:
    upload = business.call(
        "POST", "880011223344/uploads", params={"file_length": len(PNG), "file_type": "image/png", "file_name": "a.png"}
    ).json()
    handle = business.call("POST", upload["id"], data=PNG, headers={"file_offset": "0"}).json()["h"]
    return {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}


def test_a_carousel_needs_as_many_cards_as_its_template(business: Business) -> None:
    header = picture_header(business)
    button = {"type": "URL", "text": "Look", "url": "https://example.test/{{1}}", "example": ["https://example.test/a"]}
    card = {"components": [header, {"type": "BUTTONS", "buttons": [button]}]}
    parts = [{"type": "BODY", "text": "Our three things."}, {"type": "CAROUSEL", "cards": [card, card]}]
    business.approved("cards", category="MARKETING", components=parts)
    picture = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://example.test/a.png"}}]}
    link = {"type": "button", "sub_type": "url", "index": 0, "parameters": [text("a")]}

    def carousel(*cards: list[dict[str, Any]]) -> dict[str, Any]:
        given = [{"card_index": at, "components": components} for at, components in enumerate(cards)]
        return send(business, {"type": "carousel", "cards": given}, name="cards")

    assert "messages" in carousel([picture, link], [picture, link])
    assert code_of(carousel([picture, link])) == 132000
    assert code_of(carousel([picture, link], [picture])) == 131008


@pytest.mark.usefixtures("order_left")
def test_another_language_or_name_does_not_exist(business: Business) -> None:
    content = {"name": "order_left", "language": {"code": "de"}}
    answer = business.call(
        "POST",
        "555001/messages",
        json={"messaging_product": "whatsapp", "to": IDA, "type": "template", "template": content},
    )

    assert answer.status_code == 404
    assert code_of(answer.json()) == 132001
    assert details_of(answer.json()) == "template name (order_left) does not exist in de"
    assert code_of(business.template(name="order_lost")) == 132001


@pytest.mark.parametrize(
    ("status", "code"),
    [("PENDING", 132001), ("REJECTED", 132001), ("ARCHIVED", 132001), ("FLAGGED", 0), ("DISABLED", 132016)],
)
def test_only_an_approved_or_flagged_template_can_be_sent(
    business: Business, simulator: GraphSimulator, order_left: str, status: str, code: int
) -> None:
    simulator.review_template(order_left, status)

    assert code_of(business.template()) == code


def test_a_paused_template_can_not_be_sent_until_it_is_unpaused(
    business: Business, simulator: GraphSimulator, order_left: str
) -> None:
    simulator.pause_template(order_left)
    assert code_of(business.template()) == 132015

    assert business.post(f"{order_left}/unpause") == {"success": True}
    assert code_of(business.template()) == 0


def test_a_one_time_password_needs_a_phone_number_and_the_same_code_twice(business: Business) -> None:
    business.approved(
        "code",
        category="AUTHENTICATION",
        components=[
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}]},
        ],
    )

    def button(code: str) -> dict[str, Any]:
        return {"type": "button", "sub_type": "url", "index": "0", "parameters": [text(code)]}

    assert "messages" in send(business, body(text("123456")), button("123456"), name="code")
    assert code_of(send(business, body(text("123456")), button("654321"), name="code")) == 132018
    assert code_of(send(business, body(text("123456")), name="code")) == 131008
    assert code_of(send(business, body(text("1" * 16)), button("1" * 16), name="code")) == 132005
    assert code_of(send(business, body(text("123456")), button("123456"), name="code", to="HK.123")) == 131062
