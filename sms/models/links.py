"""Short links: where they may lead, by whose rules, and what stands behind each."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation, Person
from approvals.models import ActionRequest
from approvals.triggers import frozen
from sms.links.hosts import OddHost, judged_host


class LinkDomain(models.Model):
    """A host that short links may lead to, or one that they stand on. Blocking it ends all of its links at once."""

    class Purpose(models.TextChoices):
        DESTINATION = "destination", _("Links may lead here")
        SHORT = "short", _("Our short links stand here")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    host = models.CharField(_("host"), max_length=253, help_text=_("In lower case, without https://: shop.example.hk"))
    with_subdomains = models.BooleanField(_("with its subdomains"), default=False)
    blocked_at = models.DateTimeField(_("blocked at"), null=True, blank=True)
    blocked_because = models.CharField(_("why it is blocked"), max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("link domain")
        verbose_name_plural = _("link domains")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "purpose", "host"), name="link_domain_once"),
            models.UniqueConstraint(
                fields=("host",), name="short_domain_of_one_organisation", condition=models.Q(purpose="short")
            ),
        )

    def __str__(self) -> str:
        return self.host

    def clean(self) -> None:
        """Keep the host as addresses spell it. Nothing can be allowed here that no address may name."""
        try:
            self.host = judged_host(self.host)
        except OddHost as odd:
            raise ValidationError({"host": _("This is no host for links (%s).") % odd.code}) from None


class LinkRules(models.Model):
    """An organisation's own rules for short links."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="link_rules"
    )
    tracked = models.BooleanField(_("clicks may be counted"), default=True)
    untracked_countries = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        verbose_name=_("countries without counting"),
        help_text=_("ISO 3166 codes: people there are sent on without a trace."),
    )
    sensitive_words = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        verbose_name=_("more sensitive words"),
        help_text=_("Links with one of these in their address are decided by a person, beside the list we ship."),
    )
    longest_days = models.PositiveSmallIntegerField(_("days a link may live"), default=400)
    burst_codes = models.PositiveSmallIntegerField(
        _("links that one network may open in a minute"),
        default=20,
        help_text=_("From then on its clicks are suspect. Mobile networks put many customers behind one address."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rules for short links")
        verbose_name_plural = _("rules for short links")

    def __str__(self) -> str:
        return str(self.organisation)


class ShortLink(models.Model):
    """One approved destination. The database refuses to point it anywhere else: another address is another link."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    destination = models.CharField(_("destination"), max_length=2000)
    digest = models.CharField(_("hash of the destination"), max_length=64)
    domain = models.ForeignKey(
        LinkDomain, on_delete=models.PROTECT, related_name="links", verbose_name=_("allowed domain")
    )
    base_url = models.CharField(_("stands on"), max_length=260)
    utm = models.JSONField(_("campaign parameters"), default=dict)
    per_person = models.BooleanField(_("one code a person"))
    tracked = models.BooleanField(_("clicks are counted"))
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_because = models.CharField(_("why it was revoked"), max_length=200, blank=True)
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    request = models.OneToOneField(
        ActionRequest, on_delete=models.PROTECT, related_name="short_link", verbose_name=_("approved as")
    )
    created_at = models.DateTimeField(_("created at"))
    # What the network check found, where that is switched on: the hash of the page that the destination ended at.
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    landing_digest = models.CharField(_("hash of the landing page's address"), max_length=64, blank=True)
    landing_problem = models.CharField(_("what is wrong with the landing page"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("short link")
        verbose_name_plural = _("short links")
        indexes = (models.Index(fields=("organisation", "-created_at"), name="short_link_list"),)
        triggers = (
            frozen(
                "short_link_leads_where_it_led",
                pgtrigger.UpdateOf("destination", "digest", "domain_id", "organisation_id"),
            ),
        )

    def __str__(self) -> str:
        return self.name
