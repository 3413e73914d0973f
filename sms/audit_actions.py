"""The sentences that this package writes into the audit."""

from django.utils.translation import gettext_lazy as _

from audit.actions import action

action("sms.campaign_kept", _("{actor} kept the SMS campaign {subject}, version {version}"))
action("sms.campaign_cancelled", _("{actor} cancelled {subject}: {reason}"))
action("sms.otp_sent", _("{actor} had the one-time password {subject} for {purpose} sent"))
action("sms.otp_entered", _("{actor} was told that the one-time password {subject} was right"))
action("sms.otp_refused", _("{actor} was told that the one-time password {subject} was wrong"))
action("sms.otp_template_changed", _("{actor} changed the one-time password text {subject}"))
action("sms.otp_template_approved", _("{actor} approved the one-time password text {subject}"))
action("sms.otp_rules_changed", _("{actor} changed the rules for one-time passwords"))
action("sms.link_made", _("{actor} made the short link {subject} to {host}"))
action("sms.link_revoked", _("{actor} revoked the short link {subject}: {reason}"))
action("sms.link_domain_changed", _("{actor} changed the link domain {subject}"))
action("sms.link_rules_changed", _("{actor} changed the rules for short links"))
