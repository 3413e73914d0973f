"""The way back: whether our app gets the account's webhooks, whether our address answers, whether any have come."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from urllib.parse import urlencode

from urllib3.exceptions import HTTPError

from messaging.models import WebhookEvent, WhatsAppAccount
from messaging.whatsapp.cloud.accounts import Callbacks, SubscribedApp
from messaging.whatsapp.connecting.finding import Finding, look, mend, ok
from messaging.wire import NotSent, ask, new_session

PATH = "/webhook"
FIELDS = (
    "messages, message_template_status_update, message_template_quality_update, template_category_update, "
    "account_update, phone_number_quality_update, user_preferences, user_id_update"
)
PATIENCE = 10.0  # seconds

Asking = Callable[[str], tuple[int, bytes]]


def of_subscription(apps: Iterable[SubscribedApp], account: WhatsAppAccount, address: str) -> Iterator[Finding]:
    """Who gets the account's webhooks. `address` is where ours are taken."""
    found = {str(app.whatsapp_business_api_data.get("id", "")): app for app in apps}
    ours = found.get(account.app_id) if account.app_id else next(iter(found.values()), None)
    if ours is None:
        do = "Subscribe it: POST /{waba}/subscribed_apps with this token, or in the app's WhatsApp settings."
        yield mend("subscription", "The app does not get the account's webhooks.", do)
    elif ours.override_callback_uri and ours.override_callback_uri != address:
        text = f"The account's webhooks go to {ours.override_callback_uri}, not to {address}."
        yield mend("subscription", text, "Take the override away, or point it here.")
    else:
        yield ok("subscription", "The app gets the account's webhooks.")


def of_callbacks(callbacks: Callbacks, name: str, address: str) -> Iterator[Finding]:
    """Where the webhooks of one number really go; nothing where Meta does not tell."""
    goes_to = callbacks.phone_number or callbacks.whatsapp_business_account or callbacks.application
    if goes_to and goes_to != address:
        do = "Enter our address in the app's webhook settings, and take overrides of the number away."
        yield mend("callback", f"Webhooks of {name} go to {goes_to}, not to {address}.", do)


def of_handshake(account: WhatsAppAccount, address: str, asking: Asking | None = None) -> Iterator[Finding]:
    """Do what Meta does when somebody enters the address: ask for a challenge with the verify token."""
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.verify_token": account.verify_token, "hub.challenge": challenge}
    try:
        status, body = (asking or _get)(f"{address}?{urlencode(query)}")
    except (NotSent, HTTPError, OSError, ValueError) as error:
        do = "Start the web process, and look at PUBLIC_URL, the proxy and its certificate."
        yield mend("webhook", f"{address} does not answer ({type(error).__name__}).", do)
        return
    if (status, body) == (200, challenge.encode()):
        yield ok("webhook", f"{address} answers the handshake.")
    else:
        do = "See that the proxy hands /webhook to this installation; a new verify token is known after ten seconds."
        yield mend("webhook", f"{address} answered {status} and not the challenge.", do)


def of_arrivals(account: WhatsAppAccount, now: datetime) -> Finding:
    """When the last webhook came that the account's secret signed. `now` is the database's."""
    events = WebhookEvent.objects.filter(signed_for__contains=[account.pk]).order_by("-received_at")
    last = events.values_list("received_at", flat=True).first()
    if last is None:
        do = f"Subscribe the fields {FIELDS} in the app's webhook settings, set the app live, and write to a number."
        return look("arrivals", "No webhook of this account has come within two weeks.", do)
    minutes = int((now - last).total_seconds() // 60)
    return ok("arrivals", f"The last webhook came {minutes} minutes ago.")


def _get(url: str) -> tuple[int, bytes]:
    with new_session() as session:
        reply = ask(session, "GET", url, None, {}, PATIENCE, PATIENCE)
    return reply.status, reply.body
