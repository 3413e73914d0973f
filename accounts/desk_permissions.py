"""Who may see and do what at the desk: one row a kind of row, by role. What has no row here, nobody sees.

Django's own per-model permissions are not asked: a role is what a compliance officer can reason about. Seeing a page is
not seeing personal data (that is the scope `pii:read`), and no row lets anybody decide a request (that is
`approvals.decisions`).
"""

from dataclasses import dataclass

from accounts.models import Person
from accounts.roles import Role

EVERYBODY = frozenset(Role)
ADMINS = frozenset({Role.ADMIN})
DECIDERS = frozenset({Role.ADMIN, Role.COMPLIANCE})
SERVERS = frozenset({Role.ADMIN, Role.COMPLIANCE, Role.SUPPORT})
SENDERS = frozenset({Role.ADMIN, Role.COMPLIANCE, Role.MARKETER})
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Rights:
    """The roles that may view a kind of row, add one and change one. Nothing is ever deleted at the desk."""

    view: frozenset[Role] = NOBODY
    add: frozenset[Role] = NOBODY
    change: frozenset[Role] = NOBODY


RIGHTS: dict[str, Rights] = {
    "accounts.organisation": Rights(view=DECIDERS, change=ADMINS),
    "accounts.person": Rights(view=DECIDERS, add=ADMINS, change=ADMINS),
    "accounts.agent": Rights(view=SENDERS, add=ADMINS, change=ADMINS),
    "audit.entry": Rights(view=DECIDERS),
    "audit.segment": Rights(view=DECIDERS),
    "approvals.actionrequest": Rights(view=EVERYBODY),
    "approvals.decision": Rights(view=EVERYBODY),
    "approvals.preview": Rights(view=SENDERS),
    "approvals.policy": Rights(view=EVERYBODY, add=ADMINS, change=ADMINS),
    "messaging.audience": Rights(view=EVERYBODY),
    "messaging.audiencemember": Rights(view=EVERYBODY),
    "messaging.autoreply": Rights(view=DECIDERS),
    "messaging.consentevidence": Rights(view=EVERYBODY),
    "messaging.consentstate": Rights(view=EVERYBODY),
    "messaging.contact": Rights(view=EVERYBODY),
    "messaging.conversation": Rights(view=SERVERS),
    "messaging.flow": Rights(view=SENDERS),
    "messaging.importbatch": Rights(view=SENDERS),
    "messaging.importrow": Rights(view=SENDERS),
    "messaging.mediaasset": Rights(view=EVERYBODY),
    "messaging.mediafetch": Rights(view=frozenset({Role.ADMIN, Role.COMPLIANCE, Role.SUPPORT})),
    "messaging.keywordrule": Rights(view=DECIDERS),
    "messaging.mergetask": Rights(view=DECIDERS),
    "messaging.message": Rights(view=EVERYBODY),
    "messaging.messagingrules": Rights(view=EVERYBODY, add=ADMINS, change=ADMINS),
    "messaging.replyrules": Rights(view=EVERYBODY, add=ADMINS, change=ADMINS),
    "messaging.order": Rights(view=SERVERS),
    "messaging.paymentaccount": Rights(view=DECIDERS, add=ADMINS, change=ADMINS),
    "messaging.product": Rights(view=EVERYBODY, add=SENDERS, change=SENDERS),
    "messaging.productsource": Rights(view=DECIDERS, add=ADMINS, change=ADMINS),
    "messaging.price": Rights(view=EVERYBODY),
    "messaging.queue": Rights(view=DECIDERS, add=ADMINS, change=ADMINS),
    "messaging.replacement": Rights(view=EVERYBODY),
    "messaging.segment": Rights(view=EVERYBODY),
    "messaging.send": Rights(view=EVERYBODY),
    "messaging.sender": Rights(view=EVERYBODY, add=ADMINS, change=ADMINS),
    "messaging.suppression": Rights(view=EVERYBODY),
    "messaging.team": Rights(view=DECIDERS, add=ADMINS, change=ADMINS),
    "messaging.template": Rights(view=EVERYBODY),
    "messaging.templatetranslation": Rights(view=EVERYBODY),
    "messaging.webhookevent": Rights(view=DECIDERS),
    "messaging.whatsappaccount": Rights(view=DECIDERS, add=ADMINS, change=ADMINS),
    "sms.automation": Rights(view=EVERYBODY),
    "sms.conversion": Rights(view=EVERYBODY),
    "sms.gatewayprice": Rights(view=SENDERS, add=ADMINS),
    "sms.gatewayregistration": Rights(view=SENDERS, add=ADMINS, change=ADMINS),
    "sms.campaign": Rights(view=EVERYBODY),
    "sms.linkdomain": Rights(view=EVERYBODY, add=ADMINS, change=ADMINS),
    "sms.linkrules": Rights(view=EVERYBODY, add=ADMINS, change=ADMINS),
    "sms.performancesnapshot": Rights(view=EVERYBODY),
    "sms.quota": Rights(view=SENDERS, add=ADMINS, change=ADMINS),
    "sms.reviewnotice": Rights(view=DECIDERS),
    "sms.senderid": Rights(view=EVERYBODY, change=DECIDERS),
    "sms.otpchallenge": Rights(view=EVERYBODY),
    "sms.otprules": Rights(view=EVERYBODY, add=ADMINS, change=ADMINS),
    "sms.otptemplate": Rights(view=EVERYBODY, add=DECIDERS, change=DECIDERS),
    "sms.shortlink": Rights(view=EVERYBODY, change=DECIDERS),
    "sms.smsgateway": Rights(view=DECIDERS, add=ADMINS, change=ADMINS),
    "sms.textterms": Rights(view=EVERYBODY),
}

# What a superuser sees of every organisation: the installation, never anybody's messages.
INSTALLATION = frozenset({"accounts.organisation", "accounts.person"})


def may(person: object, verb: str, label: str) -> bool:
    """Whether this person may `view`, `add` or `change` rows of the model with this label ("approvals.policy").

    Nobody, signed out, may do nothing: the login page asks as well.
    """
    if not isinstance(person, Person) or not person.is_active:
        return False
    if person.is_superuser and label in INSTALLATION:
        return True
    if person.organisation_id is None:
        return False
    return Role(person.role) in getattr(RIGHTS.get(label, Rights()), verb)
