"""Every management call with a body, sound and broken in each field: refused with 100, and nothing is changed."""

from typing import Any

import pytest

from simulators.graph.account import APP_ID
from simulators.process import GraphSimulator
from tests.simulators.graph.breaking import broken, of_another_kind, places, spelled, without
from tests.simulators.graph.business import Business, code_of

NUMBER, WABA = "555001", "100200300400"
OTP = {"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy"}
CODES = [{"type": "BODY"}, {"type": "BUTTONS", "buttons": [OTP]}]
COMMAND = {"command_name": "menu", "command_description": "What we pour"}
PEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
SPEC = {"creative_features_spec": {"image_touchups": {"enroll_status": "OPT_OUT"}}}
IDENTITY = {"enable_identity_key_check": True}
DELIVERY = "delivery_update_1"
# The path, a sound body, and the fields that may be left out.
CALLS: dict[str, tuple[str, dict[str, Any], str]] = {
    "add a number": (f"{WABA}/phone_numbers", {"cc": "852", "phone_number": "58010009", "verified_name": "Tea"}, ""),
    "ask for a code": (f"{NUMBER}/request_code", {"code_method": "SMS", "language": "en"}, ""),
    "verify": (f"{NUMBER}/verify_code", {"code": "010001"}, ""),
    "register": (
        f"{NUMBER}/register",
        {"messaging_product": "whatsapp", "pin": "271828", "data_localization_region": "SG"},
        "data_localization_region",
    ),
    "set a pin": (NUMBER, {"pin": "271828"}, ""),
    "write a qr code": (
        f"{NUMBER}/message_qrdls",
        {"prefilled_message": "Tea, please", "generate_qr_image": "SVG"},
        "generate_qr_image",
    ),
    "offer commands": (
        f"{NUMBER}/conversational_automation",
        {"enable_welcome_message": True, "prompts": ["Hours"], "commands": [COMMAND]},
        "enable_welcome_message prompts commands",
    ),
    "open the shop": (f"{NUMBER}/whatsapp_commerce_settings", {"is_cart_enabled": True}, ""),
    "check identities": (f"{NUMBER}/settings", {"user_identity_change": IDENTITY}, ""),
    "set a key": (f"{NUMBER}/whatsapp_business_encryption", {"business_public_key": PEM}, ""),
    "refuse changes": (
        WABA,
        {"degrees_of_freedom_spec": SPEC},
        "degrees_of_freedom_spec degrees_of_freedom_spec.creative_features_spec.image_touchups",
    ),
    "draft a flow": (
        f"{WABA}/flows",
        {"name": "Book", "categories": ["OTHER"], "endpoint_uri": "https://example.test/flow"},
        "endpoint_uri",
    ),
    "choose from the library": (
        f"{WABA}/message_templates",
        {"name": "ours", "language": "en", "category": "UTILITY", "library_template_name": DELIVERY},
        "",
    ),
    "prepare codes": (
        f"{WABA}/upsert_message_templates",
        {"name": "codes", "languages": ["en"], "category": "AUTHENTICATION", "components": CODES},
        "components.*.buttons.*.text",
    ),
}


@pytest.fixture
def asked(business: Business) -> Business:
    """A business that has asked for the code of its number."""
    business.post(f"{NUMBER}/request_code", code_method="SMS", language="en")
    return business


@pytest.mark.parametrize("case", CALLS)
def test_a_broken_body_is_refused_and_the_sound_one_still_goes(asked: Business, case: str) -> None:
    path, body, optional = CALLS[case]
    fields = [way for way in places(body) if isinstance(way[-1], str)]
    for way in fields:
        if spelled(way) not in optional.split():
            assert code_of(asked.post(path, **broken(body, way, without))) == 100, (way, "left out")
        assert code_of(asked.post(path, **broken(body, way, of_another_kind))) == 100, (way, "of another kind")
    if case != "choose from the library":
        assert code_of(asked.post(path, **body, junk="yes")) == 100
    assert code_of(asked.post(path, **body)) == 0


@pytest.mark.parametrize(
    "fields",
    [
        "analytics.start(1).granularity(DAY)",
        "analytics.start(2).end(1).granularity(DAY)",
        "analytics.start(1).end(2).granularity(DAILY)",
        "analytics.start(x).end(2).granularity(DAY)",
        "analytics.start(1).end(2).granularity(DAY).colours([])",
        'pricing_analytics.start(1).end(2).granularity(DAILY).dimensions(["COLOUR"])',
        "pricing_analytics.start(1).end(2).granularity(DAILY).dimensions(COUNTRY)",
        "gossip_analytics.start(1).end(2).granularity(DAY)",
    ],
)
def test_figures_nobody_has_are_refused(business: Business, fields: str) -> None:
    assert code_of(business.get(WABA, fields=fields)) == 100


def test_templates_figures_are_for_ten_templates_and_ninety_days(business: Business) -> None:
    business.call("POST", WABA, params={"is_enabled_for_insights": "true"})
    template = business.approved()
    old = f'template_analytics.start(1).end(2).granularity(DAILY).template_ids(["{template}"])'
    strange = 'template_analytics.start(1).end(2).granularity(DAILY).template_ids(["1"])'

    assert code_of(business.get(WABA, fields=old)) == 100
    assert code_of(business.get(WABA, fields=strange)) == 100
    assert code_of(business.post(WABA, is_enabled_for_insights=False)) == 200006


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", f"{NUMBER}/gossip", 2500),
        ("GET", f"{NUMBER}/message_qrdls/A/B", 0),
        ("DELETE", f"{NUMBER}/message_qrdls/NONE", 100),
        ("DELETE", f"{NUMBER}/message_qrdls", 2500),
        ("GET", "999", 100),
        ("POST", "999/publish", 100),
        ("GET", f"{WABA}/flows?after=none", 131059),
        ("GET", f"{WABA}/flows?limit=0", 100),
    ],
)
def test_ways_that_lead_nowhere_are_refused_as_meta_does(business: Business, method: str, path: str, code: int) -> None:
    assert code_of(business.call(method, path).json()) == code


def test_the_apps_subscriptions_want_the_apps_own_token(business: Business, simulator: GraphSimulator) -> None:
    wish = {"object": "whatsapp_business_account", "callback_url": simulator.webhook_url, "fields": "messages"}
    wish |= {"verify_token": simulator.verify_token}
    assert code_of(business.post(f"{APP_ID}/subscriptions", **wish)) == 190

    business.session.headers["Authorization"] = f"Bearer {APP_ID}|{simulator.app_secret}"

    assert code_of(business.post(f"{APP_ID}/subscriptions", **wish)) == 0
    for field in wish:
        assert code_of(business.post(f"{APP_ID}/subscriptions", **{**wish, field: {"a": 1}})) == 100
    assert code_of(business.get(NUMBER)) == 190
