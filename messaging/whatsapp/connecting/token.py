"""The access token: whether it lives, how long, for which app and account, and what it may do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from messaging.models import WhatsAppAccount
from messaging.whatsapp.answers import TokenFacts
from messaging.whatsapp.connecting.finding import Finding, look, mend, ok

NEEDED = {
    "whatsapp_business_messaging": "send messages and receive their webhooks",
    "whatsapp_business_management": "read and submit templates, read numbers, receive all other webhooks",
}
SOON = timedelta(days=14)
_ANEW = "Make one for a system user in the business settings, and enter it at the account at the desk."


def kept_here(account: WhatsAppAccount) -> Iterator[Finding]:
    """What stands at the desk, before Meta is asked anything."""
    if account.restricted_at:
        text = f"Meta restricted the account at {_spelt(account.restricted_at)} ({account.restriction})."
        yield mend(
            "account", text, "Nothing goes out before Meta says that it is over: appeal in the business settings."
        )
    if not account.access_token:
        yield mend("secrets", "There is no access token.", _ANEW)
    if not account.app_secret:
        do = "Copy it from the app's basic settings; without it nobody's webhooks are taken."
        yield mend("secrets", "There is no app secret.", do)
    if not account.verify_token:
        do = "Choose one, enter it at the desk and in the app's webhook settings."
        yield mend("secrets", "There is no verify token.", do)
    if account.access_token and account.app_secret and account.verify_token:
        yield ok("secrets", "Access token, app secret and verify token are there.")


def of_token(facts: TokenFacts, account: WhatsAppAccount, now: datetime) -> Iterator[Finding]:
    """What Meta knows of the token. `now` is in UTC."""
    if not facts.is_valid:
        yield mend("token", "Meta does not take it any more.", _ANEW)
        return
    yield ok("token", "Meta takes it.")
    yield _end(facts, now)
    if facts.type and facts.type != "SYSTEM_USER":
        do = "Take a system user's token: one that belongs to a person ends with their access."
        yield look("token", f"It is a token of the kind {facts.type}.", do)
    yield from _app(facts, account)
    yield from _scopes(facts, account)


def _end(facts: TokenFacts, now: datetime) -> Finding:
    if facts.expires_at == 0:
        return ok("expiry", "The token does not expire.")
    ends = datetime.fromtimestamp(facts.expires_at, UTC)
    said = _spelt(ends)
    if ends <= now:
        return mend("expiry", f"The token expired at {said}.", _ANEW)
    if ends - now < SOON:
        return look("expiry", f"The token expires at {said}.", "Replace it before, best by one that does not expire.")
    return ok("expiry", f"The token expires at {said}.")


def _app(facts: TokenFacts, account: WhatsAppAccount) -> Iterator[Finding]:
    if not account.app_id:
        do = f"Enter it at the desk{f' ({facts.app_id})' if facts.app_id else ''}: pictures of templates need it."
        yield look("app", "The account has no app id.", do)
    elif facts.app_id and facts.app_id != account.app_id:
        text = f"The token belongs to app {facts.app_id}, the account names {account.app_id}."
        yield mend("app", text, "Enter the token, the secret and the id of one and the same app.")


def _scopes(facts: TokenFacts, account: WhatsAppAccount) -> Iterator[Finding]:
    for scope, purpose in NEEDED.items():
        if scope not in facts.scopes:
            yield mend("scopes", f"{scope} is missing.", f"Make a token with it; it is needed to {purpose}.")
            continue
        of_accounts = [ids for one in facts.granular_scopes if one.scope == scope and (ids := one.target_ids)]
        if any(account.waba_id not in ids for ids in of_accounts):
            do = "Assign the account to the system user with full access, and make the token anew."
            yield mend("scopes", f"{scope} is not given for the account {account.waba_id}.", do)
        else:
            yield ok("scopes", f"{scope} is given.")


def _spelt(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
