"""The business account the simulator plays: its ids and secrets, its numbers, its subscription."""

from dataclasses import dataclass, field
from typing import Any

APP_ID = "880011223344"

_VERTICALS = """
OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH NONPROFIT PROF_SERVICES RETAIL
TRAVEL RESTAURANT ALCOHOL ONLINE_GAMBLING PHYSICAL_GAMBLING OTC_DRUGS
"""
VERTICALS = frozenset(_VERTICALS.split())


@dataclass(frozen=True, slots=True)
class Account:
    """What the simulator is started with. `phone_numbers` maps each phone number id to its number, with +."""

    webhook_url: str
    app_secret: str
    verify_token: str
    token: str
    waba_id: str
    phone_numbers: dict[str, str]
    app_id: str = APP_ID
    name: str = "Pretend Business"


@dataclass(slots=True)
class Number:
    """One business phone number: what `GET /{phone}` can tell, and the profile behind it."""

    id: str
    phone: str
    facts: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    registered: bool = True
    pin: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    wrong_pins: int = 0
    qr_codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    commerce: dict[str, bool] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    override_url: str = ""

    def __post_init__(self) -> None:
        self.facts = {
            "id": self.id,
            "display_phone_number": self.phone,
            "verified_name": "Pretend Business",
            "status": "CONNECTED",
            "quality_rating": "GREEN",
            "quality_score": {"score": "GREEN"},
            "name_status": "APPROVED",
            "code_verification_status": "VERIFIED",
            "account_mode": "LIVE",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_10K",
            "is_official_business_account": False,
            "is_pin_enabled": False,
            "conversational_automation": {"enable_welcome_message": False, "prompts": [], "commands": []},
            "health_status": {
                "can_send_message": "AVAILABLE",
                "entities": [{"entity_type": "PHONE_NUMBER", "id": self.id, "can_send_message": "AVAILABLE"}],
            },
        }
        self.commerce = {"is_cart_enabled": True, "is_catalog_visible": False}
        self.settings = {"user_identity_change": {"enable_identity_key_check": False}}
        self.profile = {"about": "Here to help.", "vertical": "RETAIL", "websites": ["https://example.test/"]}

    @property
    def digits(self) -> str:
        """The number as in `wa_id`."""
        return "".join(filter(str.isdigit, self.phone))


def numbers_of(account: Account) -> dict[str, Number]:
    """The account's numbers as they are at the start."""
    return {key: Number(key, phone) for key, phone in account.phone_numbers.items()}


def chosen(facts: dict[str, Any], fields: str, default: tuple[str, ...]) -> dict[str, Any]:
    """The asked fields that exist (`fields=a,b,c`), or the default ones; `id` always comes along."""
    wanted = [name.strip() for name in fields.split(",") if name.strip()] or list(default)
    return {name: facts[name] for name in dict.fromkeys([*wanted, "id"]) if facts.get(name) is not None}
