"""The business account, the token that speaks for it, and where its webhooks go."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Caller
from messaging.whatsapp.graph import node

FIELDS = (
    "id,name,timezone_id,currency,country,status,message_template_namespace,account_review_status,"
    "business_verification_status,ownership_type,is_enabled_for_insights,marketing_messages_onboarding_status,"
    "disable_marketing_messages_on_cloud_api,health_status"
)
CALLBACK_LIMIT = 200  # characters


class BusinessAccount(answers.Answer):
    """The WhatsApp Business Account. Value lists are open; `health_status` is Meta's own JSON."""

    id: answers.Id
    name: answers.Text = ""
    timezone_id: answers.Text = ""
    currency: answers.Text = ""
    country: answers.Text = ""
    status: answers.Text = ""
    message_template_namespace: answers.Text = ""
    account_review_status: answers.Text = ""
    business_verification_status: answers.Text = ""
    ownership_type: answers.Text = ""
    is_enabled_for_insights: answers.Flag = False
    marketing_messages_onboarding_status: answers.Text = ""
    disable_marketing_messages_on_cloud_api: answers.Flag = False
    health_status: dict[str, Any] | None = None


class SubscribedApp(answers.Answer):
    """An app that gets the account's webhooks, and where, when not at its own address."""

    whatsapp_business_api_data: dict[str, Any] = Field(default_factory=dict)
    override_callback_uri: answers.Text = ""


class Callbacks(answers.Answer):
    """Where a number's webhooks go: the first of these that is not empty."""

    phone_number: answers.Text = ""
    whatsapp_business_account: answers.Text = ""
    application: answers.Text = ""


class _Number(answers.Answer):
    webhook_configuration: Callbacks = Field(default_factory=Callbacks)


class _TokenAnswer(answers.Answer):
    data: answers.TokenFacts


class Accounts(Caller):
    """`/{waba}`, its subscriptions, `debug_token`."""

    def get_account(self, waba_id: str) -> BusinessAccount:
        """The account, with what keeps it from sending."""
        return self._graph.ask(BusinessAccount, "GET", node(waba_id), params={"fields": FIELDS})

    def subscribe_app(self, waba_id: str, callback_url: str = "", verify_token: str = "") -> None:
        """Have the account's webhooks sent to our app, or to another URL of at most 200 characters."""
        override = _override(callback_url, verify_token) if callback_url else {}
        self._confirm("POST", f"{node(waba_id)}/subscribed_apps", body=override)

    def unsubscribe_app(self, waba_id: str) -> None:
        """Have no more webhooks of the account sent to our app."""
        self._confirm("DELETE", f"{node(waba_id)}/subscribed_apps")

    def list_subscribed_apps(self, waba_id: str) -> Iterator[SubscribedApp]:
        """Which apps get the account's webhooks."""
        return self._pages(answers.Page[SubscribedApp], f"{node(waba_id)}/subscribed_apps", {})

    def subscribe_fields(self, app_id: str, callback_url: str, verify_token: str, fields: Sequence[str]) -> None:
        """Tell Meta which webhook fields our app wants, and where, with the app's own token."""
        body = {
            "object": "whatsapp_business_account",
            "callback_url": _https(callback_url),
            "verify_token": verify_token,
            "fields": ",".join(fields),
        }
        self._confirm_as_app(node(app_id), "POST", f"{node(app_id)}/subscriptions", body=body)

    def override_callback(self, phone_number_id: str, callback_url: str = "", verify_token: str = "") -> None:
        """Have one number's webhooks sent elsewhere; without a URL where the account's go."""
        override = _override(callback_url, verify_token) if callback_url else {"override_callback_uri": ""}
        self._confirm("POST", node(phone_number_id), body={"webhook_configuration": override})

    def get_callbacks(self, phone_number_id: str) -> Callbacks:
        """Where the number's webhooks go."""
        params = {"fields": "webhook_configuration"}
        return self._graph.ask(_Number, "GET", node(phone_number_id), params=params).webhook_configuration

    def debug_token(self) -> answers.TokenFacts:
        """What Meta knows of our own token: validity, end, permissions."""
        params = {"input_token": self._credentials.access_token}
        return self._graph.ask(_TokenAnswer, "GET", "debug_token", params=params).data


def _override(callback_url: str, verify_token: str) -> dict[str, str]:
    if not verify_token:
        raise ValueError("The verify token is empty; Meta asks the address for it.")
    return {"override_callback_uri": _https(callback_url), "verify_token": verify_token}


def _https(url: str) -> str:
    """Meta posts to addresses with TLS only; plain http is for a machine talking to itself."""
    found = urlsplit(url)
    local = found.hostname in ("127.0.0.1", "localhost")
    if len(url) > CALLBACK_LIMIT or not found.hostname or not (found.scheme == "https" or local):
        raise ValueError(f"A callback is an https address of at most {CALLBACK_LIMIT} characters.")
    return url
