"""Mails to people of the organisation who should look at something. The row is the queue."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from approvals.models import ActionRequest


class ReviewNotice(models.Model):
    """One mail to one person. `begun_at` is committed before the mail server is called: what broke off in between is
    not sent again by itself.
    """

    class Topic(models.TextChoices):
        REVIEW = "review", _("A campaign waits for review")
        SENDING = "sending", _("A send waits for a decision")
        COST = "cost", _("Costs are unusual")
        OPT_OUTS = "opt_outs", _("Opt-outs are rising")
        FAILURES = "failures", _("Texts are not delivered")
        RETURN = "return", _("The return is in question")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    request = models.ForeignKey(
        ActionRequest, on_delete=models.PROTECT, related_name="notices", verbose_name=_("asked for as")
    )
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("recipient"))
    topic = models.CharField(_("topic"), max_length=10, choices=Topic.choices)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"))
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("taken by the mail server at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    given_up_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("review notice")
        verbose_name_plural = _("review notices")
        indexes = (
            models.Index(
                fields=("created_at",),
                name="notice_waiting",
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
            ),
        )
        constraints = (models.UniqueConstraint(fields=("request", "recipient"), name="one_notice_a_person"),)

    def __str__(self) -> str:
        return self.get_topic_display()
