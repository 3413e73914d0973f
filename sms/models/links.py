"""Short links: where they may lead, what stands behind them, each person's code, and the clicks."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation, Person
from approvals.models import ActionRequest
from approvals.triggers import frozen
from messaging.models import Contact, Message, Send


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


class LinkCode(models.Model):
    """What stands after the slash. A link of a campaign has one, a link a person has one for each person of a send."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    # No index and no check of its own: it is the link's.
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    link = models.ForeignKey(
        ShortLink, on_delete=models.CASCADE, related_name="codes", db_index=False, verbose_name=_("short link")
    )
    send = models.ForeignKey(
        Send, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("send")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    tracked = models.BooleanField(_("clicks are counted"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("link code")
        verbose_name_plural = _("link codes")
        constraints = (
            models.UniqueConstraint(fields=("link", "send", "contact"), name="one_code_a_person"),
            models.UniqueConstraint(
                fields=("link",), name="one_code_of_a_campaign", condition=models.Q(contact__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.link_id}"


class Visitor(models.IntegerChoices):
    HUMAN = 0, _("Person")
    SUSPECT = 1, _("Doubtful")
    BOT = 2, _("Machine")


class Click(models.Model):
    """One time that a short link was opened. Whoever came is known by family of browser and a hash that changes daily."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("organisation"),
    )
    link = models.ForeignKey(
        ShortLink, on_delete=models.CASCADE, related_name="clicks", db_index=False, verbose_name=_("short link")
    )
    code = models.CharField(_("code"), max_length=12)
    send = models.ForeignKey(
        Send,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("send"),
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("contact")
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        related_name="clicks",
        db_index=False,
        db_constraint=False,
        verbose_name=_("message"),
    )
    at = models.DateTimeField(_("at"))
    visitor = models.SmallIntegerField(_("visitor"), choices=Visitor.choices)
    reason = models.CharField(_("why it is not counted"), max_length=12, blank=True)
    network = models.CharField(_("hash of the network"), max_length=32, blank=True)
    browser = models.CharField(_("family of browser"), max_length=20, blank=True)
    device = models.CharField(_("device"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = (
            models.Index(fields=("link", "at"), name="clicks_of_link"),
            models.Index(fields=("network", "at"), name="clicks_of_network"),
        )

    def __str__(self) -> str:
        return f"{self.link_id} {self.get_visitor_display()}"


class UnsubscribeToken(models.Model):
    """The right to opt one person out, in every text we send them. It never expires: laws ask for thirty days at least."""

    token = models.CharField(_("token"), max_length=12, primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, related_name="unsubscribe_token", verbose_name=_("contact")
    )
    made_at = models.DateTimeField(_("made at"))
    used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("unsubscribe token")
        verbose_name_plural = _("unsubscribe tokens")

    def __str__(self) -> str:
        return f"{self.contact_id}"
