"""The one account that the simulator plays at each gateway: its secrets, its sender IDs, where replies are told."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Account(BaseModel):
    """`senders` are the registered ones: names with # and numbers have to be here, byte for byte. Without `inbound_url`
    replies are lost, as at a gateway where nobody has said where they go.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    senders: tuple[str, ...] = ()
    inbound_url: str = ""
    price: str = "0.0550"
    balance: str = "100000"
    currency: str = "USD"


class TwilioAccount(Account):
    account_sid: str = "AC" + "0" * 32
    auth_token: str = "simulated-auth-token"
    api_key_sid: str = ""
    api_key_secret: str = ""


class VonageAccount(Account):
    """With `public_key` (PEM) bearer tokens are taken, which the application's private key must have signed."""

    api_key: str = "abcd1234"
    api_secret: str = "simulated-api-secret"
    application_id: str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
    public_key: str = ""
    signature_secret: str = "simulated-signature-secret-0123456789"
    currency: str = "EUR"


class InfobipAccount(Account):
    api_key: str = "simulated-infobip-key"


class PlainAccount(Account):
    """`receipt_secret` is what receipts carry in `X-Gateway-Secret`."""

    username: str = "harbour"
    password: str = "simulated-password"
    receipt_secret: str = "simulated-receipt-secret"
    longest: Annotated[int, Field(ge=1)] = 1000


class Accounts(BaseModel):
    """All of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    twilio: TwilioAccount = TwilioAccount()
    vonage: VonageAccount = VonageAccount()
    infobip: InfobipAccount = InfobipAccount()
    plain: PlainAccount = PlainAccount()
