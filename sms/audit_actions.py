"""The sentences that this package writes into the audit."""

from django.utils.translation import gettext_lazy as _

from audit.actions import action

action("sms.campaign_kept", _("{actor} kept the SMS campaign {subject}, version {version}"))
action("sms.campaign_cancelled", _("{actor} cancelled {subject}: {reason}"))
action("sms.link_made", _("{actor} made the short link {subject} to {host}"))
action("sms.link_revoked", _("{actor} revoked the short link {subject}: {reason}"))
action("sms.link_domain_changed", _("{actor} changed the link domain {subject}"))
action("sms.link_rules_changed", _("{actor} changed the rules for short links"))
action("sms.conversion_reported", _("{actor} reported {subject} ({kind})"))
action("sms.refund_reported", _("{actor} reported a refund, {subject}"))
action("sms.automation_kept", _("{actor} kept the automation {subject}: {state}"))
action("sms.automation_paused", _("{actor} paused the automation {subject}: {reason}"))
action("sms.event_reported", _("{actor} reported {subject} ({kind})"))
