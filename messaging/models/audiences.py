"""Who is meant, frozen: every person of the segment with a verdict, so that nobody goes missing from the sums."""

import uuid
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from messaging.models.contacts import Contact
from messaging.models.segments import Segment


class Verdict(models.IntegerChoices):
    """Why somebody is left out; where several hold, the first in this order is told."""

    INCLUDED = 0, _("Included")
    INVALID = 1, _("No valid address")
    SUPPRESSED = 2, _("Opted out")
    BLOCKED = 3, _("Blocked")
    NO_CONSENT = 4, _("No consent")
    WRONG_CATEGORY = 5, _("Consent for another category")
    CAPPED = 6, _("Written to often enough")
    QUIET_HOURS = 7, _("Quiet hours")
    DUPLICATE = 8, _("Same person twice")
    MISSING_VARIABLE = 9, _("A variable has no value")
    NO_ROUTE = 10, _("Cannot be reached from this sender")
    CHANGED = 11, _("Changed since the approval")
    STOPPED = 12, _("The send was stopped")
    OVER_CEILING = 13, _("The cost ceiling was reached")
    TOO_LATE = 14, _("Not sent before its last moment")
    WINDOW_CLOSED = 15, _("The customer service window is closed")


class Audience(models.Model):
    """The frozen answer of a segment for one purpose. `digest` covers every included person, address and variable."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("segment"),
        help_text=_("Empty where one person is meant, who asked for the message."),
    )
    segment_version = models.PositiveIntegerField(_("version of the segment"), default=0)
    targeted = models.PositiveIntegerField(_("targeted"))
    included = models.PositiveIntegerField(_("included"))
    excluded = models.JSONField(_("excluded by reason"), default=dict)
    digest = models.CharField(_("digest"), max_length=64)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")

    def __str__(self) -> str:
        return f"{self.included}/{self.targeted}"


class AudienceMember(models.Model):
    """One person with a verdict. The statement that makes the rows has just made their audience and read their texts,
    and nothing deletes either: asking for both once a row was a quarter of freezing a million people.
    """

    id = models.BigAutoField(primary_key=True)
    audience = models.ForeignKey(
        Audience,
        on_delete=models.CASCADE,
        related_name="members",
        db_index=False,
        db_constraint=False,
        verbose_name=_("audience"),
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("contact"))
    verdict = models.SmallIntegerField(_("verdict"), choices=Verdict.choices)
    address = models.CharField(_("address"), max_length=160, blank=True)
    address_kind = models.CharField(_("kind of address"), max_length=8, blank=True)
    translation = models.ForeignKey(
        "messaging.TemplateTranslation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("text"),
    )
    values = models.JSONField(_("variables"), default=dict)
    market = models.CharField(_("market"), max_length=40, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=6, default=Decimal(0))

    class Meta:
        verbose_name = _("audience member")
        verbose_name_plural = _("audience members")
        constraints = (models.UniqueConstraint(fields=("audience", "contact"), name="once_in_an_audience"),)

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.get_verdict_display()}"
