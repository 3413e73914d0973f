"""The sentences that this package writes into the audit."""

from django.utils.translation import gettext_lazy as _

from audit.actions import action

action("sms.contact_kept", _("{actor} kept {subject}: {fields}, from {source}"))
action("sms.campaign_kept", _("{actor} kept the SMS campaign {subject}, version {version}"))
action("sms.campaign_cancelled", _("{actor} cancelled {subject}: {reason}"))
action("sms.link_made", _("{actor} made the short link {subject} to {host}"))
action("sms.link_revoked", _("{actor} revoked the short link {subject}: {reason}"))
action("sms.link_domain_changed", _("{actor} changed the link domain {subject}"))
action("sms.link_rules_changed", _("{actor} changed the rules for short links"))
