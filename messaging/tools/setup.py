"""whatsapp.config.get: how WhatsApp is set up here."""

from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from pydantic import Field

from accounts.models import Organisation
from accounts.roles import CONFIGURATION
from approvals.contracts import Answer, Ask
from approvals.masking import Personal
from approvals.registry import Call, Kind, tool
from messaging.gate import marketing_cap_in_words, rules_of
from messaging.models import WhatsAppAccount
from messaging.pricing.rate_cards import SHIPPED_CARD_NOTICE
from messaging.quiet_hours import quiet_hours_in_words

Identifier = Annotated[str, Personal("identifier", unless=CONFIGURATION)]


class ConfigAsk(Ask):
    pass


class AccountRow(Answer):
    account_id: Annotated[UUID, Field(description="Our id of the account; for template_submit.preview.")]
    name: Annotated[str, Field(description="Its name.")]
    waba_id: Annotated[Identifier, Field(description="Its id at Meta.")]
    currency: Annotated[str, Field(description="What Meta bills it in.")]
    connected: Annotated[
        bool, Field(description="Whether an access token and an app secret are set; neither is ever shown.")
    ]
    restriction: Annotated[str, Field(description="What Meta restricts; empty unless it does.")]


class Config(Answer):
    organisation: Annotated[str, Field(description="Whose configuration this is.")]
    timezone: Annotated[str, Field(description="Its time zone; quiet hours and days are counted in it.")]
    graph_version: Annotated[str, Field(description="The Cloud API version that is called.")]
    webhook_url: Annotated[str, Field(description="Where Meta reports to.")]
    accounts: Annotated[list[AccountRow], Field(description="The WhatsApp Business Accounts.")]
    service_window_hours: Annotated[int, Field(description="How long after a customer's message free text is allowed.")]
    marketing_cap: Annotated[str, Field(description="How often one person gets marketing.")]
    quiet_hours: Annotated[str, Field(description="When no marketing goes out.")]
    sending_stopped: Annotated[bool, Field(description="Whether an administrator has stopped all sending.")]
    prices: Annotated[str, Field(description="What to know of the prices in use.")]


@tool(
    "whatsapp.config.get",
    kind=Kind.READ,
    scope="whatsapp:read",
    safety="Tokens, secrets and keys are never part of an answer.",
)
def get_config(call: Call, ask: ConfigAsk) -> Config:
    """Read how WhatsApp is set up here: accounts, webhook, windows, limits, quiet hours and what needs approval."""
    accounts = WhatsAppAccount.objects.filter(organisation=call.organisation).order_by("name")
    return Config(
        **house_rules(call.organisation),
        graph_version=settings.GRAPH_VERSION,
        webhook_url=f"{settings.PUBLIC_URL.rstrip('/')}/webhook",
        accounts=[_account(account) for account in accounts],
        service_window_hours=24,
        prices=str(SHIPPED_CARD_NOTICE),
    )


def house_rules(organisation: Organisation) -> dict[str, Any]:
    """What the configuration of every channel tells alike: whose it is, the caps, the quiet hours, the stop."""
    rules = rules_of(organisation)
    return {
        "organisation": organisation.name,
        "timezone": organisation.timezone,
        "marketing_cap": marketing_cap_in_words(rules),
        "quiet_hours": quiet_hours_in_words(rules),
        "sending_stopped": organisation.sending_stopped_at is not None,
    }


def _account(account: WhatsAppAccount) -> AccountRow:
    return AccountRow(
        account_id=account.pk,
        name=account.name,
        waba_id=account.waba_id,
        currency=account.currency,
        connected=bool(account.access_token and account.app_secret),
        restriction=account.restriction,
    )
