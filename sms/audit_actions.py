"""The sentences that this package writes into the audit."""

from django.utils.translation import gettext_lazy as _

from audit.actions import action

action("sms.campaign_kept", _("{actor} kept the SMS campaign {subject}, version {version}"))
action("sms.campaign_cancelled", _("{actor} cancelled {subject}: {reason}"))
