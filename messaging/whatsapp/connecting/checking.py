"""The steps in their order. Each asks for what it needs; where Meta refuses, that is what the step found."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial

from messaging.models import WhatsAppAccount
from messaging.whatsapp.client import CloudApi, GraphError
from messaging.whatsapp.connecting import standing, token, webhooks
from messaging.whatsapp.connecting.finding import Finding, Level, mend

Step = Callable[[], Iterable[Finding]]
_AGAIN = "Try again; Meta's status page tells of outages."


def check(
    account: WhatsAppAccount, api: Callable[[], CloudApi], address: str, now: datetime, asking: webhooks.Asking | None
) -> Iterator[Finding]:
    """Everything that is to be known of an account, as it is found; nothing is changed, here or at Meta.

    `address` is where webhooks are taken, `now` the database's time. A token that is not taken ends it: nothing else
    could be asked. `api` makes the calls of the account, `asking` asks our own address.
    """
    yield from token.kept_here(account)
    if account.access_token:
        dead = False
        for finding in _step("token", lambda: token.of_token(api().debug_token(), account, now)):
            dead = dead or (finding.step == "token" and finding.level is Level.MEND)
            yield finding
        if not dead:
            yield from _at_meta(account, api(), address)
    if account.verify_token:
        yield from webhooks.of_handshake(account, address, asking)
    yield webhooks.of_arrivals(account, now)


def _at_meta(account: WhatsAppAccount, api: CloudApi, address: str) -> Iterator[Finding]:
    """What only Meta knows: the account, its numbers, their health, and where its webhooks go."""
    found: list[Finding] = []
    for step in _steps(account, api, address):
        for finding in step:
            if finding not in found:  # each number tells of the health of its account and app as well
                found.append(finding)
                yield finding
    if payment := standing.of_payment(found):
        yield payment


def _steps(account: WhatsAppAccount, api: CloudApi, address: str) -> Iterator[Iterator[Finding]]:
    senders = list(account.senders.order_by("provider_ref"))
    waba = account.waba_id
    yield _step("account", lambda: _account(account, api))
    yield _step("numbers", lambda: standing.of_numbers(api.list_phone_numbers(waba), senders))
    for sender in senders:
        yield _step("health", partial(_number, api, sender.provider_ref, address))
    yield _step("subscription", lambda: webhooks.of_subscription(api.list_subscribed_apps(waba), account, address))


def _account(account: WhatsAppAccount, api: CloudApi) -> Iterator[Finding]:
    found = api.get_account(account.waba_id)
    yield from standing.of_account(found, account.currency)
    yield from standing.of_health(found.health_status, "The account")


def _number(api: CloudApi, phone_number_id: str, address: str) -> Iterator[Finding]:
    found = api.get_phone_number(phone_number_id)
    name = found.display_phone_number or phone_number_id
    yield from standing.of_health(found.health_status, name)
    yield from webhooks.of_callbacks(api.get_callbacks(phone_number_id), name, address)


def _step(name: str, ask: Step) -> Iterator[Finding]:
    """What a step finds; a refusal by Meta, or an id that cannot be one, ends the step and is told."""
    try:
        yield from ask()
    except GraphError as error:
        what = error.title if error.code is None else f"Meta refused: {error.title} ({error.code})"
        yield mend(name, f"{what}.", str(error.do) or _AGAIN)
    except ValueError as error:
        yield mend(name, f"It cannot be asked: {error}", "Correct it at the account at the desk.")
