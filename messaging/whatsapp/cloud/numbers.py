"""Phone numbers: listed, added, verified, registered, protected by a PIN, set up."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Asked, Caller
from messaging.whatsapp.graph import node

FIELDS = (
    "id,display_phone_number,verified_name,status,quality_rating,quality_score,name_status,code_verification_status,"
    "account_mode,platform_type,throughput,whatsapp_business_manager_messaging_limit,is_official_business_account"
)
_DIGITS = re.compile(r"[0-9]{6}")
Region = Literal["AU", "ID", "IN", "JP", "SG", "KR", "DE", "CH", "GB", "BR", "BH", "ZA", "AE", "CA"]


class NewNumber(Asked):
    """A number to be added to the account: country code and the rest, digits only, and the name customers see."""

    cc: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")]
    phone_number: Annotated[str, Field(pattern=r"^[0-9]{4,14}$")]
    verified_name: Annotated[str, Field(min_length=1, max_length=512)]


class CommerceSettings(Asked):
    """What of the shop customers see; Meta starts with the cart on and the catalogue hidden."""

    is_cart_enabled: bool | None = None
    is_catalog_visible: bool | None = None


class CommerceSettingsNow(answers.Answer):
    """The same as Meta keeps it."""

    id: answers.Text = ""
    is_cart_enabled: answers.Flag = False
    is_catalog_visible: answers.Flag = False


class _IdentityCheck(answers.Answer):
    enable_identity_key_check: answers.Flag = False


class NumberSettings(answers.Answer):
    """A number's own switches, as far as we read them."""

    user_identity_change: _IdentityCheck = Field(default_factory=_IdentityCheck)


class Numbers(Caller):
    """`/{waba}/phone_numbers` and the numbers themselves."""

    def list_phone_numbers(self, waba_id: str) -> Iterator[answers.PhoneNumber]:
        """All numbers of the account."""
        params = {"fields": FIELDS, "limit": "100"}
        return self._pages(answers.Page[answers.PhoneNumber], f"{node(waba_id)}/phone_numbers", params)

    def get_phone_number(self, phone_number_id: str) -> answers.PhoneNumber:
        """One number with quality, tier and throughput."""
        params = {"fields": f"{FIELDS},health_status"}
        return self._graph.ask(answers.PhoneNumber, "GET", node(phone_number_id), params=params)

    def add_phone_number(self, waba_id: str, number: NewNumber) -> str:
        """Add a number that is still to be verified; its id."""
        return self._graph.ask(answers.Identified, "POST", f"{node(waba_id)}/phone_numbers", body=number.body()).id

    def request_code(self, phone_number_id: str, method: Literal["SMS", "VOICE"], language: str) -> None:
        """Have Meta send the number a code. Codes are few: the refusal says how long to wait."""
        self._confirm(
            "POST", f"{node(phone_number_id)}/request_code", body={"code_method": method, "language": language}
        )

    def verify_code(self, phone_number_id: str, code: str) -> None:
        """Prove the number with the code that arrived there."""
        self._confirm("POST", f"{node(phone_number_id)}/verify_code", body={"code": _six(code, "code")})

    def register(self, phone_number_id: str, pin: str, region: Region | None = None) -> None:
        """Let the number send. `pin` is its two-step PIN, or becomes it; `region` is where data rests."""
        body = {"messaging_product": "whatsapp", "pin": _six(pin, "PIN")}
        body |= {"data_localization_region": region} if region else {}
        self._confirm("POST", f"{node(phone_number_id)}/register", body=body)

    def deregister(self, phone_number_id: str) -> None:
        """Take the number off the Cloud API; with registering, ten times in 72 hours."""
        self._confirm("POST", f"{node(phone_number_id)}/deregister", body={"messaging_product": "whatsapp"})

    def set_pin(self, phone_number_id: str, pin: str) -> None:
        """Set the two-step PIN, six digits. The API cannot switch it off again."""
        self._confirm("POST", node(phone_number_id), body={"pin": _six(pin, "PIN")})

    def get_commerce_settings(self, phone_number_id: str) -> CommerceSettingsNow:
        """Whether customers see cart and catalogue."""
        path = f"{node(phone_number_id)}/whatsapp_commerce_settings"
        page = self._graph.ask(answers.Page[CommerceSettingsNow], "GET", path)
        return page.data[0] if page.data else CommerceSettingsNow()

    def set_commerce_settings(self, phone_number_id: str, settings: CommerceSettings) -> None:
        """Change the given ones."""
        params = {name: str(value).lower() for name, value in settings.body().items()}
        self._confirm("POST", f"{node(phone_number_id)}/whatsapp_commerce_settings", params=params)

    def get_number_settings(self, phone_number_id: str) -> NumberSettings:
        """Whether sends may ask for the person's identity key to be unchanged."""
        return self._graph.ask(NumberSettings, "GET", f"{node(phone_number_id)}/settings")

    def check_identity_keys(self, phone_number_id: str, enabled: bool) -> None:
        """Have messages with `recipient_identity_key_hash` refused when the person behind a number has changed."""
        body = {"user_identity_change": {"enable_identity_key_check": enabled}}
        self._confirm("POST", f"{node(phone_number_id)}/settings", body=body)


def _six(digits: str, name: str) -> str:
    """Six digits; whatever else was given is not repeated in the error."""
    if not _DIGITS.fullmatch(digits):
        raise ValueError(f"The {name} has six digits; give exactly those.")
    return digits
