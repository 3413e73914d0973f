"""Accounts at gateways, and what a part costs there."""

import uuid
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Organisation
from accounts.secrets import SecretField


class SmsGateway(models.Model):
    """One account at one gateway. `configuration` and `secrets` fit the models of its adapter (`sms.gateways`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    configuration = models.JSONField(_("configuration"), default=dict)
    secrets = SecretField(_("secrets"), help_text=_("As JSON; kept encrypted."))
    callback_key = SecretField(_("callback key"), help_text=_("Stands in the address that the gateway reports to."))
    callback_key_hash = models.CharField(_("hash of the callback key"), max_length=64, unique=True, editable=False)
    countries = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        verbose_name=_("countries"),
        help_text=_("Where it delivers to, as ISO 3166 codes; empty: wherever a price is known."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("Who is asked first where several could deliver; 1 before 2.")
    )
    per_second = models.PositiveIntegerField(_("texts a second"), default=10)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    balance = models.DecimalField(_("balance"), max_digits=18, decimal_places=8, null=True, blank=True)
    balance_at = models.DateTimeField(_("balance as of"), null=True, blank=True)
    balance_asked_at = models.DateTimeField(_("balance asked for at"), null=True, blank=True)
    balance_problem = models.CharField(_("why the balance is not known"), max_length=200, blank=True)
    balance_reserve = models.DecimalField(
        _("reserve"), max_digits=18, decimal_places=8, default=Decimal(0),
        help_text=_("What is to stay in the account, in its currency: below it campaigns are held, codes are not."),
    )  # fmt: skip
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    pause_reason = models.CharField(_("why it is paused"), max_length=200, blank=True)
    history = HistoricalRecords(
        excluded_fields=["secrets", "callback_key", "callback_key_hash", "balance_asked_at", "balance_problem"]
    )

    class Meta:
        verbose_name = _("SMS gateway")
        verbose_name_plural = _("SMS gateways")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="gateway_name_once"),
            models.CheckConstraint(name="reserve_not_negative", condition=models.Q(balance_reserve__gte=0)),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """One spelling: routes ask for HK and never for hk."""
        self.countries = [country.upper() for country in self.countries]
        self.currency = self.currency.upper()


class GatewayPrice(models.Model):
    """What one part to a country costs at a gateway: the row with the newest `effective_from` that has begun counts."""

    id = models.BigAutoField(primary_key=True)
    gateway = models.ForeignKey(SmsGateway, on_delete=models.CASCADE, related_name="prices", verbose_name=_("gateway"))
    country = models.CharField(_("country"), max_length=2)
    amount = models.DecimalField(_("amount a part"), max_digits=18, decimal_places=8)
    effective_from = models.DateField(_("effective from"))
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("gateway price")
        verbose_name_plural = _("gateway prices")
        constraints = (
            models.UniqueConstraint(
                fields=("gateway", "country", "effective_from"), name="one_price_of_a_gateway_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.country}: {self.amount}"

    def clean(self) -> None:
        """One spelling: routes ask for HK and never for hk."""
        self.country = self.country.upper()
