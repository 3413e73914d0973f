"""What a reusable text has to keep, whoever edits it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from messaging.models import Template


class TextTerms(models.Model):
    """The terms of a template of SMS: what it is for, how long it may become, and the words that stay in every text.

    `opt_outs` says by language which words tell people how to opt out.
    """

    template = models.OneToOneField(
        Template, on_delete=models.CASCADE, primary_key=True, related_name="text_terms", verbose_name=_("template")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    most_parts = models.PositiveSmallIntegerField(_("parts at most"), default=4)
    brand = models.CharField(_("brand in the text"), max_length=60, blank=True)
    opt_outs = models.JSONField(_("words to opt out by"), default=dict)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("terms of a text")
        verbose_name_plural = _("terms of texts")

    def __str__(self) -> str:
        return self.template.name
