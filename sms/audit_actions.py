"""The sentences that this package writes into the audit."""

from django.utils.translation import gettext_lazy as _

from audit.actions import action

action("sms.contact_kept", _("{actor} kept {subject}: {fields}, from {source}"))
action("sms.campaign_kept", _("{actor} kept the SMS campaign {subject}, version {version}"))
action("sms.template_kept", _("{actor} kept the text template {subject}, version {version}"))
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
action("sms.sender_id_applied", _("{actor} applied for the sender ID {subject}, version {version}"))
action("sms.sender_id_verified", _("{actor} verified the sender ID {subject}"))
action("sms.sender_id_rejected", _("{actor} marked the sender ID {subject} as rejected: {reason}"))
action("sms.sender_id_suspended", _("{actor} suspended the sender ID {subject}: {reason}"))
action("sms.sender_id_edited", _("{actor} edited what the registers say of the sender ID {subject}"))
action("sms.gateway_changed", _("{actor} changed the SMS gateway {subject}"))
action("sms.gateway_price_changed", _("{actor} changed the gateway price {subject}"))
action("sms.registration_changed", _("{actor} changed the registration {subject} at a gateway"))
action("sms.quota_changed", _("{actor} changed the SMS quota {subject}"))
action("sms.snapshot_recorded", _("{actor} recorded outside figures {subject} from {source}"))
action("sms.notices_written", _("{actor} notified {people} people: {topic}"))
action("sms.conversion_reported", _("{actor} reported {subject} ({kind})"))
action("sms.refund_reported", _("{actor} reported a refund, {subject}"))
