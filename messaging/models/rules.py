from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation


class MessagingRules(models.Model):
    """An organisation's own limits on how often and when people are written to."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="messaging_rules"
    )
    marketing_cap = models.PositiveSmallIntegerField(
        _("marketing messages to one person"), default=2, help_text=_("At most this many in the days below.")
    )
    marketing_cap_days = models.PositiveSmallIntegerField(_("in this many days"), default=7)
    quiet_from = models.TimeField(_("quiet from"), default=time(21), help_text=_("In the organisation's time zone."))
    quiet_until = models.TimeField(_("quiet until"), default=time(9))
    unconfirmed_hours = models.BooleanField(
        _("keep hours that are not confirmed"), default=False,
        help_text=_(
            "Also keep the hours in which practice or guidelines let marketing texts into a country, where nobody has"
            " confirmed them as law (?). The confirmed ones always hold."
        ),
    )  # fmt: skip
    pair_gap_seconds = models.PositiveSmallIntegerField(_("seconds between two messages to one person"), default=6)
    failures_to_pause = models.PositiveSmallIntegerField(_("failures in a row that pause a send"), default=20)
    opt_outs_to_pause = models.PositiveSmallIntegerField(
        _("opt-outs per thousand that pause a send"), default=50, help_text=_("Counted once 200 messages are out.")
    )
    automatic_turns = models.PositiveSmallIntegerField(
        _("automatic answers in a row"), default=8,
        help_text=_("After so many in one conversation, without a person's word in between, a person takes over."),
    )  # fmt: skip
    keyword_share = models.PositiveSmallIntegerField(
        _("messages a keyword may meet (percent)"), default=20,
        help_text=_("Of all that customers wrote in the last 30 days. A rule that meets more is too broad."),
    )  # fmt: skip
    price_days = models.PositiveSmallIntegerField(
        _("days after which prices in flows are old"), default=90, help_text=_("Whoever approves is warned of them.")
    )
    reopen_days = models.PositiveSmallIntegerField(
        _("days in which a closed conversation opens again"), default=7,
        help_text=_("When its customer writes within them; later a new one begins. With 0 always a new one does."),
    )  # fmt: skip
    archive_days = models.PositiveSmallIntegerField(_("days after which a closed conversation is archived"), default=90)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("messaging rules")
        verbose_name_plural = _("messaging rules")

    def __str__(self) -> str:
        return str(self.organisation)
