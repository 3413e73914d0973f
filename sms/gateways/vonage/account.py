"""The balance of an account: Vonage's Account API, whose answer is `{"value": 10.28, "autoReload": false}`."""

from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from sms.gateways.balance import Balance, NotTold, ask, balance_in
from sms.gateways.http import Request, basic


class _Left(BaseModel):
    value: float | str


def balance_of(account_url: str, user: tuple[str, str], currency: str, hide: Sequence[str]) -> Balance:
    """What is left, in the currency of the account. It takes key and secret alone, never an application's token."""
    if not user[1]:
        raise NotTold("The balance is only told to the API key with its secret, and the account here has no secret")
    answer = ask(Request(f"{account_url}/account/get-balance", {"Authorization": basic(*user)}, method="GET"), hide)
    try:
        left = _Left.model_validate_json(answer.body)
    except ValidationError:
        raise NotTold("The answer holds no balance") from None
    return balance_in(answer, left.value, currency)
